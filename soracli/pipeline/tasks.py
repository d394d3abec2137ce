"""Tasks: what is given goes in, a Canvas comes out; the sampler paints it. NumPy only.

Clips that meet on one canvas have its size and rate already. `time` is the model's stride in time: joints are laid on
borders between latent frames where that is possible, since a latent frame is given or painted as a whole. 1 = they may
lie anywhere: what is painted then has moments of its own (see `frame_rates`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np

from soracli.types import Canvas, Clip, Frames, Mask

SEEN = Fraction(3, 2)  # seconds of both ends of a clip that a loop's way back is painted from, about
DISSOLVE = 0.6  # strength at which the middle of a dissolve is painted anew


def generate(frames: int, height: int, width: int, fps: Fraction) -> Canvas:
    """Nothing is given: a blank canvas, all to be painted. A still picture is the case of one frame."""
    # One value seen from everywhere: a canvas of any length takes no memory.
    blank = np.broadcast_to(np.uint8(128), (frames, height, width, 3))
    return Canvas(Clip(blank, fps), _all(1, blank))


def keyed(canvas: Canvas, pictures: Mapping[int, Frames]) -> Canvas:
    """Give whole frames of a canvas: frame number -> picture (H, W, 3)."""
    frames, mask = np.array(canvas.clip.frames), np.array(canvas.mask)
    for number, picture in pictures.items():
        frames[number], mask[number] = picture, 0
    return replace(canvas, clip=Clip(frames, canvas.clip.fps), mask=mask)


def animate(picture: Clip, frames: int, fps: Fraction, region: Mask | None = None) -> Canvas:
    """A picture comes alive: it is frame 0, and all that lies outside the region (H, W) in every frame."""
    held = np.broadcast_to(picture.frames, (frames, *picture.frames.shape[1:]))
    if region is None:
        return Canvas(Clip(held, fps), _timed(held, 1, frames))
    mask = np.array(np.broadcast_to(region, held.shape[:3]))
    mask[0] = 0
    return Canvas(Clip(held, fps), mask)


def extend(clip: Clip, before: int, after: int, time: int, context: int = 0) -> Canvas:
    """So many new frames before and after a clip, whose own frames are all kept. context: see `Canvas`."""
    count = len(clip.frames)
    extra = -before % time  # painted and not shown, so that the clip begins on a border
    loose = 0 if before else count % time  # joined on unchanged, so that it ends on one
    kept = clip.frames[loose:]
    frames = np.concatenate(
        [np.repeat(clip.frames[:1], before + extra, 0), kept, np.repeat(clip.frames[-1:], after, 0)]
    )
    mask = _timed(frames, before + extra, before + extra + len(kept), paint=0)
    head = Clip(clip.frames[:loose], clip.fps) if loose else None
    return Canvas(Clip(frames, clip.fps), mask, head=head, show=(extra, len(frames)), context=context)


def continue_shot(clip: Clip, after: int, again: Sequence[int]) -> Canvas:
    """So many new frames after a clip whose own last shot is painted once more to go on from. again: see `Canvas`."""
    frames = np.concatenate([clip.frames, np.repeat(clip.frames[-1:], after, 0)])
    return Canvas(Clip(frames, clip.fps), _timed(frames, len(clip.frames), len(frames)), again=tuple(again))


def painted_from(canvas: Canvas, start: int) -> Canvas:
    """A canvas of which everything is painted from a frame on."""
    frames = canvas.clip.frames
    return replace(canvas, mask=_timed(frames, start, len(frames)))


def kept(canvas: Canvas, start: int, frames: Frames) -> Frames:
    """Painted frames of a canvas from a number on, with those that it keeps whole as they were given."""
    own = [i for i in range(len(frames)) if not canvas.mask[start + i, :1, :1].any()]
    if own:
        frames = np.array(frames)
        frames[own] = canvas.clip.frames[[start + i for i in own]]
    return frames


def loop(clip: Clip, by: int, time: int) -> Canvas:
    """The way from a clip's end back to its beginning, in `by` new frames after it."""
    seen = max(3 * time, round(SEEN * clip.fps) if time == 1 else 0)
    context = min(seen // time, max(1, len(clip.frames) // time)) * time
    end, start = clip.frames[-context:], clip.frames[:context]
    lead = len(end) % time  # of a clip shorter than one latent frame
    end = np.concatenate([end[:1]] * (time - lead) + [end]) if lead else end
    canvas = _bridge(end, start, by, clip.fps)
    head = clip.frames[: len(clip.frames) - context] if not lead else clip.frames[:0]
    shown = (time - lead if lead else 0, len(end) + by)
    return replace(canvas, head=Clip(head, clip.fps) if len(head) else None, show=shown, loop=True)


def edit(clip: Clip, strength: float, start: int, stop: int, time: int, look: Clip | None = None) -> Canvas:
    """Frames start .. stop are painted anew from the clip itself under noise (SDEdit, Meng et al. 2022).

    look: the same clip in the look to begin from, e.g. in other colours; what is kept stays the clip's own.
    """
    loose = start % time  # joined on unchanged, so that the painted part begins on a border
    frames = clip.frames[loose:]
    if look is not None and strength > 0:
        frames = np.concatenate([clip.frames[loose:start], look.frames[start:stop], clip.frames[stop:]])
    mask = _timed(frames, start - loose, stop - loose if strength > 0 else 0)
    head = Clip(clip.frames[:loose], clip.fps) if loose else None
    return Canvas(Clip(frames, clip.fps), mask, strength or 1.0, head=head)


def keeps(canvas: Canvas) -> bool:
    """Whether any pixel of the clip stays as it was given."""
    return bool((canvas.mask < 1).any())


def inpaint(clip: Clip, mask: Mask, strength: float = 1.0) -> Canvas:
    """What the mask covers is painted; every other pixel stays."""
    return Canvas(clip, mask, strength)


def blend(a: Clip, b: Clip, by: int, mode: str, time: int) -> Canvas:
    """From one clip into another, over `by` frames, which begin on a border.

    between: new frames between the two. replace: the last half of `by` of a and as much of b are painted anew.
    dissolve: the same part of both, laid over each other and painted anew from that.
    """
    start = len(a.frames) - {"between": 0, "replace": by // 2, "dissolve": by}[mode]
    loose = start % time if start >= time else 0
    ahead = -start % time if start < time else 0  # repeated and not shown, so that what is kept fills a latent frame
    kept = np.concatenate([np.repeat(a.frames[:1], ahead, 0), a.frames[loose:start]])
    rest, new, strength = b.frames, np.repeat(a.frames[-1:], by, 0), 1.0
    if mode == "replace":
        new, rest = np.concatenate([a.frames[start:], b.frames[: by - by // 2]]), b.frames[by - by // 2 :]
    elif mode == "dissolve":
        share = (np.arange(1, by + 1, dtype=np.float32) / (by + 1))[:, None, None, None]
        new = np.rint(a.frames[start:] * (1 - share) + b.frames[:by] * share).astype(np.uint8)
        rest, strength = b.frames[by:], DISSOLVE
    frames = np.concatenate([kept, new, rest])
    head = Clip(a.frames[:loose], a.fps) if loose else None
    mask = _timed(frames, len(kept), len(kept) + by)
    return Canvas(Clip(frames, a.fps), mask, strength, head=head, show=(ahead, len(frames)) if ahead else None)


def with_whole_start(canvas: Canvas, time: int) -> Canvas:
    """For models whose first latent frame is one frame: a kept beginning of 1 + k * time frames is given as a whole.

    What it has too many at its start is joined on unchanged.
    """
    open_ = [bool((mask > 0).any()) for mask in canvas.mask]
    kept = open_.index(True) if True in open_ else 0
    loose = (kept - 1) % time if kept > 1 else 0
    if not loose or canvas.shown.start:
        return canvas
    clip, fps = canvas.clip.frames, canvas.clip.fps
    before = clip[:loose] if canvas.head is None else np.concatenate([canvas.head.frames, clip[:loose]])
    show = None if canvas.show is None else (0, canvas.show[1] - loose)
    rest = Clip(clip[loose:], fps)
    hint = None if canvas.hint is None else canvas.hint[loose:]
    return replace(canvas, clip=rest, mask=canvas.mask[loose:], head=Clip(before, fps), show=show, hint=hint)


def _bridge(end: Frames, start: Frames, by: int, fps: Fraction) -> Canvas:
    """Kept frames, `by` frames to paint, kept frames."""
    frames = np.concatenate([end, np.repeat(end[-1:], by, 0), start])
    return Canvas(Clip(frames, fps), _timed(frames, len(end), len(end) + by))


def _all(value: float, frames: Frames) -> Mask:
    """One value for every pixel, without the memory."""
    return np.broadcast_to(np.float32(value), frames.shape[:3])


def _timed(frames: Frames, start: int, stop: int, paint: float = 1) -> Mask:
    """The frames start .. stop have the value `paint`, the others the other one; one number a frame in memory."""
    mask = np.full((len(frames), 1, 1), 1 - paint, np.float32)
    mask[start:stop] = paint
    return np.broadcast_to(mask, frames.shape[:3])
