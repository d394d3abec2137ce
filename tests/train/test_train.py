"""Training: the cache, the noise, the optimisers, runs that resume, and losses that fall. Needs no drawings."""

from __future__ import annotations

import itertools
import json
import os
import signal
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
import torch
from tiny import CHANNELS, Words, dit, noise, stirred, vae
from torch import Tensor, nn

from soracli.errors import SoraError, UsageError
from soracli.models.common import quantise
from soracli.models.spark import Spark
from soracli.models.spark.dit import Dit, DitConfig, Jump, Layout
from soracli.models.spark.text import TextEncoder
from soracli.models.spark.vae import Vae, VaeConfig
from soracli.train import __main__ as command
from soracli.train import autoencoder, fewstep, networks, run, scenes, transformer
from soracli.train.data import Batch, Cache, TextStates, View, write_shard
from soracli.train.noise import MASKS, MODES, draw_levels, draw_mask, draw_sigma
from soracli.train.optim import Ema, Muon, orthogonal, rate
from soracli.train.run import Run
from soracli.train.scenes import Shot, Stage
from soracli.train.transformer import FLOOR, Recipe, loss_of
from soracli.types import SamplingOptions
from soracli.weights import manifest
from soracli.world.scene import Performer, Rendered, Scene

CELLS = (4, 5)  # rows and columns of the synthetic clips
LEADS = ((0.4, 3.6), (3.2, 1.3))  # where the lead is in chunk 0 and 1: row, column in cells


def scene(name: str) -> Scene:
    return Scene("scenery", (Performer(name, "walk", "right"),), "meadow", "day")


def rendered(count: int, cells: tuple[int, int] = CELLS) -> Rendered:
    """Clips of two chunks, grey but for one bright cell, which is where the lead is."""
    rows, columns = cells
    pixels = torch.full((count, 16, 32 * rows, 32 * columns, 3), 128, dtype=torch.uint8)
    boxes = torch.zeros(count, 16, 1, 4)
    for chunk, (row, column) in enumerate(LEADS):
        time, y, x = slice(8 * chunk, 8 * chunk + 8), 32 * int(row), 32 * int(column)
        for i in range(count):
            pixels[i, time, y : y + 32, x : x + 32] = 255 - 60 * i
        boxes[:, time, 0] = 32 * torch.tensor([column - 0.3, row - 0.3, column + 0.3, row + 0.3])
    return Rendered(pixels, boxes, torch.ones(count, 16, 1), torch.zeros(count, 1).long(), torch.zeros(count, 16, 3))


def shard(folder: Path, index: int = 0, leads: tuple[str, ...] = ("dog", "cat"), fps: int = 16) -> Vae:
    network = vae()
    rng = np.random.default_rng(index)
    write_shard(folder, index, [scene(name) for name in leads], rendered(len(leads)), network, fps, rng)
    return network


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    shard(tmp_path)
    return Cache([tmp_path])


# --- the cache ------------------------------------------------------------------------------------------------------


def test_a_batch_is_windows_of_what_was_written(tmp_path: Path) -> None:
    network = shard(tmp_path)
    cache, rng = Cache([tmp_path]), np.random.default_rng(0)
    batch = cache.batch(View(2, *CELLS), 6, rng, unprompted=0, with_still=0)
    pixels = rendered(2).pixels.permute(0, 4, 1, 2, 3).float() / 127.5 - 1
    latents = network.encode(pixels)
    for item, caption in zip(batch.x0, batch.captions, strict=True):
        which = 0 if torch.allclose(item, latents[0], atol=0.05) else 1
        torch.testing.assert_close(item, latents[which], atol=0.05, rtol=1e-3)  # half precision
        assert caption in json.loads((tmp_path / "shard-00000" / "clips.json").read_text())["clips"][which]["captions"]
    assert batch.layout == Layout.chunks(2, *CELLS, fps=16)


def bright(x0: Tensor) -> Tensor:
    """Which cells of latents (C, h, w) are unlike the commonest one: bool (h, w)."""
    flat = x0.flatten(1)
    return ((flat - flat.median(1, keepdim=True).values).abs().amax(0) > 0.5).reshape(x0.shape[1:])


