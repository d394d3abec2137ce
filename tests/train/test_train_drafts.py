"""What the transformer learns drafts from: clips told apart into what is drawn and what lies behind."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import tiny
import torch
from test_world import bank as bank  # a fixture

from soracli.models.spark import steering
from soracli.models.spark.dit import COVER, SKETCH, Control, Layout
from soracli.models.spark.vae import CHUNK, PATCH
from soracli.train import draft_examples, draft_shards, drafts
from soracli.train.data import TextStates
from soracli.train.transformer import Recipe
from soracli.world.assets import ActorBank
from soracli.world.domain import Frame
from soracli.world.layers import light_of
from soracli.world.scene import Performer, Scene

SIZE = 64, 64


def scene(**changes: object) -> Scene:
    dog = Performer("dog", "walk", "right", size=0.5, x=0.4)
    return replace(Scene("scenery", (dog,), "meadow", "sunset", camera="static", seed=3), **changes)  # type: ignore[arg-type]


def film(frames: int = 16, fps: float = 16) -> Frame:
    return Frame(*SIZE, torch.arange(frames, dtype=torch.float64) / fps)


def pieces(bank: ActorBank, count: int = 2, frames: int = 16) -> list[draft_shards.Pieces]:
    rng = np.random.default_rng(0)
    return [draft_shards.of_scene(scene(seed=i), film(frames), bank, rng, empty=False) for i in range(count)]


def test_a_draft_in_its_light_over_its_plate_is_the_clip(bank: ActorBank) -> None:
    part = pieces(bank, 1)[0]
    cover = part.alpha[..., None].float() / 255
    light = torch.tensor(light_of("sunset", "clear", "meadow").actors)
    made = part.plate * (1 - cover) + part.draft * light
    assert float((made - part.full.float()).abs().max()) <= 4
    assert float(cover.mean()) > 0.05


def test_a_plate_shows_nobody_but_keeps_the_shadow(bank: ActorBank) -> None:
    part = pieces(bank, 1)[0]
    empty = draft_shards.of_scene(scene(), film(), bank, np.random.default_rng(0), empty=True)
    assert not empty.alpha.any()
    solid = part.alpha == 255
    assert float((part.full.float() - part.plate.float())[solid].abs().mean()) > 30
    beneath = (part.plate.float() - empty.plate.float()).mean(-1)
    assert float(beneath.min()) < -10, "the shadow is in the plate"


def test_weather_that_falls_belongs_to_the_whole_clip_alone(bank: ActorBank) -> None:
    rng = np.random.default_rng(0)
    snow = draft_shards.of_scene(scene(weather="snow"), film(), bank, rng, empty=False)
    fog = draft_shards.of_scene(scene(weather="fog"), film(), bank, rng, empty=False)
    open_ = snow.alpha == 0
    assert float((snow.full.float() - snow.plate.float())[open_].abs().max()) > 30
    # 2 of 255 remain where a drawing's edge has a colour, but a cover that rounds to none.
    assert float((fog.full.float() - fog.plate.float())[fog.alpha == 0].abs().max()) <= 2


def test_a_camera_over_a_photograph_shows_what_its_numbers_say() -> None:
    y, x = torch.meshgrid(torch.arange(96.0), torch.arange(160.0), indexing="ij")
    picture = torch.stack([x, y, 100 + 0 * x])
    names = ActorBank(("dog",), torch.zeros(1, 36, 128, 128, 4, dtype=torch.uint8))
    for seed in range(6):
        part = draft_shards.of_photograph(picture, *SIZE, 16, names, np.random.default_rng(seed))
        first, last = part.plate[0].float(), part.plate[-CHUNK].float()  # the last latent frame's first
        travel, zoom = float(part.camera[-1, 0, 0]), float(part.camera[-1, 0, 1])
        width = float(last[32, -1, 0] - last[32, 0, 0]) * SIZE[0] / (SIZE[0] - 1)  # of the window, in the picture
        before = float(first[32, -1, 0] - first[32, 0, 0]) * SIZE[0] / (SIZE[0] - 1)
        assert np.exp(zoom) == pytest.approx(before / width, rel=0.08)
        assert travel * width == pytest.approx(float(last[32, 0, 0] - first[32, 0, 0]), abs=0.12 * width)


def test_shards_give_back_what_was_written(bank: ActorBank, tmp_path: Path) -> None:
    vae, parts = tiny.vae(), pieces(bank)
    draft_shards.write_shard(tmp_path / "drafts-000-00000.safetensors", parts, vae, 24.0)
    examples = draft_examples.Examples([tmp_path])
    assert examples.refresh() == 2
    batch = examples.batch(1, 2, np.random.default_rng(0))
    assert batch.layout.spans == (CHUNK / 24.0,) * 2
    plates = [vae.encode(draft_shards.as_pixels(part.plate)) for part in parts]
    nearest = min(float((plate - batch.plate).abs().max()) for plate in plates)
    assert nearest < 0.02
    assert batch.control.cover.shape[1] == 2 * (SIZE[0] // PATCH) ** 2
    assert float(batch.control.camera[:, 0, 0, 0].abs().max()) == 0, "travel is told from the window's start"


def test_a_still_of_a_clips_first_frame_needs_no_pixels(bank: ActorBank, tmp_path: Path) -> None:
    vae = tiny.vae()
    draft_shards.write_shard(tmp_path / "drafts-000-00000.safetensors", pieces(bank), vae, 24.0)
    batch = draft_examples.Examples([tmp_path]).batch(2, 1, np.random.default_rng(0))
    still = draft_examples.Stills.of(vae)(batch)
    with torch.no_grad():
        held = vae.linear.decode(still.plate)
        shown = vae.linear.decode(batch.plate)[:, :, :1]
        again = vae.linear.decode(vae.encode(shown.expand(-1, -1, CHUNK, -1, -1)))
    assert torch.allclose(held, again, atol=1e-3)
    assert still.layout.spans == (0.0,)


def test_sketches_are_worked_out_of_latents(bank: ActorBank, tmp_path: Path) -> None:
    vae = tiny.vae()
    latents = vae.encode(draft_shards.as_pixels(pieces(bank, 1)[0].plate))
    with torch.no_grad():
        shown = vae.linear.decode(latents)
    assert torch.allclose(draft_examples.Sketches.of(vae)(latents), steering.thumbnail(shown), atol=1e-4)


def test_the_linear_guess_from_a_sketch_keeps_its_colours(bank: ActorBank, tmp_path: Path) -> None:
    """What the guess shows comes down to the sketch that it was made from."""
    vae, network = tiny.vae(), tiny.dit(control=True)
    assert network.steering is not None
    draft_shards.write_shard(tmp_path / "drafts-000-00000.safetensors", pieces(bank), vae, 16.0)
    sketches, examples = draft_examples.Sketches.of(vae), draft_examples.Examples([tmp_path])
    drafts.fit_rough(network, examples, sketches)
    sketch = sketches(examples.batch(2, 2, np.random.default_rng(0)).plate)
    guess = network.steering.rough(steering.seen(sketch)).transpose(1, 2).unflatten(2, (2, 2, 2))
    assert float((sketches(guess) - sketch).abs().mean()) < 0.1 * float(sketch.std())
    assert float(network.steering.remainder.sum()) < 0.5 * float(examples.variance().sum())


def test_what_is_painted_shows_what_its_sketch_shows(bank: ActorBank, tmp_path: Path) -> None:
    vae, network = tiny.vae(), tiny.dit(control=True)
    draft_shards.write_shard(tmp_path / "drafts-000-00000.safetensors", pieces(bank), vae, 16.0)
    sketches, batch = (
        draft_examples.Sketches.of(vae),
        draft_examples.Examples([tmp_path]).batch(2, 1, np.random.default_rng(0)),
    )
    drafts.fit_kept(network, sketches)
    sketch = sketches(batch.plate)
    control = batch.control._replace(sketch=steering.seen(sketch), sketched=torch.ones(2))
    keys = network.prepare(tiny.noise(2, 3, 384), torch.ones(2, 3, dtype=torch.bool))
    with torch.no_grad():
        painted = network(
            tiny.noise(*batch.plate.shape), torch.full((2, 1, 2, 2), 0.5), keys, batch.layout, None, control
        )
    assert float((sketches(painted) - sketch).abs().max()) < 0.05 * float(sketch.std())


def test_a_sketch_says_more_than_words() -> None:
    """After a few steps on flat colours, the error with a sketch is smaller than without."""
    vae, network = tiny.vae(), tiny.dit(control=True).requires_grad_(True)
    assert network.steering is not None
    sketches, text = draft_examples.Sketches.of(vae), TextStates(tiny.Words())
    optimiser = torch.optim.Adam(network.steering.parameters(), lr=1e-2)

    def loss(sketched: float) -> torch.Tensor:
        rng, generator = np.random.default_rng(5), torch.Generator().manual_seed(5)
        return drafts.loss_of(network, colours, text, sketches, rng, 1.0, generator, 0.9, 1.0, sketched)

    flat = torch.rand(4, 3, 1, 1, 1).expand(-1, -1, 8, 32, 32) * 2 - 1
    latents = vae.encode(flat)
    blank = torch.zeros(4, 1, tiny.CHANNELS)
    control = Control(
        blank, torch.zeros(4, 1, COVER), torch.ones(4), torch.zeros(4, 1, 2, 4), torch.ones(4),
        torch.zeros(4, 1, SKETCH), torch.zeros(4),
    )  # fmt: skip
    colours = draft_examples.Batch(latents, latents, control, [("", "")] * 4, Layout.chunks(1, 1, 1, 16.0))
    for _ in range(60):
        loss(1.0).backward()
        optimiser.step()
        optimiser.zero_grad()
    with torch.no_grad():
        assert float(loss(1.0)) < 0.7 * float(loss(0.0))


def test_a_few_steps_teach_a_network_what_drafts_are_for(bank: ActorBank, tmp_path: Path) -> None:
    draft_shards.write_shard(tmp_path / "drafts-000-00000.safetensors", pieces(bank), tiny.vae(), 16.0)
    batch = draft_examples.Examples([tmp_path]).batch(2, 1, np.random.default_rng(0))
    text, network = TextStates(tiny.Words()), tiny.dit(control=True).requires_grad_(True)
    sketches = draft_examples.Sketches.of(tiny.vae())
    optimiser, found = torch.optim.Adam(network.parameters(), lr=3e-3), []
    for _ in range(15):
        rng, generator = np.random.default_rng(5), torch.Generator().manual_seed(5)
        loss = drafts.loss_of(network, batch, text, sketches, rng, 1.0, generator, level=0.9, present=1.0)
        loss.backward()
        optimiser.step()
        optimiser.zero_grad()
        found.append(float(loss.detach()))
    assert found[-1] < 0.7 * found[0]


def test_a_run_keeps_what_it_has_learnt(bank: ActorBank, tmp_path: Path) -> None:
    draft_shards.write_shard(tmp_path / "drafts-000-00000.safetensors", pieces(bank, frames=64), tiny.vae(), 16.0)
    examples, text = draft_examples.Examples([tmp_path]), TextStates(tiny.Words())
    network = tiny.dit(control=True).requires_grad_(True)
    recipe = Recipe(tokens=16, minutes=0.01, checkpoint_every=60)
    run = drafts.train(network, text, examples, examples, draft_examples.Maps.of(tiny.vae()), tmp_path / "run", recipe)
    assert run.step >= 1
    assert "steering.draft.weight" in torch.load(run.checkpoint, weights_only=True)["ema"]
    found = drafts.validated(network, examples, text, draft_examples.Sketches.of(tiny.vae()))
    assert {name: len(row) for name, row in found.items()} == {"sketch": 5, "draft": 5, "text": 5}
