"""The probe reads pixels, not hopes: labels, training examples, the shipped weights, and the figures around them."""

from __future__ import annotations

import importlib.util
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch

from soracli.errors import WeightsError
from soracli.train.probe_network import (
    LENGTH,
    SLOTS,
    UNKNOWN,
    Examples,
    Probe,
    degraded,
    labels_of,
    look,
    loss_of,
    targets,
    truth,
    turned,
)
from soracli.world.assets import ActorBank
from soracli.world.render import render
from soracli.world.scene import Performer, Scene
from soracli.world.scenes import CORE_PLACES, CORE_TIMES, Corpus, sample_scene

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
SHIPPED = BENCHMARKS / "probe.safetensors"
CORPUS = replace(Corpus.core(16), cameras=("static", "tracking"), without=("jump", "launch"))


@pytest.fixture(scope="module")
def figures() -> ModuleType:
    spec = importlib.util.spec_from_file_location("figures", BENCHMARKS / "figures.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def shipped() -> Probe:
    return Probe.load(SHIPPED)


@pytest.fixture(scope="module")
def bank() -> ActorBank:
    """One actor, a brown disc: nobody that the probe has ever met."""
    y, x = torch.meshgrid(torch.arange(128.0), torch.arange(128.0), indexing="ij")
    frames = torch.zeros(1, 36, 128, 128, 4, dtype=torch.uint8)
    frames[0][:, ((x - 64) ** 2 + (y - 80) ** 2) < 40**2] = torch.tensor([150, 90, 40, 255], dtype=torch.uint8)
    return ActorBank(("dog",), frames)


def clip(scene: Scene, bank: ActorBank, frames: int = 16) -> np.ndarray:
    """Two seconds of a scene."""
    return render([scene], width=192, height=192, frames=frames, fps=frames / 2, bank=bank, start=1.0).pixels[0].numpy()


def walking(direction: str, place: str = "meadow", time: str = "day") -> Scene:
    start = 0.5 - 0.18 * (1 if direction == "right" else -1)
    return Scene("scenery", (Performer("dog", "walk", direction, x=start),), place, time, seed=3)


# --- labels and looking -----------------------------------------------------------------------------------------------


def test_every_scene_of_the_corpus_has_a_target_in_every_slot() -> None:
    rng = np.random.default_rng(0)
    labels = labels_of(CORPUS)
    scenes = [sample_scene(rng, CORPUS, "any") for _ in range(200)]
    for row, scene in zip(targets(scenes, labels).tolist(), scenes, strict=True):
        assert {slot: labels[slot][index] for slot, index in zip(SLOTS, row, strict=True)} == truth(scene)


@pytest.mark.parametrize(
    ("shape", "size"), [((64, 256, 448), (96, 168)), ((32, 300, 200), (144, 96)), ((8, 64, 400), (96, 240))]
)
def test_a_clip_is_looked_at_in_its_own_shape(shape: tuple[int, int, int], size: tuple[int, int]) -> None:
    x, spacing = look(np.zeros((*shape, 3), np.uint8), fps=16)
    assert x.shape == (LENGTH, 3, *size)
    assert spacing == shape[0] / 16 / LENGTH


def test_the_frames_looked_at_are_spread_over_the_clip() -> None:
    film = np.repeat(np.arange(64, dtype=np.uint8), 16 * 16 * 3).reshape(64, 16, 16, 3)
    x, _ = look(film, fps=16)
    assert (x.mean((1, 2, 3)) * 255).round().tolist() == [4, 12, 20, 28, 36, 44, 52, 60]
    still, spacing = look(film[:1], fps=16)
    assert spacing == 0
    assert (still == still[0]).all()


# --- training examples ------------------------------------------------------------------------------------------------


def test_a_mirrored_or_backward_clip_changes_its_direction_and_nothing_else() -> None:
    labels = labels_of(CORPUS)
    scene = walking("right")
    x = torch.arange(LENGTH)[:, None] * 6 + 10  # a bright bar that moves right
    bar = (torch.arange(96)[None] - x).abs() < 4
    clips = bar[:, None, None].float().expand(LENGTH, 3, 96, 96)[None].repeat(64, 1, 1, 1, 1)
    wanted = targets([scene] * 64, labels)
    leads = torch.stack([(x[:, 0] + 0.5) / 96, torch.full((LENGTH,), 0.5)], -1).expand(64, LENGTH, 2)
    examples = Examples(clips, torch.full((64,), 0.25), wanted, leads)
    out, spacing, found, leads = turned(examples, labels, torch.Generator().manual_seed(0))
    direction = SLOTS.index("direction")
    place = (out.mean((2, 3)) * torch.arange(96.0)).sum(-1) / out.mean((2, 3)).sum(-1)  # (64, 8)
    assert torch.allclose(leads[..., 0], (place + 0.5) / 96, atol=1e-4)
    moved = place[:, -1] - place[:, 0]
    for i in range(64):
        if spacing[i] == 0:
            assert moved[i] == 0
            assert found[i, direction] == UNKNOWN
            continue
        assert labels["direction"][int(found[i, direction])] == ("right" if moved[i] > 0 else "left")
        assert (found[i] == wanted[i]).sum() >= len(SLOTS) - 1
    assert (moved > 0).any()
    assert (moved < 0).any()
    assert (spacing == 0).any()


def test_flaws_stay_in_range_leave_some_clips_whole_and_repeat() -> None:
    clips = torch.rand(40, LENGTH, 3, 32, 32, generator=torch.Generator().manual_seed(1))
    out = degraded(clips, torch.Generator().manual_seed(2))
    whole = (out == clips).flatten(1).all(1)
    assert out.shape == clips.shape
    assert 0 <= out.min() <= out.max() <= 1
    assert 0 < whole.sum() < 20
    assert torch.equal(out, degraded(clips, torch.Generator().manual_seed(2)))


def test_training_lowers_the_loss() -> None:
    torch.manual_seed(0)
    probe = Probe(labels_of(CORPUS))
    clips = torch.tensor([0.2, 0.8]).repeat(4)[:, None, None, None, None].expand(8, LENGTH, 3, 32, 32)
    wanted = targets([walking("left", "desert", "night"), walking("left", "forest", "day")] * 4, probe.labels)
    examples = Examples(clips, torch.full((8,), 0.25), wanted, torch.full((8, LENGTH, 2), 0.4))
    optimiser = torch.optim.AdamW(probe.parameters(), lr=2e-3)
    losses = []
    for step in range(14):
        generator = torch.Generator().manual_seed(step)
        loss = loss_of(probe, examples, generator)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    assert np.mean(losses[-4:]) < 0.6 * losses[0]


# --- weights ----------------------------------------------------------------------------------------------------------


def test_a_saved_probe_reads_as_before(tmp_path: Path) -> None:
    torch.manual_seed(0)
    probe = Probe(labels_of(CORPUS)).eval()
    probe.save(tmp_path / "probe.safetensors")
    again = Probe.load(tmp_path / "probe.safetensors")
    x, spacing = torch.rand(2, LENGTH, 3, 64, 64), torch.tensor([0.1, 0.5])
    assert again.labels == probe.labels
    for slot, logits in probe(x, spacing).slots.items():
        assert torch.allclose(logits, again(x, spacing).slots[slot], atol=2e-2), slot


def test_what_is_not_a_probe_is_refused_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="no probe here"):
        Probe.load(tmp_path / "missing.safetensors")
    broken = tmp_path / "broken.safetensors"
    broken.write_bytes(SHIPPED.read_bytes()[:5000])
    with pytest.raises(WeightsError) as error:
        Probe.load(broken)
    assert "\n" not in str(error.value)


