"""Drafts for models that were trained for none: Time-to-Move's two clocks, against a plain loop of ours."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import open_folder
import pytest
import torch
import torch.nn.functional as F
from open_models import frames_of, loaded, painted, request
from torch import Tensor

from soracli.draft import Layer
from soracli.pipeline import composite, tasks
from soracli.pipeline.composite import DraftMode
from soracli.sampling.conditioning import WindowInputs
from soracli.sampling.denoise import HELD
from soracli.sampling.windows import WindowSpan
from soracli.types import Canvas, Clip, Geometry

SIDE = (32, 64)
COUNT = 17


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Any]:
    made: dict[str, Any] = {}

    def model(kind: str) -> Any:
        if kind not in made:
            made[kind] = loaded(open_folder.write(tmp_path_factory.mktemp(kind) / kind, kind))
        return made[kind]

    return model


def dragged(start: int, stop: int) -> Layer:
    """The left half of the picture, 32 x 32 pixels of one latent cell of LTX, with a texture of its own."""
    frames = frames_of(stop - start, *SIDE, seed=9)
    alpha = np.zeros(frames.shape[:3], np.uint8)
    alpha[:, :, :32] = 255
    return Layer(frames * (alpha > 0)[..., None], alpha)


def drafted(animate: bool) -> Canvas:
    picture = Clip(frames_of(1, *SIDE, seed=1), Fraction(16))
    blank = tasks.animate(picture, COUNT, Fraction(16)) if animate else tasks.generate(COUNT, *SIDE, Fraction(16))
    return composite.laid(blank, dragged, DraftMode.CLOCKS)


def plainly(model: Any, canvas: Canvas, steps: int) -> Tensor:
    """Euler's steps, and after each, while it is early, the region anew from the draft under the noise of that level.

    As in the authors' code: `latents = latents * background + add_noise(draft, noise, next level) * region`.
    """
    assert canvas.hint is not None
    options = request(model, (COUNT, *SIDE), 16, steps=steps, guidance=1.0, solver="euler")
    geometry = Geometry.of(options, model.card)
    grid = geometry.latent
    none: dict[int, Tensor] = {}
    inputs = WindowInputs(
        canvas,
        geometry,
        WindowSpan(0, grid[0]),
        options,
        none,
        set(),
        lambda number: canvas.clip.frames,
        torch.device("cpu"),
    )
    laid = model.condition(inputs)
    eps = torch.randn((1, model.channels, *grid), generator=torch.Generator().manual_seed(options.seed))
    stills = len(laid.window.stills)
    eps = F.pad(eps, (0, 0, 0, 0, stills, 0))
    draft = laid.latents
    paint = laid.mask[:, None] > 0
    region = torch.zeros_like(laid.mask, dtype=torch.bool)
    given = int(canvas.hint[0].max() == 0)  # latent frames at the start of which nothing is painted
    region[:, stills + given :, :, : grid[2] // 2] = True
    region = region[:, None] & paint
    level, held = laid.sigmas[0], max(1, round(HELD * steps))
    predict = model.predictor("a red fox", laid.window, laid.sigmas)
    x = torch.where(paint, (1 - level) * draft + level * eps, draft)
    for number, (sigma, following) in enumerate(pairwise(laid.sigmas)):
        x0 = torch.where(paint, predict(x, sigma * laid.mask, sigma), draft)
        x = x0 + (x - x0) * (following / sigma)
        if number < held:
            x = torch.where(region, (1 - following) * draft + following * eps, x)
    return x[:, :, stills:]


@pytest.mark.parametrize("animate", [False, True])
@pytest.mark.parametrize("kind", ["i2v", "ti2v", "t2v", "ltx"])
@torch.inference_mode()
def test_the_region_starts_lower_as_in_a_plain_loop(opened: Any, kind: str, animate: bool) -> None:
    model, canvas, steps = opened(kind), drafted(animate), 8
    assert canvas.hint is not None
    assert (canvas.hint[-1, :, :32] == 1).all()
    assert (canvas.hint[..., 32:] == 0).all()
    options = request(model, (COUNT, *SIDE), 16, steps=steps, guidance=1.0, solver="euler")
    ours = painted(model, canvas, "a red fox", options).latents
    theirs = plainly(model, canvas, steps)
    plain = painted(model, replace(canvas, hint=None), "a red fox", options).latents
    scale = float(theirs.abs().max())
    assert float((ours - theirs).abs().max()) < 1e-4 * scale
    assert float((ours - plain).abs().max()) > 1e-3 * scale  # without the draft it is another clip


@torch.inference_mode()
def test_vace_is_told_of_cut_outs_as_pixels_to_keep(opened: Any) -> None:
    model = opened("vace")
    blank = tasks.generate(COUNT, *SIDE, Fraction(16))
    canvas = composite.laid(blank, dragged, DraftMode.of(model.card))
    assert canvas.hint is None
    options = request(model, (COUNT, *SIDE), 16, steps=1, guidance=1.0)
    geometry = Geometry.of(options, model.card)
    none: dict[int, Tensor] = {}
    inputs = WindowInputs(
        canvas, geometry, WindowSpan(0, 5), options, none, set(), lambda number: canvas.clip.frames, torch.device("cpu")
    )
    control = model.condition(inputs).window.control.extra
    pixels, paint = inputs.clip()
    kept = dragged(0, COUNT)
    told = torch.from_numpy(kept.frames).permute(3, 0, 1, 2).float()[None] / 127.5 - 1
    assert torch.equal(pixels[..., :32], told[..., :32])
    assert bool((paint[..., :32] == 0).all())
    assert bool((paint[..., 32:] == 1).all())
    inactive, reactive = model.encode(pixels * (1 - paint)), model.encode(torch.zeros_like(pixels))
    assert torch.equal(control[:, :32], torch.cat([inactive, reactive], 1))
    shown = painted(model, canvas, "a red fox", options).frames
    assert (shown[:, :, :32] == kept.frames[:, :, :32]).all()


def test_two_clocks_are_refused_no_solver(opened: Any) -> None:
    """Every solver ends where the region may have left the draft again, and paints numbers."""
    model, canvas = opened("t2v"), drafted(False)
    for solver in ("heun", "dpmpp_2m", "unipc"):
        options = request(model, (COUNT, *SIDE), 16, steps=4, guidance=1.0, solver=solver)
        out = painted(model, canvas, "a red fox", options)
        assert bool(out.latents.isfinite().all())
        assert out.frames.shape == (COUNT, *SIDE, 3)
