"""What a shot shows, in numbers: motion, sharpness, light, letters, colours, and a print to know its twins by.

Frames are uint8 (T, H, W, 3) RGB. All is measured on a few of them, at `LINES` on the shorter side, never enlarged.
"""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import numpy.typing as npt
from PIL import Image

from soracli.commands.output_types.curation import Measures
from soracli.commands.sheet import moments
from soracli.footage import optical_flow
from soracli.media.fit import resized
from soracli.types import Frames

Floats = npt.NDArray[np.float32]
LINES = 256  # on the shorter side
SAMPLES = 6  # frames of a shot that are looked at
APART = Fraction(1, 4)  # seconds between two frames whose motion is measured: noise seems to move, but no further then
STRONGEST = 0.995  # quantile of steps between neighbours from half of which a step is one of a strong edge
FAINT = 4 / 255  # of black to white: steps that are no edges
WINDOW = 11  # pixels of the mean by which blur is measured, as Crete et al. have it
STROKE = 0.25  # of black to white: the least step across two pixels at the side of a stroke of a letter
LETTERS = (8, 32)  # pixels, height and width of the window in which strokes are counted
STROKES = 0.2  # share of such a window that lies on sides of strokes, where it shows letters
PRINT = 16  # pixels on a side of the picture that twins are known by
PRINTS = 16  # such pictures a second, about: at 8, one of a fast pan is like its trimmed twin's by 0.96 only
LONGEST = 800  # of them: what a shot shows later is not looked at
COMMON = Fraction(3, 4)  # of the shorter of two shots that has to be in the other
HUES = {
    "red": (0.9, 0.15, 0.15), "orange": (0.95, 0.55, 0.1), "yellow": (0.95, 0.9, 0.2), "green": (0.2, 0.6, 0.2),
    "blue": (0.2, 0.35, 0.85), "light blue": (0.55, 0.75, 0.95), "purple": (0.5, 0.2, 0.6), "pink": (0.95, 0.6, 0.75),
    "brown": (0.45, 0.3, 0.15), "black": (0.05, 0.05, 0.05), "grey": (0.5, 0.5, 0.5), "white": (0.95, 0.95, 0.95),
    "beige": (0.85, 0.75, 0.6), "dark green": (0.1, 0.25, 0.1), "dark blue": (0.08, 0.1, 0.35),
}  # fmt: skip


def measured(frames: Frames, fps: Fraction, device: str = "cpu") -> tuple[Measures, Floats]:
    """What a shot shows, and its print (see `print_of`)."""
    rate = max(1, round(fps / PRINTS))
    numbers = moments(len(frames), SAMPLES)
    seen = np.stack([small(frames[i]) for i in numbers])
    luma = (seen @ np.array([0.2126, 0.7152, 0.0722], np.float32) / 255).astype(np.float32)
    speed, across, down, growth, own = _motion(frames, numbers, fps, device)
    found = Measures(
        speed, across, down, growth, own, min(map(blur, luma)), float(luma.mean()),
        float(max(np.quantile(x, 0.95) for x in luma)), text(luma), colours(seen),
    )  # fmt: skip
    return found, print_of(frames[::rate][:LONGEST])


