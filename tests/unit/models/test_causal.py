"""Wan made causal: keys and values that are kept say what a mask over all frames would, chunk after chunk."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import numpy as np
import open_folder
import pytest
import torch
from conftest import Sora
from deviation import within
from open_models import canvas, frames_of, loaded, painted, pixels, request
from torch import Tensor

from soracli.models.common import pickled
from soracli.models.common.layers import Attention
from soracli.models.wan.transformer import WanTransformer
from soracli.sampling import flow
from soracli.sampling.sampler import sample
from soracli.types import Geometry

PROMPT = "a red fox runs"
SIZE = (21, 32, 48)  # six latent frames of 2 x 3 tokens
TOKENS = 6
FOUR = [1.0, 0.75, 0.5, 0.25]
SEED = 7
AT_THE_END = 4096  # one tile larger than the picture: it is decoded when all is painted


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return open_folder.write(tmp_path_factory.mktemp("t2v") / "t2v", "t2v")


def predicted(model: Any, latents: Tensor, done: int, chunk: int, sigma: float) -> Tensor:
    """Clean latents after `done`, by one pass over all frames: those before at level 0, and nobody looks ahead."""
    count = latents.shape[2]
    piece = torch.arange(count).div(chunk, rounding_mode="floor").repeat_interleave(TOKENS)
    mask = torch.where(piece[None, :] <= piece[:, None], 0.0, float("-inf"))
    times = (torch.arange(count) >= done).float().repeat_interleave(TOKENS)[None] * sigma * 1000
    plain = Attention._attended

    def masked(self: Attention, q: Tensor, k: Tensor, v: Tensor, bias: Tensor | None = None) -> Tensor:
        return plain(self, q, k, v, mask if q.shape[1] == k.shape[1] else bias)

    with pytest.MonkeyPatch.context() as patch, torch.inference_mode():
        patch.setattr(Attention, "_attended", masked)
        velocity = model.parts.get("transformer", WanTransformer)(latents, times, model.context(PROMPT))
    return (latents - sigma * velocity)[:, :, done:]


def expected(model: Any, chunk: int, trained: list[float], opening: list[float], first: Tensor | None) -> Tensor:
    """The sampling of Zhu et al. 2026: each chunk from noise, in its few levels, with fresh noise between them."""
    x = torch.randn((1, 16, 6, 4, 6), generator=torch.Generator().manual_seed(SEED))
    begin = 0 if first is None else 1
    if first is not None:
        x[:, :, :1] = first
    for start in range(begin, 6, chunk):
        draw = torch.Generator().manual_seed(SEED + (1 << 32) * (1 + start))
        own = opening if opening and start == begin else trained
        levels = [*flow.shifted(torch.tensor(own, dtype=torch.float64), 5.0).float().tolist(), 0.0]
        part = x[:, :, start : start + chunk]
        for level, following in itertools.pairwise(levels):
            clean = predicted(model, torch.cat([x[:, :, :start], part], 2), start, chunk, level)
            if following:
                noise = torch.randn((1, 16, start + chunk, 4, 6), generator=draw)[:, :, start:]
                part = (1 - following) * clean + following * noise
        x[:, :, start : start + chunk] = clean
    return x


@pytest.mark.parametrize(
    ("chunk", "trained", "opening", "given"),
    [(1, [1.0], FOUR, False), (1, [1.0, 0.5], FOUR, True), (3, FOUR, [], False)],
    ids=["1 step", "2 steps from a picture", "3 frames at a time"],
)
def test_chunk_after_chunk(folder: Path, chunk: int, trained: list[float], opening: list[float], given: bool) -> None:
    model = loaded(folder, chunk=chunk, sigmas=trained, opening=opening, tokens=64, tiles=AT_THE_END)
    picture = frames_of(1, *SIZE[1:], seed=3)
    options = request(model, SIZE, 16, steps=len(trained), guidance=1.0, shift=5.0, solver="renoised")
    with torch.inference_mode():
        first = model.encode(pixels(picture)[None]) if given else None
    found = painted(model, canvas(SIZE, 16, {0: picture} if given else {}), PROMPT, options).latents
    want = expected(model, chunk, trained, opening, first)
    assert want.std() > 0.3
    within(f"Causal-Forcing, {len(trained)} steps, {chunk} frames at a time", found, want, 2e-5)


def test_a_clip_grows_out_of_what_is_painted(folder: Path) -> None:
    """Nobody looks ahead: the beginning of a longer clip is the shorter one, but for where noise was drawn."""
    model = loaded(folder, chunk=1, sigmas=[1.0], tokens=64, tiles=AT_THE_END)
    options = request(model, SIZE, 16, steps=1, guidance=1.0, shift=5.0, solver="renoised")
    given = frames_of(9, *SIZE[1:], seed=4)  # three latent frames
    one, other = (canvas(SIZE, 16, {0: given, **late}) for late in ({}, {20: given[:1]}))
    short, more = (painted(model, each, PROMPT, options).latents for each in (one, other))
    torch.testing.assert_close(short[:, :, :5], more[:, :, :5], atol=1e-6, rtol=0)
    assert float((short[:, :, 3:] - short[:, :, 3:].roll(1, 2)).abs().max()) > 0.1


def test_frames_are_shown_while_later_ones_are_painted(folder: Path) -> None:
    """Those of a latent frame once two after it are there; they are those of a clip that is decoded at the end."""
    results = []
    for tiles in (0, AT_THE_END):
        model = loaded(folder, chunk=1, sigmas=[1.0, 0.5], tokens=64, tiles=tiles)
        options = request(model, SIZE, 16, steps=2, guidance=1.0, shift=5.0, solver="renoised")
        blank = canvas(SIZE, 16, {0: frames_of(1, *SIZE[1:], seed=5)})
        steps = list(sample(model, blank, PROMPT, options, Geometry.of(options, model.card)))
        stages = [step.stage for step in steps if step.stage in ("sample", "decode")]
        results.append((stages, np.concatenate([step.frames for step in steps if step.frames is not None])))
    (early, one), (late, other) = results
    assert early[:6] == ["sample"] * 4 + ["decode", "sample"]
    assert late == ["sample"] * 10 + ["decode"] * 6
    assert sorted(early) == sorted(late)
    np.testing.assert_array_equal(one, other)


def test_files_of_trainers_are_read_as_tensors_alone(tmp_path: Path) -> None:
    """The averaged network is taken, under its own names; a file that would run code is not loaded."""
    place = tmp_path / "a.pt"
    names = {"model._fsdp_wrapped_module.head.head.weight": torch.ones(2), "model.blocks.0.modulation": torch.ones(3)}
    torch.save({"generator_ema": names, "generator": {"x": torch.zeros(1)}}, place)
    file = pickled.File(place)
    assert file.keys() == ["head.head.weight", "blocks.0.modulation"]
    assert file.get_tensor("head.head.weight").tolist() == [1, 1]
    torch.save({"generator": {"model.x": torch.ones(1)}}, place)
    assert pickled.File(place).keys() == ["x"]
    for wrong in ({"generator": {"x": 3}}, [1], Path("x")):
        torch.save(wrong, place)
        with pytest.raises(ValueError, match="tensors"):
            pickled.File(place)


def test_the_plan_counts_passes_of_a_frame(sora: Sora) -> None:
    """21 latent frames, each read once when it is done: five passes of the first, three of each other."""
    call = ("generate", "a fox", "-m", "wan-causal-2step", "--device", "cpu", "--dry-run")
    plan = json.loads(sora(*call, "--json").out)["data"]["plan"]
    assert (plan["tokens"], plan["passes"]) == (32760, 5 + 20 * 3)
    whole = json.loads(sora(*call[:3], "wan-t2v-1.3b", *call[4:], "--json").out)["data"]["plan"]
    assert plan["seconds"] < whole["seconds"] / 10
    ran = sora(*call, "--cache", "0.1")
    assert (ran.code, ran.err.count("\n")) == (2, 1)
    assert "paints in a few steps, of which none can be skipped" in ran.err