@pytest.mark.parametrize("view", [View(1, 2, 2), View(2, 2, 3), View(0, 2, 2), View(1, 3, 2)])
def test_windows_hold_the_lead(cache: Cache, view: View) -> None:
    """In the middle chunk of the window; the places of the windows differ all the same."""
    rng, places = np.random.default_rng(0), set()
    for _ in range(30):
        batch = cache.batch(view, 4, rng, with_still=0)
        for item in batch.x0:
            seen = bright(item[:, view.frames // 2])
            assert seen.sum() == 1
            places.add(tuple(seen.nonzero()[0].tolist()))
    assert len(places) > 1


def test_stills_before_the_chunks(tmp_path: Path) -> None:
    """They are the first frames of chunks, at the time of those."""
    network = shard(tmp_path)
    cache, rng = Cache([tmp_path]), np.random.default_rng(0)
    pixels = rendered(2).pixels.permute(0, 4, 1, 2, 3).float() / 127.5 - 1
    pictures = [network.encode(pixels[:, :, frame : frame + 1]) for frame in (0, 8)]
    found = set()
    for _ in range(12):
        batch = cache.batch(View(2, *CELLS), 4, rng, with_still=1)
        times = batch.layout.times[: batch.stills]
        assert batch.x0.shape == (4, CHANNELS, batch.stills + 2, *CELLS)
        assert batch.layout.times[batch.stills :] == (0.25, 0.75)
        assert batch.layout.spans == (0.0,) * batch.stills + (0.5, 0.5)
        for place, time in enumerate(times):
            key = pictures[int(time * 2)]
            assert all(any(torch.allclose(x[:, place], y[:, 0], atol=0.05) for y in key) for x in batch.x0)
        found.add(times)
    assert found == {(0.0,), (0.5,), (0.0, 0.5)}
    picture = cache.batch(View(0, 2, 2), 3, rng)
    assert picture.layout == Layout.still(2, 2)
    assert picture.stills == 0


def test_frames_apart_keep_their_own_times(tmp_path: Path) -> None:
    network = shard(tmp_path)
    cache, rng = Cache([tmp_path]), np.random.default_rng(0)
    latents = network.encode(rendered(2).pixels.permute(0, 4, 1, 2, 3).float() / 127.5 - 1)
    found = set()
    for _ in range(8):
        batch = cache.batch(View(1, *CELLS, apart=True), 3, rng)
        (time,) = batch.layout.times
        chunk = latents[:, :, [0.25, 0.75].index(time)]
        assert all(any(torch.allclose(item[:, 0], one, atol=0.05) for one in chunk) for item in batch.x0)
        found.add(time)
    assert found == {0.25, 0.75}


def test_whole_frames_come_before_windows_of_larger_ones(cache: Cache, tmp_path: Path) -> None:
    small = Vae(VaeConfig(channels=CHANNELS, block=8))
    write_shard(tmp_path, 7, [scene("owl")] * 2, rendered(2, (4, 7)), small, 16, np.random.default_rng(0))
    both = Cache([tmp_path])
    rng = np.random.default_rng(0)
    assert all("owl" not in " ".join(both.batch(View(1, *CELLS), 4, rng).captions).lower() for _ in range(10))


def test_prompts_are_sometimes_left_out(cache: Cache) -> None:
    captions = cache.batch(View(1, 2, 2), 400, np.random.default_rng(0), unprompted=0.25).captions
    assert 60 < captions.count("") < 140
    assert len(set(captions)) > 4


def test_new_shards_are_found_and_unfinished_ones_are_not(cache: Cache, tmp_path: Path) -> None:
    assert cache.refresh() == 2
    shard(tmp_path, 1, ("dog", "dog", "cat"))
    (tmp_path / ".shard-00002").mkdir()
    assert cache.refresh() == 5
    assert cache.refresh() == 5


def test_a_batch_has_one_rate(cache: Cache, tmp_path: Path) -> None:
    shard(tmp_path, 1, fps=8)
    cache.refresh()
    rng = np.random.default_rng(0)
    spans = {cache.batch(View(1, 2, 2), 2, rng).layout.spans for _ in range(20)}
    assert spans == {(0.5,), (1.0,)}


def test_leads_choose_the_clips(tmp_path: Path) -> None:
    shard(tmp_path, 0)
    shard(tmp_path, 1, ("cow", "pig"))
    assert Cache([tmp_path], leads=("cat", "cow")).refresh() == 2
    assert Cache([tmp_path], leads=("owl",)).refresh() == 0


def test_views_that_are_too_large_are_refused(cache: Cache) -> None:
    assert cache.holds(View(2, *CELLS))
    assert not cache.holds(View(3, 2, 2))
    assert not cache.holds(View(1, 2, 6))
    with pytest.raises(ValueError, match="no shard holds a view"):
        cache.batch(View(3, 2, 2), 1, np.random.default_rng(0))


def test_filling_goes_on_where_it_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Shards that are there stay as they are; a number always holds the same scenes, in whatever order it is drawn."""
    stage, drawn = Stage(tmp_path, batch=2), []

    def film(stage: Stage, bank: object, rng: np.random.Generator, count: int, device: str) -> tuple[Any, Rendered]:
        drawn.append(float(rng.random()))
        return [scene("dog"), scene("cat")], rendered(count)

    monkeypatch.setattr(scenes, "film", film)
    monkeypatch.setattr(Stage, "cast", lambda self, folder: None)
    scenes.fill_cache(stage, vae(), tmp_path, clips=3, seed=5, index=1)
    assert sorted(path.name for path in tmp_path.glob("shard-*")) == ["shard-10000", "shard-10001"]
    first = list(drawn)
    scenes.fill_cache(stage, vae(), tmp_path, clips=3, seed=5, index=1)
    assert drawn == first
    (tmp_path / "shard-10001").rename(tmp_path / "elsewhere")
    scenes.fill_cache(stage, vae(), tmp_path, clips=6, seed=5, index=1)
    assert drawn[2] == first[1]
    assert len(set(drawn)) == 3


def test_text_states_are_asked_for_once() -> None:
    asked: list[str] = []

    def encoder(prompts: list[str]) -> tuple[Tensor, Tensor]:
        asked.extend(prompts)
        lengths = torch.tensor([len(prompt.split()) for prompt in prompts])
        mask = torch.arange(4) < lengths[:, None]
        return mask[..., None] * torch.ones(len(prompts), 4, 2) * lengths[:, None, None], mask

    known = TextStates(encoder, limit=3)
    states, mask = known(["a b c", "a", "a b c"])
    assert sorted(asked) == ["a", "a b c"]
    assert mask.tolist() == [[True] * 3, [True, False, False], [True] * 3]
    assert states[:, :, 0].tolist() == [[3, 3, 3], [1, 0, 0], [3, 3, 3]]
    known(["a"])
    assert len(asked) == 2
    known(["a b", "b"])  # more than it may remember: it starts again
    known(["a"])
    assert len(known.known) == 3
    assert asked.count("a") == 2


# --- noise ----------------------------------------------------------------------------------------------------------


def mode_of(levels: Tensor, mask: Tensor) -> str:
    """Which of MODES one item (t, h, w) is of."""
    if (mask == 0).any():
        return "mask"
    rows = levels.flatten(1)
    assert (rows == rows[:, :1]).all()  # one level a frame
    if (rows == rows[0, 0]).all():
        return "one"
    return "ordered" if (rows[:, 0].diff() >= 0).all() else "free"


def test_every_mode_occurs_about_as_often_as_it_should() -> None:
    levels, masks = draw_levels((800, 6, 3, 4), np.random.default_rng(0), 3.0, stills=0)
    assert levels.shape == masks.shape == (800, 6, 3, 4)
    assert levels.dtype == masks.dtype == torch.float32
    assert 0 <= levels.min() <= levels.max() <= 1
    modes = [mode_of(level, mask) for level, mask in zip(levels, masks, strict=True)]
    for mode, share in MODES.items():
        assert modes.count(mode) / 800 == pytest.approx(share, abs=0.05)


def test_given_tokens_are_clean_or_nearly_so() -> None:
    levels, masks = draw_levels((400, 4, 3, 3), np.random.default_rng(0), 3.0, stills=1)
    given = levels[masks == 0]
    assert given.min() == 0
    assert 0.1 < given.max() <= 0.15
    assert torch.equal(masks, (masks > 0).float())
    assert (masks.flatten(1).sum(1) > 0).all()  # always something to paint
    assert 0.75 < float((masks[:, 0] == 0).flatten(1).all(1).float().mean()) < 0.95  # the still is mostly given


def test_single_frames_have_one_level() -> None:
    levels, masks = draw_levels((200, 1, 3, 3), np.random.default_rng(0), 3.0, stills=0)
    assert {mode_of(level, mask) for level, mask in zip(levels, masks, strict=True)} == {"one", "mask"}


def kind_of(mask: np.ndarray) -> str:
    frames = mask.reshape(len(mask), -1)
    if (frames == frames[:, :1]).all() and not mask.all():
        return {(0, 1): "head", (1, 0): "tail", (0, 0): "ends"}[(int(frames[0, 0]), int(frames[-1, 0]))]
    if not (mask == mask[:1]).all():
        return "random"
    rows, columns = np.nonzero(mask[0])
    area = (np.ptp(rows) + 1) * (np.ptp(columns) + 1)
    return "box" if mask[0].sum() == area else "inverse"


def test_every_mask_occurs_and_paints_something() -> None:
    rng = np.random.default_rng(0)
    masks = [draw_mask((6, 4, 5), rng) for _ in range(300)]
    assert all(mask.any() for mask in masks)
    assert {kind_of(mask) for mask in masks} == set(MASKS)


def test_shift_draws_more_noise() -> None:
    rng = np.random.default_rng(0)
    plain, shifted = draw_sigma(4000, rng, 1.0), draw_sigma(4000, rng, 4.0)
    assert 0 <= min(plain.min(), shifted.min()) <= max(plain.max(), shifted.max()) <= 1
    assert plain.mean() == pytest.approx(0.5, abs=0.02)
    assert shifted.mean() > 0.65
    assert shifted.min() < 0.05  # the share that is uniform


# --- optimisers -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(64, 256), (256, 64), (32, 40)])
@pytest.mark.parametrize("size", [1e-4, 1.0])
def test_orthogonal_evens_out_the_singular_values(shape: tuple[int, int], size: float) -> None:
    matrix = size * noise(*shape)
    left, _, right = torch.linalg.svd(matrix, full_matrices=False)
    ours = orthogonal(matrix, 5)
    values = torch.linalg.svdvals(ours)
    assert 0.6 < values.min() <= values.max() < 1.3
    aligned = (left.T @ ours @ right.T).diagonal()
    torch.testing.assert_close(aligned, values.sort().values.flip(0), atol=0.7, rtol=0)
    assert (aligned > 0.6).all()  # the same directions, none turned round


def test_muon_goes_downhill() -> None:
    target = noise(24, 16)
    matrix = nn.Parameter(torch.zeros(24, 16))
    optimiser = Muon([matrix], lr=0.2)
    errors = []
    for _ in range(60):
        loss = (matrix - target).square().mean()
        optimiser.zero_grad()
        torch.autograd.backward(loss)
        optimiser.step()
        errors.append(loss.item())
    assert errors[-1] < errors[0] / 10


def test_average_follows_slowly_and_starts_fast() -> None:
    module = nn.Linear(1, 1, bias=False)
    nn.init.zeros_(module.weight)
    average = Ema(module, 0.9)
    nn.init.ones_(module.weight)
    seen = []
    for _ in range(200):
        average.update(module)
        seen.append(float(average.shadow["weight"]))
    assert seen[0] == pytest.approx(1 - 2 / 11)
    assert seen == sorted(seen)
    assert seen[-1] == pytest.approx(1, abs=1e-4)
    nn.init.zeros_(module.weight)
    average.update(module)
    assert float(average.shadow["weight"]) == pytest.approx(0.9, abs=1e-3)


def test_rate_warms_up_stays_and_falls_to_nothing() -> None:
    assert [rate(0.0, step) for step in (0, 24, 49, 100)] == pytest.approx([0.02, 0.5, 1, 1])
    assert [rate(progress, 1000) for progress in (0.75, 0.875, 1.0, 1.2)] == pytest.approx([1, 0.5, 0, 0])


# --- runs -----------------------------------------------------------------------------------------------------------


class Clock:
    """A minute that passes when told to, or by `tick` seconds whenever somebody looks."""

    def __init__(self, tick: float = 0.0) -> None:
        self.now, self.tick = 0.0, tick

    def monotonic(self) -> float:
        self.now += self.tick
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    stopped = Clock()
    monkeypatch.setattr(run, "time", stopped)
    return stopped


def sitting(folder: Path, clock: Clock, until: int) -> Run:
    """A run of ten minutes, one step a minute, whose data depends on the step alone."""
    torch.manual_seed(0)
    module = nn.Linear(4, 3)
    ours = Run(folder, module, [torch.optim.AdamW(module.parameters(), lr=0.1)], minutes=10, ema=0.9)
    ours.resume()
    while not ours.done and ours.step < until:
        x = noise(8, 4, seed=ours.step)
        loss = (module(x) - x[:, :3] + 0.1 * torch.rand(8, 3)).square().mean()
        ours.update(loss)
        clock.now += 60
    return ours


def test_a_resumed_run_equals_an_unbroken_one(tmp_path: Path, clock: Clock) -> None:
    """Weights, averages, optimiser, clock and random numbers: all are in the checkpoint."""
    whole = sitting(tmp_path / "whole", clock, until=99)
    took = whole.elapsed
    sitting(tmp_path / "parts", clock, until=4).save()
    torch.rand(5)
    parts = sitting(tmp_path / "parts", clock, until=99)
    assert (whole.step, parts.step) == (10, 10)
    assert parts.elapsed == pytest.approx(took)
    for name, value in whole.module.state_dict().items():
        assert torch.equal(value, parts.module.state_dict()[name])
        assert torch.equal(whole.ema.shadow[name], parts.ema.shadow[name])
    assert not torch.equal(whole.ema.shadow["weight"], whole.module.state_dict()["weight"])


def test_a_gradient_that_is_no_number_ends_the_run_and_leaves_the_weights(tmp_path: Path, clock: Clock) -> None:
    ours = sitting(tmp_path, clock, until=2)
    before = {name: value.clone() for name, value in ours.module.state_dict().items()}
    with pytest.raises(SoraError, match="step 2: the gradient is nan"):
        ours.update(ours.module(torch.full((1, 4), torch.nan)).sum())
    assert all(torch.equal(before[name], value) for name, value in ours.module.state_dict().items())


def test_the_budget_is_over_all_sittings(tmp_path: Path, clock: Clock) -> None:
    sitting(tmp_path, clock, until=4).save()
    clock.now += 3600  # time between sittings does not count
    assert sitting(tmp_path, clock, until=99).step == 10


def test_a_checkpoint_is_whole_or_not_there(tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    ours = sitting(tmp_path, clock, until=2)
    ours.save()

    def fail(state: object, path: Path) -> None:
        path.write_bytes(b"half")
        raise OSError("disk full")

    monkeypatch.setattr(torch, "save", fail)
    with pytest.raises(OSError, match="disk full"):
        ours.save()
    monkeypatch.undo()
    monkeypatch.setattr(run, "time", clock)
    assert sitting(tmp_path, clock, until=2).step == 2


def test_checkpoints_are_kept_by_the_clock(tmp_path: Path, clock: Clock) -> None:
    ours = sitting(tmp_path, clock, until=1)
    ours.keep(2.0)
    assert not ours.checkpoint.exists()
    clock.now += 120
    ours.keep(2.0)
    assert ours.checkpoint.exists()


def test_reports_are_means_since_the_last(tmp_path: Path, clock: Clock) -> None:
    ours = sitting(tmp_path, clock, until=3)
    for value in (1.0, 3.0):
        ours.note(loss=value)
    ours.report(speed=7)
    ours.note(loss=5.0)
    ours.report()
    lines = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert [line["loss"] for line in lines] == [2, 5]
    assert lines[0] == {"step": 3, "minutes": 3.0, "loss": 2.0, "speed": 7}


def test_a_request_to_stop_ends_the_run_after_the_step_in_hand(tmp_path: Path, clock: Clock) -> None:
    before = signal.getsignal(signal.SIGTERM)
    module = nn.Linear(4, 3)
    steps = 0
    with Run(tmp_path, module, [torch.optim.AdamW(module.parameters())], minutes=10) as ours:
        while not ours.done:
            ours.update(module(noise(8, 4)).square().mean())
            steps += 1
            if steps == 3:
                signal.raise_signal(signal.SIGTERM)
            ours.note(loss=float(steps))
    assert steps == 3
    assert signal.getsignal(signal.SIGTERM) is before
    assert json.loads((tmp_path / "log.jsonl").read_text())["step"] == 3
    again = Run(tmp_path, module, [torch.optim.AdamW(module.parameters())], minutes=10)
    assert again.resume()
    assert (again.step, again.done) == (3, False)


def test_two_runs_meet_halfway_by_the_steps_that_each_made(tmp_path: Path) -> None:
    runs, modules = [], []
    for name, other, value in (("a", "b", 0.0), ("b", "a", 8.0)):
        module = nn.Linear(1, 1, bias=False)
        nn.init.constant_(module.weight, value)
        runs.append(Run(tmp_path / name, module, [], minutes=10, ema=0.5, peer=tmp_path / other))
        modules.append(module)
    ours, theirs = runs
    ours.meet()  # nobody is there yet
    for steps in (1, 4):
        theirs.step = steps
        theirs.save()
        os.utime(theirs.checkpoint, (steps, steps))
        ours.meet()
        assert modules[0].weight.item() == (0.0 if steps == 1 else 6.0)
        ours.step = 1
    assert float(ours.ema.shadow["weight"]) == 6.0
    ours.meet()  # the same checkpoint once more
    assert modules[0].weight.item() == 6.0


# --- the transformer ------------------------------------------------------------------------------------------------


class Known(Dit):
    """A network that knows the answer, but for `error`, which may differ by token."""

    def __init__(self, answer: Tensor, error: Callable[[Tensor], Tensor], few: bool = False) -> None:
        super().__init__(DitConfig(channels=answer.shape[1], depth=1, few=few))
        self.answer, self.error = answer, error

    def forward(self, x: Tensor, sigma: Tensor, *_: Any) -> Tensor:
        return self.answer + self.error(sigma)[:, None] + 0 * self.inlet.bias.sum()


def batch_of(count: int = 4, stills: int = 0) -> Batch:
    return Batch(noise(count, 8, 3, 2, 2), Layout.chunks(3, 2, 2, 16), [""] * count, stills)


def text_of(batch: Batch) -> tuple[Tensor, Tensor]:
    context = Words()(batch.captions)
    return context.states, context.mask


def losses(batch: Batch, error: Callable[[Tensor], Tensor], seed: int = 0) -> Tensor:
    network = Known(batch.x0, error)
    rng, generator = np.random.default_rng(seed), torch.Generator().manual_seed(0)
    return loss_of(network, batch, text_of(batch), rng, 3.0, generator)


def test_the_loss_is_the_error_of_the_velocity() -> None:
    batch = batch_of()
    assert losses(batch, torch.zeros_like).tolist() == [0] * 4
    even = losses(batch, lambda sigma: 0.3 * sigma.clamp(min=FLOOR))  # x0 off by sigma times what v is off by
    assert even.tolist() == pytest.approx([0.09] * 4, rel=1e-4)


def test_given_tokens_cost_nothing() -> None:
    """With a still given, whatever the network makes of it."""

    def only_given(sigma: Tensor) -> Tensor:
        return (sigma <= 0.0).float()

    for seed in range(20):
        assert losses(batch_of(stills=1), only_given, seed).tolist() == [0] * 4


def test_the_curriculum_is_a_whole() -> None:
    assert sum(share for share, _ in transformer.CURRICULUM) == pytest.approx(1)
    assert transformer.phase(0.0) == transformer.CURRICULUM[0][1]
    assert transformer.phase(0.999) == transformer.phase(1.5) == transformer.CURRICULUM[-1][1]


def test_optimisers_share_out_every_parameter() -> None:
    network = Dit(DitConfig(channels=CHANNELS, depth=2))
    for recipe in (Recipe(), Recipe(muon_lr=0.02)):
        found = [p for o in transformer.optimisers(network, recipe) for g in o.param_groups for p in g["params"]]
        assert len(found) == len({id(p) for p in found}) == len(list(network.parameters()))


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock that ticks with every look at it, and small views."""
    monkeypatch.setattr(run, "time", Clock(1.0))
    monkeypatch.setattr(transformer, "CURRICULUM", ((1.0, (View(2, 2, 2), View(0, 2, 2), View(9, 9, 9))),))


def measured(network: Dit, cache: Cache) -> float:
    """The loss on batches and noise that are always the same."""
    rng, generator = np.random.default_rng(5), torch.Generator().manual_seed(5)
    words = TextStates(Words())
    with torch.no_grad():
        found = [
            loss_of(network, batch, words(batch.captions), rng, 3.0, generator).mean()
            for batch in (cache.batch(View(2, 2, 2), 16, rng) for _ in range(8))
        ]
    return float(torch.stack(found).mean())


@pytest.mark.usefixtures("quick")
def test_the_loss_falls_on_two_clips_and_training_goes_on_where_it_stopped(cache: Cache, tmp_path: Path) -> None:
    network = Dit(DitConfig(channels=CHANNELS, depth=2))
    network.spectrum.copy_(transformer.channel_variance(cache).clamp(min=1e-3))
    before = measured(network, cache)
    recipe = Recipe(tokens=128, minutes=8, lr=5e-3, report_every=20)
    first = transformer.train(network, TextStates(Words()), cache, tmp_path / "run", recipe)
    assert first.step > 80
    assert measured(network, cache) < before / 2
    again = Dit(DitConfig(channels=CHANNELS, depth=2))
    longer = Recipe(tokens=128, minutes=9, lr=5e-3, report_every=20)
    second = transformer.train(again, TextStates(Words()), cache, tmp_path / "run", longer)
    assert second.step > first.step
    steps = [json.loads(line)["step"] for line in (tmp_path / "run" / "log.jsonl").read_text().splitlines()]
    assert steps == sorted(steps)
    assert steps[0] == 20
    assert measured(again, cache) < before / 2


@pytest.mark.usefixtures("quick")
def test_a_sitting_ends_early_and_the_run_does_not(cache: Cache, tmp_path: Path) -> None:
    network = Dit(DitConfig(channels=CHANNELS, depth=1))
    recipe = Recipe(tokens=16, minutes=8, sitting=1)
    steps = [transformer.train(network, TextStates(Words()), cache, tmp_path, recipe).step for _ in range(2)]
    assert 0 < steps[0] < steps[1] < 40


# --- few steps ------------------------------------------------------------------------------------------------------


def test_a_student_starts_as_its_teacher() -> None:
    teacher = dit()
    student = fewstep.student_of(teacher)
    x, levels = noise(1, CHANNELS, 3, 2, 2), torch.full((1, 3, 2, 2), 0.6)
    layout, context = Layout.chunks(3, 2, 2, 16), Words()(["a fox"])
    keys = teacher.prepare(context.states, context.mask)
    jumped = student(x, levels, keys, layout, Jump(levels / 3, torch.tensor([5.0])))
    torch.testing.assert_close(jumped, teacher(x, levels, keys, layout))


def painter() -> tuple[Spark, SamplingOptions]:
    """A model that paints one picture whatever it is asked, and how."""
    answer = noise(1, CHANNELS, 1, *CELLS, seed=3)  # whatever the number of latent frames
    card = manifest.card("spark")
    model = Spark(card, vae(), Known(answer, torch.zeros_like), cast(TextEncoder, Words()))
    return model, replace(SamplingOptions.of(card), steps=fewstep.STEPS)


@pytest.fixture
def trajectories(cache: Cache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two files of trajectories of a model that knows the answer."""
    monkeypatch.setattr(fewstep, "VIEWS", (View(2, *CELLS), View(9, 9, 9)))
    monkeypatch.setattr("soracli.models.spark.names_side", lambda _: False)
    monkeypatch.setattr(fewstep, "time", Clock(1.0))
    model, options = painter()
    assert fewstep.paint(model, cache, tmp_path / "trajectories", options, minutes=2.5 / 60, index=3) == 2
    return tmp_path / "trajectories"


def test_trajectories_lead_straight_to_what_is_known(cache: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    """From noise, or from a clip that is edited, in Euler steps; what is given stays; guidance changes nothing here."""
    monkeypatch.setattr(fewstep, "VIEWS", (View(2, *CELLS),))
    monkeypatch.setattr("soracli.models.spark.names_side", lambda _: False)  # else guidance knows more than the answer
    model, options = painter()
    given, starts = 0, set()
    for seed in range(24):
        drawn = fewstep.sample(model, cache, np.random.default_rng(seed), options)
        answer = cast(Known, model.dit).answer
        painted = (drawn.masks > 0)[:, None].expand_as(drawn.states[0])
        straight = (
            answer + (drawn.states[0] - answer) * (drawn.sigmas / drawn.sigmas[0])[:, None, None, None, None, None]
        )
        expected = torch.where(painted, straight, drawn.states[0])
        torch.testing.assert_close(drawn.states, expected, atol=1e-4, rtol=1e-4)
        given += int((~painted).sum())
        starts.add(round(float(drawn.sigmas[0]), 3))
        assert len(drawn.sigmas) == options.steps + 1
        assert drawn.sigmas[-1] == 0
    assert given > 0
    assert max(starts) == 1
    assert min(starts) < 1


def test_pairs_of_straight_trajectories_aim_at_their_end(trajectories: Path) -> None:
    """The levels are those of the trajectory, and given tokens have none."""
    answer = cast(Known, painter()[0].dit).answer
    rng, lengths = np.random.default_rng(0), set()
    for pair in itertools.islice(fewstep.pairs(trajectories, rng), 40):
        painted = (pair.masks > 0)[:, None].expand_as(pair.x)
        torch.testing.assert_close(
            pair.target[painted], answer.expand_as(pair.x)[painted], atol=0.1, rtol=0
        )  # half precision
        assert torch.equal(pair.levels > 0, pair.masks > 0)
        assert bool((pair.where <= pair.levels).all())
        lengths.update((pair.levels - pair.where).amax((1, 2, 3)).tolist())
    assert len(lengths) > 10


def test_the_few_step_loss_is_the_distance_to_the_target(trajectories: Path) -> None:
    pair = next(fewstep.pairs(trajectories, np.random.default_rng(1)))
    keys = text_of(Batch(pair.x, pair.layout, list(pair.captions), 0))
    assert float(fewstep.loss_of(Known(pair.target, torch.zeros_like, few=True), pair, keys).detach()) == 0
    off = Known(pair.target, lambda levels: 0.3 * levels.clamp(min=FLOOR), few=True)
    assert float(fewstep.loss_of(off, pair, keys).detach()) == pytest.approx(0.09, rel=1e-4)


def test_nothing_to_learn_few_steps_from_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["fewstep", "--run", str(tmp_path), "--minutes", "0.1"]) == 2
    assert "there are no trajectories to learn from; run the trajectories command first" in capsys.readouterr().err


@pytest.mark.usefixtures("quick")
def test_few_step_training_learns_resumes_and_can_be_taken_up(trajectories: Path, tmp_path: Path) -> None:
    teacher = stirred(Dit(DitConfig(channels=CHANNELS, depth=1)))
    for minutes in (2, 4):
        recipe = fewstep.Recipe(minutes=minutes, lr=3e-3, report_every=20)
        done = fewstep.train(teacher, TextStates(Words()), trajectories, tmp_path / "fewstep", recipe)
    lines = [json.loads(line) for line in (tmp_path / "fewstep" / "log.jsonl").read_text().splitlines()]
    assert lines[-1]["step"] == done.step > lines[0]["step"]
    assert lines[-1]["loss"] < lines[0]["loss"] * 0.7
    taken, step = networks.trained(tmp_path, "fewstep")
    assert (step, taken.config.few) == (done.step, True)


# --- the compression network ----------------------------------------------------------------------------------------


def test_distance_sees_blur_and_knows_no_sign() -> None:
    truth = noise(1, 3, 16, 16).sign()
    blurred = nn.functional.avg_pool2d(truth, 3, 1, 1)
    assert autoencoder.distance(truth, truth) == 0
    assert autoencoder.distance(blurred, truth) > (blurred - truth).abs().mean()
    torch.testing.assert_close(autoencoder.distance(blurred, truth), autoencoder.distance(truth, blurred))


def test_decibels() -> None:
    truth = torch.zeros(1, 3, 4, 4)
    assert autoencoder.psnr(truth + 0.02, truth) == pytest.approx(40, abs=1e-3)  # a hundredth of the range


def test_crops_are_a_frame_and_its_neighbours() -> None:
    """Time is in red, the row in green, the column in blue, so that every place tells where it was."""
    time, row, column = torch.meshgrid(torch.arange(24), torch.arange(96), torch.arange(128), indexing="ij")
    clip = torch.stack([time, row, column]).half()
    pool = autoencoder.Pool([clip], [clip])
    linear, truth = autoencoder.crops(pool, autoencoder.Recipe(batch=200, crop=32), np.random.default_rng(0))
    assert linear.shape == (200, 3, 3, 32, 32)
    assert truth.shape == (200, 3, 32, 32)
    assert torch.equal(linear[:, 1], truth)
    moments = truth[:, 0, 0, 0]
    assert torch.equal(linear[:, 0, 0, 0, 0], (moments - 1).clamp(min=0))
    assert torch.equal(linear[:, 2, 0, 0, 0], (moments + 1).clamp(max=23))
    assert torch.equal(linear[:, :, 1:], truth[:, None, 1:].expand(-1, 3, -1, -1, -1))  # at one place
    corners = {tuple(corner.tolist()) for corner in truth[:, 1:, 0, 0]}
    assert corners == {(row, column) for row in (0, 32, 64) for column in (0, 32, 64, 96)}  # of cells, all of them


def shots(count: int) -> list[Shot]:
    return [Shot(frames, "a fox") for frames in rendered(1).pixels] * count


def test_a_pool_holds_the_truth_and_what_noise_leaves_of_it() -> None:
    network = vae()
    pool = autoencoder.coded(network, shots(24), autoencoder.Recipe(noise=1.0), np.random.default_rng(0), None)
    pixels = shots(1)[0].frames.permute(3, 0, 1, 2).float() / 127.5 - 1
    torch.testing.assert_close(pool.truth[0].float(), pixels, atol=1e-3, rtol=1e-3)
    quiet = network.linear.decode(network.linear.encode(pixels[None]))[0]
    away = [float((linear.float() - quiet).abs().mean()) for linear in pool.linear]
    assert 1 <= sum(distance < 1e-3 for distance in away) <= 12  # a quarter has no noise
    assert max(away) > 3 * float(np.median(away)) / 2


def test_a_painters_work_is_what_it_makes_of_the_truth_through_noise() -> None:
    network = vae()
    pixels = rendered(1).pixels.permute(0, 4, 1, 2, 3).float() / 127.5 - 1
    latents = network.encode(pixels)
    painter = autoencoder.Painter(dit(), TextStates(Words()))
    little, much = (painter.repaint(latents, pixels, "a fox", sigma, 16.0) for sigma in (1e-3, 0.9))
    torch.testing.assert_close(little, latents, atol=0.1, rtol=0)
    assert (much - latents).square().mean() > 10 * (little - latents).square().mean()
    pool = autoencoder.coded(network, shots(20), autoencoder.Recipe(noise=0), np.random.default_rng(0), painter)
    plain = network.linear.decode(latents)[0]
    repainted = [float((linear.float() - plain).abs().mean()) > 1e-3 for linear in pool.linear]
    assert 8 <= sum(repainted) <= 18  # two in three


def evening() -> Iterator[list[Shot]]:
    """Clips of one colour, of which a random linear path knows nothing."""
    while True:
        yield [Shot(torch.full((8, 32, 32, 3), 200, dtype=torch.uint8), "evening")]


@pytest.mark.usefixtures("quick")
def test_the_refiner_learns_to_beat_the_linear_path(tmp_path: Path) -> None:
    network = Vae(VaeConfig(channels=CHANNELS, block=8, refine_width=8, refine_depth=1))
    network.linear.load_state_dict(vae().linear.state_dict())
    recipe = autoencoder.Recipe(minutes=6, lr=1e-2, batch=2, crop=32, report_every=10)
    autoencoder.train(network, evening(), tmp_path, recipe)
    lines = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert lines[-1]["loss"] < lines[0]["loss"] / 2
    assert lines[-1]["gain_db"] > 3


# --- the command ----------------------------------------------------------------------------------------------------


def test_nothing_to_train_on_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["transformer", "--run", str(tmp_path)]) == 2
    assert capsys.readouterr().err.startswith("sora: error: ")


def test_a_missing_checkpoint_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no checkpoint; run the fewstep command first"):
        networks.trained(tmp_path, "fewstep")


def test_training_starts_from_published_weights_and_from_checkpoints(tmp_path: Path) -> None:
    """Shapes that fit are taken, the spectrum of the data stays, and weights of another network are refused."""
    known, fresh = dit(), Dit(DitConfig(channels=CHANNELS, depth=2))
    quantise.save(quantise.quantise(known.state_dict()), tmp_path, "spark-drafts")
    networks.initialise(fresh, tmp_path)
    torch.testing.assert_close(fresh.outlet.weight, known.outlet.weight, atol=1e-3, rtol=1e-3)
    assert torch.equal(fresh.spectrum, torch.ones(CHANNELS))
    torch.save({"ema": known.state_dict()}, tmp_path / "checkpoint.pt")
    again = Dit(DitConfig(channels=CHANNELS, depth=2, few=True))
    networks.initialise(again, tmp_path / "checkpoint.pt")
    assert torch.equal(again.outlet.weight, known.outlet.weight)
    with pytest.raises(UsageError, match="holds no weights that fit"):
        networks.initialise(Dit(DitConfig(channels=7, depth=12)), tmp_path)


def test_a_share_of_published_weights_is_kept(tmp_path: Path) -> None:
    known, network = dit(), dit()
    with torch.no_grad():
        network.outlet.weight += 1
    quantise.save(quantise.quantise(known.state_dict()), tmp_path, "spark-drafts")
    networks.blend(network, tmp_path, 0.25)
    torch.testing.assert_close(network.outlet.weight, known.outlet.weight + 0.75, atol=1e-3, rtol=1e-3)
    with pytest.raises(UsageError, match="not those of a network like this one"):
        networks.blend(Dit(DitConfig(channels=CHANNELS, depth=1)), tmp_path, 0.25)


@pytest.mark.usefixtures("quick")
def test_a_phase_without_a_view_that_fits_says_so(
    cache: Cache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second phase here; what lies behind is not gone through again."""
    monkeypatch.setattr(transformer, "CURRICULUM", ((0.5, (View(0, 2, 2),)), (0.5, (View(9, 9, 9),))))
    network = Dit(DitConfig(channels=CHANNELS, depth=1))
    with pytest.raises(UsageError, match="no clip of the cache holds a view"):
        transformer.train(network, TextStates(Words()), cache, tmp_path / "late", Recipe(minutes=0.3, behind=0.5))
    transformer.train(network, TextStates(Words()), cache, tmp_path / "early", Recipe(minutes=0.3, sitting=0.05))


@pytest.mark.usefixtures("quick")
def test_what_was_trained_can_be_taken_up(cache: Cache, tmp_path: Path) -> None:
    """The average of a run, in its own shape."""
    recipe = Recipe(tokens=16, minutes=0.5)
    network = Dit(DitConfig(channels=CHANNELS, depth=1))
    ours = transformer.train(network, TextStates(Words()), cache, tmp_path / "transformer", recipe)
    taken, step = networks.trained(tmp_path, "transformer")
    assert (step, taken.config) == (ours.step, network.config)
    assert torch.equal(taken.inlet.weight, ours.ema.shadow["inlet.weight"])