def small(frame: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """A frame uint8 (H, W, 3) whose shorter side is at most `LINES` pixels."""
    height, width = frame.shape[:2]
    factor = min(1.0, LINES / min(height, width))
    return resized(frame, max(1, round(width * factor)), max(1, round(height * factor)))


def _motion(frames: Frames, numbers: list[int], fps: Fraction, device: str) -> tuple[float, float, float, float, float]:
    """speed, across, down, growth and own of `Measures`: the median over pairs of frames."""
    step = max(1, round(fps * APART))
    pairs = sorted({min(i, len(frames) - 1 - step) for i in numbers}) if len(frames) > step else []
    found = []
    for i in pairs:
        one, other = (resized(x, x.shape[1] // 2, x.shape[0] // 2) for x in map(small, (frames[i], frames[i + step])))
        flow = optical_flow.flow(one, other, device).numpy() * float(fps / step) / one.shape[0]  # heights per second
        found.append(_told(flow))
    if not found:
        return 0.0, 0.0, 0.0, 0.0, 0.0
    speed, across, down, growth, own = np.median(found, 0).tolist()
    return speed, across, down, growth, own


def _told(flow: Floats) -> tuple[float, float, float, float, float]:
    """The same of one flow (2, H, W) in heights per second: what a shift and a growth do not explain is its own."""
    height, width = flow.shape[1:]
    y, x = (np.mgrid[:height, :width] - np.array([height / 2, width / 2])[:, None, None]) / height
    across, down = np.median(flow[0]), np.median(flow[1])
    outer = np.hypot(x, y) > 0.25
    towards = ((flow[0] - across) * x + (flow[1] - down) * y) / np.maximum(x * x + y * y, 1e-6)
    growth = np.median(towards[outer])
    own = np.hypot(flow[0] - across - growth * x, flow[1] - down - growth * y)
    speed = np.hypot(flow[0], flow[1])
    return (
        float(np.quantile(speed, 0.9)), float(across), float(down), float(growth), float(np.quantile(own, 0.9)),
    )  # fmt: skip


def blur(luma: Floats) -> float:
    """How little the strongest edges of a picture (H, W) lose when it is blurred: 0 (much: it is sharp) .. 1.

    Of both directions the sharper one, since what moves is blurred along its way. Of edges alone, since steps of one in
    256 and the blocks of a codec are sharp in any picture, and the strongest, since what is out of focus has others.
    """
    found = []
    for plane in (luma, luma.T):
        if min(plane.shape) < WINDOW:
            return 0.0
        padded = np.pad(plane, ((WINDOW // 2 + 1, WINDOW // 2), (0, 0)), mode="edge")
        sums = np.cumsum(padded, 0, dtype=np.float64)
        mean = (sums[WINDOW:] - sums[:-WINDOW]) / WINDOW
        sharp, soft = np.abs(np.diff(plane, axis=0)), np.abs(np.diff(mean, axis=0))
        edges = sharp > max(float(np.quantile(sharp, STRONGEST)) / 2, FAINT)
        lost = np.maximum(0, sharp - soft)[edges].sum()
        found.append(float(1 - lost / sharp[edges].sum()) if edges.any() else 1.0)
    return min(found)


def text(luma: Floats) -> float:
    """Share of the picture under sides of strokes that are dense and stay in place in all frames (T, H, W)."""
    steps = luma[:, :, 2:] - luma[:, :, :-2]
    sides = (steps.min(0) > STROKE) | (steps.max(0) < -STROKE)
    high, wide = LETTERS
    if sides.shape[0] < high or sides.shape[1] < wide:
        return 0.0
    sums = np.pad(np.cumsum(np.cumsum(sides, 0, dtype=np.int32), 1), ((1, 0), (1, 0)))
    counts = sums[high:, wide:] - sums[:-high, wide:] - sums[high:, :-wide] + sums[:-high, :-wide]
    return float((counts > STROKES * high * wide).mean())


def colours(seen: Frames) -> dict[str, float]:
    """Names of the colours that take a sixth of the pictures or more, the commonest first, and their shares."""
    few = np.stack([resized(frame, 32, 32) for frame in seen]).reshape(-1, 3)
    linear = ((few / np.float32(255)) ** 2.2).astype(np.float32)
    known = (np.array(list(HUES.values()), np.float32) ** 2.2).astype(np.float32)
    near = np.abs(_lab(linear)[:, None] - _lab(known)[None]) ** 2
    shares = np.bincount(near.sum(-1).argmin(1), minlength=len(known)) / len(few)
    ranked = sorted(zip(HUES, shares.tolist(), strict=True), key=lambda pair: -pair[1])
    return {name: round(share, 2) for name, share in ranked if share >= 1 / 6}


def _lab(linear: Floats) -> Floats:
    """Oklab (Ottosson 2020) of linear sRGB (n, 3)."""
    to_cones = [[0.4122, 0.2119, 0.0883], [0.5363, 0.6807, 0.2817], [0.0514, 0.1074, 0.6300]]
    cones = linear @ np.array(to_cones, np.float32)
    mixed = np.array([[0.2105, 1.9780, 0.0259], [0.7936, -2.4286, 0.7828], [-0.0041, 0.4506, -0.8087]], np.float32)
    return np.asarray(np.cbrt(cones) @ mixed, np.float32)


def print_of(frames: Frames) -> Floats:
    """(T, n) float32, each of mean 0 and length 1: what is left of a frame at PRINT x PRINT pixels."""
    few = [np.asarray(Image.fromarray(frame).resize((PRINT, PRINT), Image.Resampling.BOX)) for frame in frames]
    flat = np.stack(few).reshape(len(few), -1).astype(np.float32)
    flat -= flat.mean(1, keepdims=True)
    length = np.linalg.norm(flat, axis=1, keepdims=True)
    return np.asarray(flat / np.maximum(length, 1.0), np.float32)


def likeness(one: Floats, other: Floats) -> float:
    """Mean correlation of two prints, frame by frame in order, where it is highest: either may begin or end later."""
    short, long = sorted((one, other), key=len)
    if not len(short):
        return -1.0
    table = short @ long.T
    spare = len(short) - math.ceil(len(short) * COMMON)
    return max(float(np.diagonal(table, i).mean()) for i in range(-spare, len(long) - len(short) + spare + 1))
