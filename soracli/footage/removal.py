"""A canvas painted without a model: what its mask covers is filled with what the clip shows behind (`hole_filling`)."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from soracli.draft import extent
from soracli.footage import borders, optical_flow
from soracli.footage.hole_filling import ROOM, Filling
from soracli.sampling.steps import Step
from soracli.types import Canvas, Frames

TOGETHER = 16  # frames of a step


class Removal:
    """canvas: has no head, tail or draft; all that its mask covers is filled, soft rims too. found: which of these
    pixels other frames showed, (T, H, W); once it is done.
    """

    def __init__(self, canvas: Canvas, device: str = "cpu") -> None:
        self.canvas, self.device = canvas, device
        self.found = np.zeros(canvas.mask.shape, bool)

    def steps(self) -> Iterator[Step]:
        """Steps as `sample` yields them, in the stages `text`, `fill` and `decode`."""
        yield Step("text", 1, 1)
        frames, holes = np.array(self.canvas.clip.frames), self.canvas.mask > 0
        for done, total in fill(frames, holes, self.found, self.device):
            yield Step("fill", done, total)
        pieces = -(-len(frames) // TOGETHER)
        for i in range(pieces):
            yield Step("decode", i + 1, pieces, frames=frames[i * TOGETHER : (i + 1) * TOGETHER])

    @property
    def said(self) -> str:
        """One line: where what was filled came from."""
        holes = self.canvas.mask > 0
        share = round(100 * int(self.found.sum()) / max(int(holes.sum()), 1))
        around = borders.inside(holes) is not None
        means = (
            "is the picture's mirror image, softer farther out"
            if around
            else "was filled by patches of its surroundings"
        )
        what = "around it" if around else "behind"
        if not share:
            return f"no other frame shows what is {what}: all of it {means}"
        rest = "" if share == 100 else f"; {100 - share} % {means}"
        return f"{share} % of what is {what} was found in other frames{rest}"


def fill(
    frames: Frames, holes: npt.NDArray[np.bool_], found: npt.NDArray[np.bool_], device: str = "cpu"
) -> Iterator[tuple[int, int]]:
    """Fill the holes (T, H, W) of a film (T, H, W, 3), in place, shot by shot; yields what is done, of how much.

    found (T, H, W), in place: what of the holes other frames showed. Of a picture that stands still all holes are
    filled once, together.
    """
    if len(frames) > 1 and all(np.array_equal(frame, frames[0]) for frame in frames[1:]):
        picture, hole, shown = (
            frames[:1].copy(),
            np.asarray(holes.any(0, keepdims=True)),
            np.zeros((1, *holes.shape[1:]), bool),
        )
        yield from fill(picture, hole, shown, device)
        for frame, open_ in zip(frames, holes, strict=True):
            frame[open_] = picture[0][open_]
        return
    done, total = 0, 2 * len(frames)
    for start, stop in itertools.pairwise((0, *optical_flow.cuts(frames, device), len(frames))):
        part = slice(start, stop)
        if not holes[part].any():
            done += 2 * (stop - start)
            yield done, total
            continue
        window = (part, *_window(holes[part]))
        filling = Filling(frames[window], holes[window], device)
        for _ in filling.steps():
            done += 1
            yield done, total
        frames[window], found[window] = filling.frames, filling.found


def _window(holes: npt.NDArray[np.bool_]) -> tuple[slice, slice]:
    """Rows and columns around all holes of a shot (T, H, W), with room to align frames by and to take patches from."""
    largest = float(np.sqrt(holes.sum((1, 2)).max()))
    return extent(np.asarray(holes.any(0)), max(2 * ROOM, round(1.5 * largest)))
