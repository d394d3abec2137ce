"""Adapters in training, the loop's checkpoints, and looks of spark, on tiny networks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import tiny
import torch
from torch import nn

from soracli.console.progress import Silent
from soracli.errors import SoraError, UsageError
from soracli.finetuning import look, low_rank
from soracli.finetuning.loop import Files, Loop, Settings, generator
from soracli.finetuning.workers import Workers
from soracli.models.common.lora import Lora, additions
from soracli.models.spark import Spark, _adapt


def network() -> nn.Module:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 4))


def loss_of(module: nn.Module, seed: int = 0) -> Any:
    def loss(step: int, mine: Any) -> torch.Tensor:
        total = torch.zeros(())
        for item in mine:
            x = torch.randn(3, 8, generator=generator(seed, step, item))
            total = total + (module(x) - x[:, :4] * 2).square().mean()
        return total

    return loss


def loop(folder: Path, steps: int, rank: int = 4, **more: Any) -> tuple[Loop, nn.Module]:
    module = network()
    layers = low_rank.adapted(module, ".", rank, 1)
    settings = Settings(steps, batch=2, lr=1e-2, keep=5, **more)
    return Loop(layers, settings, Files(folder / "a.safetensors"), {"rank": rank}, Workers()), module


def test_an_adapter_begins_as_nothing_and_is_what_files_say(tmp_path: Path) -> None:
    module, x = network(), torch.randn(5, 8)
    before = {name: value.clone() for name, value in module.state_dict().items()}
    plain = module(x)
    layers = low_rank.adapted(module, r"^0$", 4, 1)
    assert list(layers) == ["0"]
    assert torch.equal(module(x), plain)
    with torch.no_grad():
        layers["0"].up.normal_()
    from safetensors.torch import save_file

    save_file(low_rank.state(layers), tmp_path / "a.safetensors")
    shapes = {name: value.shape for name, value in before.items()}
    found = additions([Lora(tmp_path / "a.safetensors")], shapes, lambda name: name)
    assert list(found) == ["0.weight"]
    other = network()
    other.load_state_dict(before)
    with torch.no_grad():
        other[0].weight.add_(found["0.weight"][0](before["0.weight"]))
    assert torch.allclose(other(x), module(x), atol=1e-5)
    assert not torch.allclose(module(x), plain, atol=1e-2)


def test_frozen_weights_stay_and_the_loss_falls(tmp_path: Path) -> None:
    run, module = loop(tmp_path, 60)
    before = {name: p.clone() for name, p in module.named_parameters() if not p.requires_grad}
    found = run.run(loss_of(module), Silent())
    assert found.steps == 60
    assert found.last < 0.9 * found.first
    assert all(torch.equal(p, before[name]) for name, p in module.named_parameters() if name in before)
    rows = [json.loads(line) for line in run.files.log.read_text().splitlines()]
    assert rows[-1]["step"] == 60
    assert {"step", "minutes", "loss", "norm"} == set(rows[0])


def test_a_run_that_was_interrupted_goes_on_bit_by_bit(tmp_path: Path) -> None:
    whole, module = loop(tmp_path / "whole", 24)
    (tmp_path / "whole").mkdir()
    (tmp_path / "parts").mkdir()
    whole.run(loss_of(module), Silent())
    first, module = loop(tmp_path / "parts", 24)
    inner = loss_of(module)

    def stops(step: int, mine: Any) -> torch.Tensor:
        first._stopped = 15 * (step >= 10)  # as a signal does
        return inner(step, mine)

    assert first.run(stops, Silent()).stopped
    assert first.step in (11, 12)
    second, module = loop(tmp_path / "parts", 24)
    second.resume()
    assert second.step == first.step
    second.run(loss_of(module), Silent())
    one, two = (torch.load(part.files.checkpoint, weights_only=True) for part in (whole, second))
    assert all(torch.equal(one["layers"][name], two["layers"][name]) for name in one["layers"])
    for key, state in one["optimiser"]["state"].items():
        assert all(torch.equal(state[name], two["optimiser"]["state"][key][name]) for name in state)
    logs = [[json.loads(line)["step"] for line in part.files.log.read_text().splitlines()] for part in (whole, second)]
    assert logs[0][-1] == logs[1][-1] == 24
    assert len(set(logs[1])) == len(logs[1])


def test_checkpoints_of_other_runs_are_refused(tmp_path: Path) -> None:
    run, module = loop(tmp_path, 5)
    with pytest.raises(UsageError, match="there is no"):
        run.resume()
    run.run(loss_of(module), Silent())
    other, _ = loop(tmp_path, 5, rank=2)
    with pytest.raises(UsageError, match="of another run \\(rank differ"):
        other.resume()
    run.files.checkpoint.write_bytes(b"nothing")
    with pytest.raises(UsageError, match="cannot be read"):
        run.resume()


def test_a_loss_that_is_no_number_ends_the_run_before_it_touches_weights(tmp_path: Path) -> None:
    run, module = loop(tmp_path, 9)
    run.run(loss_of(module), Silent())
    again, module = loop(tmp_path, 20)
    again.resume()
    before = [p.clone() for p in again.parameters]
    with pytest.raises(SoraError, match="gradient is nan"):
        again.run(lambda step, mine: loss_of(module)(step, mine) * float("nan"), Silent())
    assert all(torch.equal(a, b) for a, b in zip(before, again.parameters, strict=True))
    assert torch.load(run.files.checkpoint, weights_only=True)["step"] == 9


def test_minutes_end_a_run(tmp_path: Path) -> None:
    run, module = loop(tmp_path, 10**9, minutes=0.002)
    found = run.run(loss_of(module), Silent())
    assert 0 < found.steps < 10**6
    assert not found.stopped


# --- looks ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def spark() -> Spark:
    """Random weights that take sketches."""
    plain = tiny.spark()
    return Spark(plain.card, plain.vae, tiny.dit(control=True), plain.text)


def test_a_look_is_learnt(spark: Spark) -> None:
    generator_ = torch.Generator().manual_seed(0)
    shown = [torch.rand(3, 300, 280, generator=generator_) * 0.6 - 0.2]
    layers = low_rank.adapted(spark.dit, look.TARGETS, 4, 0)
    assert {name.rpartition(".")[2] for name in layers} >= {"qkv", "inlet", "outlet", "mix", "sketch", "rough"}
    spark.dit.train()
    objective = look.Objective(spark, shown, 0)
    before = look.judged(objective, 2)
    assert look.judged(objective, 2) == before
    optimiser = torch.optim.Adam(low_rank.parameters(layers), 3e-3)
    for step in range(12):
        objective(step, range(2)).backward()
        optimiser.step()
        optimiser.zero_grad()
    assert look.judged(objective, 2) < before


def test_examples_are_the_same_for_a_seed() -> None:
    shown = [torch.rand(3, 300, 280)]
    for moving, frames in ((False, 1), (True, 8)):
        one, two = (look.part(shown, ["a", "b"], moving=moving, draw=generator(3, 5, 0)) for _ in range(2))
        assert torch.equal(one.pixels, two.pixels)
        assert one.text == two.text
        assert one.pixels.shape == (3, frames, look.SIDE, look.SIDE)


def test_a_look_is_added_to_the_weights(tmp_path: Path) -> None:
    from safetensors.torch import save_file

    dit = tiny.dit(control=True)
    layers = low_rank.adapted(tiny.dit(control=True), look.TARGETS, 4, 0)
    with torch.no_grad():
        for layer in layers.values():
            layer.up.normal_()
    save_file(low_rank.state(layers), tmp_path / "a.safetensors")
    before = {name: value.clone() for name, value in dit.state_dict().items()}
    _adapt(dit, [Lora(tmp_path / "a.safetensors", 0.5)])
    changed = {name for name, value in dit.state_dict().items() if not torch.equal(value, before[name])}
    assert changed == {f"{name}.weight" for name in layers}
    layer = layers["blocks.0.qkv"]
    expected = before["blocks.0.qkv.weight"] + 0.5 * layer.up @ layer.down
    assert torch.allclose(dit.state_dict()["blocks.0.qkv.weight"], expected, atol=1e-5)
