"""Our families around the tiny networks of `oracle`, loaded from a folder in hub layout, and the sampler on them."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from soracli import models
from soracli.card import ModelOptions
from soracli.pipeline.tasks import generate
from soracli.sampling.sampler import sample
from soracli.sampling.steps import Step
from soracli.types import Canvas, Clip, Frames, Geometry, SamplingOptions
from soracli.weights import hub_folder, manifest


def loaded(folder: Path, **given: Any) -> Any:
    """The model of a folder, as `--model FOLDER` opens it. given: fields of ModelOptions, else hyperparameters."""
    options = {key: value for key, value in given.items() if key in ModelOptions.__dataclass_fields__}
    card = hub_folder.card(str(folder))
    params = card.params | {key: value for key, value in given.items() if key not in options}
    card = replace(card, params=params, options=ModelOptions(**options))
    return models.load(card, manifest.paths(card))


def request(model: Any, size: tuple[int, int, int], fps: int, **changes: Any) -> SamplingOptions:
    """size: frames, height, width."""
    frames, height, width = size
    plain = SamplingOptions.of(model.card)
    return replace(
        plain, width=width, height=height, seconds=Fraction(frames, fps), fps=Fraction(fps), seed=7, **changes
    )


def frames_of(count: int, height: int, width: int, seed: int) -> Frames:
    """A smooth clip, uint8 (T, H, W, 3)."""
    random = np.random.default_rng(seed)
    first, last = (random.integers(0, 255, (4, 4, 3)).astype(np.float32) for _ in range(2))
    from PIL import Image

    made = []
    for i in range(count):
        small = first + (last - first) * i / max(1, count - 1)
        picture = Image.fromarray(small.astype(np.uint8)).resize((width, height), Image.Resampling.BICUBIC)
        made.append(np.asarray(picture))
    return np.stack(made)


def canvas(size: tuple[int, int, int], fps: int, given: dict[int, Frames]) -> Canvas:
    """Blank, but for clips that start at these frames."""
    blank = generate(*size, Fraction(fps))
    frames, mask = np.array(blank.clip.frames), np.array(blank.mask)
    for start, clip in given.items():
        frames[start : start + len(clip)], mask[start : start + len(clip)] = clip, 0
    return Canvas(Clip(frames, Fraction(fps)), mask)


class Painted(NamedTuple):
    """latents: after the last step. decoded: (3, T, H, W) in [0, 1]. frames: of the result, joints healed.

    The first two are of the first window.
    """

    latents: Tensor
    decoded: Tensor
    frames: Frames


def painted(model: Any, given: Canvas, prompt: str, options: SamplingOptions) -> Painted:
    made: list[Tensor] = []
    parts: list[list[Tensor]] = []
    decode = model.decode

    def watched(latents: Tensor, *, still: bool = False) -> Any:
        made.append(latents)
        parts.append(shown := [])
        for part in decode(latents, still=still):
            shown.append(part)
            yield part

    model.decode = watched
    try:
        steps: list[Step] = list(sample(model, given, prompt, options, Geometry.of(options, model.card)))
    finally:
        del model.decode
    frames = np.concatenate([step.frames for step in steps if step.frames is not None])
    return Painted(made[0], (torch.cat(parts[0], 2)[0] / 2 + 0.5).clamp(0, 1), frames)


def pixels(frames: Frames) -> Tensor:
    """uint8 (T, H, W, 3) -> (3, T, H, W) in [-1, 1]."""
    return torch.from_numpy(np.array(frames)).permute(3, 0, 1, 2).float() / 127.5 - 1