def test_the_shipped_probe_is_small_and_knows_the_core_corpus(shipped: Probe) -> None:
    assert SHIPPED.stat().st_size <= 2_000_000
    assert shipped.labels == labels_of(CORPUS)


def test_the_shipped_probe_reads_places_and_times(shipped: Probe, bank: ActorBank) -> None:
    scenes = [walking("left", place, time) for place in CORE_PLACES for time in CORE_TIMES]
    read = [shipped.read(clip(scene, bank), 8) for scene in scenes]
    assert sum(said["place"] == scene.place for said, scene in zip(read, scenes, strict=True)) >= 16
    assert sum(said["time"] == scene.time for said, scene in zip(read, scenes, strict=True)) >= 16


def test_the_shipped_probe_sees_which_way_things_move(shipped: Probe, bank: ActorBank) -> None:
    film = clip(walking("right"), bank)
    assert shipped.read(film, 8)["direction"] == "right"
    assert shipped.read(film[:, :, ::-1], 8)["direction"] == "left"
    assert shipped.read(film[::-1], 8)["direction"] == "left"


# --- figures ----------------------------------------------------------------------------------------------------------


def test_blurred_edges_are_less_sharp(figures: ModuleType) -> None:
    film = np.zeros((2, 20, 20, 3), np.uint8)
    film[:, :, 10:] = 200
    soft = film.copy()
    soft[:, :, 9:11] = 100
    assert figures.sharpness(film) == pytest.approx(200**2 / 19)
    assert figures.sharpness(soft) == pytest.approx(2 * 100**2 / 19)


def test_shares_and_mistakes_are_counted(figures: ModuleType) -> None:
    wanted = [{"place": place, "time": "day"} for place in ("beach", "beach", "forest", "forest")]
    assert figures.agreement(wanted, wanted, ("place", "time")) == {"place": 1, "time": 1, "all": 1}
    turned_round = [*wanted[1:], wanted[0]]
    assert figures.agreement(turned_round, wanted, ("place", "time")) == {"place": 0.5, "time": 1, "all": 0.5}
    assert figures.mistakes(turned_round, wanted, "place") == ["forest for beach (1)", "beach for forest (1)"]


def test_the_margin_of_a_share_narrows_with_its_count(figures: ModuleType) -> None:
    assert figures.margin(0.8, 300) == pytest.approx(0.045, abs=0.002)
    assert figures.margin(1.0, 10) > 0.1
