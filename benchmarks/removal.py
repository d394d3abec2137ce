"""Things taken out of real film and photographs, against what was really there.

python benchmarks/removal.py --clips FILE ...      a thing is pasted into each film and removed again
python benchmarks/removal.py --photos FILE ...     a hole in each photograph, by every single-picture method

Decibels inside the mask: `shown` where other frames show what is behind, `rest` elsewhere. `rim` is the mean difference
between neighbouring pixels across the edge of the mask, over the film's own there. `before` is the film with the thing,
`Telea` OpenCV's single-picture method (if it is installed), frame by frame. Last line: means, and what must be reached.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from soracli import media
from soracli.footage import patches
from soracli.footage.plausibility import high_band
from soracli.footage.removal import Removal
from soracli.sampling import seamless_clone
from soracli.types import Canvas, Clip, Frames

Holes = npt.NDArray[np.bool_]  # (T, H, W)
Method = Callable[[Frames, Holes], Frames]  # frames (T, H, W, 3) with holes -> without

SHOWN, REST, RIM = 30.0, 24.0, 1.2  # what must be reached


def pasted(film: Frames, step: float) -> tuple[Frames, Holes]:
    """A film with a thing of another texture that crosses it, `step` pixels a frame; and where it is."""
    count, height, width = film.shape[:3]
    high, wide = height // 3, width // 7
    rng = np.random.default_rng(0)
    coarse = rng.integers(40, 215, (high // 6 + 1, wide // 6 + 1, 3)).repeat(6, 0).repeat(6, 1)[:high, :wide]
    out, holes = film.copy(), np.zeros(film.shape[:3], bool)
    for t in range(count):
        left = round(width / 2 - wide / 2 + step * (t - count / 2)) % (width - wide)
        top = round((height - high) * (0.5 + 0.15 * np.sin(t / 7)))
        holes[t, top : top + high, left : left + wide] = True
        out[t][holes[t]] = coarse.reshape(-1, 3)
    return out, holes


def telea(frames: Frames, holes: Holes) -> Frames:
    """OpenCV's, frame by frame."""
    import cv2

    pairs = zip(frames, holes, strict=True)
    return np.stack([cv2.inpaint(frame, hole.astype(np.uint8), 5, cv2.INPAINT_TELEA) for frame, hole in pairs])


def navier_stokes(frames: Frames, holes: Holes) -> Frames:
    """OpenCV's other method, frame by frame."""
    import cv2

    pairs = zip(frames, holes, strict=True)
    return np.stack([cv2.inpaint(frame, hole.astype(np.uint8), 5, cv2.INPAINT_NS) for frame, hole in pairs])


def patched(frames: Frames, holes: Holes) -> Frames:
    """Our patches, frame by frame."""
    pairs = zip(frames, holes, strict=True)
    return np.stack([np.rint(patches.filled(f.astype(np.float32), h)).clip(0, 255).astype(np.uint8) for f, h in pairs])


def smooth(frames: Frames, holes: Holes) -> Frames:
    """A membrane, frame by frame."""
    out = frames.copy()
    for frame, hole in zip(out, holes, strict=True):
        found = seamless_clone.membrane(frame.astype(np.float32), (~hole).astype(np.float32)[..., None])
        frame[hole] = np.rint(found[hole].clip(0, 255))
    return out


def psnr(made: Frames, truth: Frames, where: Holes) -> float:
    """Decibels; NaN of nothing."""
    if not where.any():
        return float("nan")
    error = float(((made[where].astype(np.float32) - truth[where]) ** 2).mean())
    return float(10 * np.log10(255**2 / max(error, 1e-3)))


def across(frames: Frames, holes: Holes) -> float:
    """Mean difference of neighbouring pixels of which one is in the hole and one is not, levels."""
    found = []
    for axis in (1, 2):
        edge = np.diff(holes.astype(np.int8), axis=axis) != 0
        found.append(np.abs(np.diff(frames.astype(np.int16), axis=axis)).mean(-1)[edge])
    return float(np.concatenate(found).mean())


def film_row(path: Path, size: tuple[int, int], start: int, count: int, step: float) -> dict[str, float]:
    """Figures of one film."""
    source = media.read_source(str(path)).clip
    film = media.fit(Clip(source.frames[start : start + count], source.fps), *size, "crop").frames
    frames, holes = pasted(film, step)
    clock = time.process_time()
    removal = Removal(Canvas(Clip(frames, source.fps), holes.astype(np.float32)))
    made = np.concatenate([part.frames for part in removal.steps() if part.frames is not None])
    seconds = time.process_time() - clock
    own = across(film, holes)
    row = {
        "shown": psnr(made, film, removal.found),
        "rest": psnr(made, film, holes & ~removal.found),
        "share": float(removal.found.sum() / holes.sum()),
        "rim": across(made, holes) / max(own, 1e-3),
        "detail": np.sqrt(_high(made, holes) / max(_high(film, holes), 1e-3)),
        "before": psnr(frames, film, holes),
        "Telea": psnr(telea(frames, holes), film, holes),
        "seconds": seconds,
    }
    return {key: float(value) for key, value in row.items()}


def _high(frames: Frames, holes: Holes) -> float:
    return float(np.median([high_band(frame[None], hole) for frame, hole in zip(frames, holes, strict=True)]))


def photo_row(path: Path, size: tuple[int, int]) -> dict[str, float]:
    """Figures of one photograph: decibels by each method, and its detail and rim over the photograph's own."""
    picture = media.fit(media.read_source(str(path)).clip, *size, "crop").frames[:1]
    height, width = picture.shape[1:3]
    hole = np.zeros(picture.shape[:3], bool)
    hole[:, height // 3 : height // 3 + height // 6, width // 3 : width // 3 + width // 6] = True
    given = np.where(hole[..., None], 0, picture).astype(np.uint8)
    methods: dict[str, Method] = {"patches": patched, "Telea": telea, "NS": navier_stokes, "membrane": smooth}
    row: dict[str, float] = {}
    for name, method in methods.items():
        made = method(given, hole)
        row[name] = psnr(made, picture, hole)
        row[name + " detail"] = float(np.sqrt(_high(made, hole) / max(_high(picture, hole), 1e-3)))
        row[name + " rim"] = across(made, hole) / max(across(picture, hole), 1e-3)
    return row


def table(rows: Sequence[tuple[str, dict[str, float]]]) -> None:
    """Print rows under one head, and their means."""
    keys = list(rows[0][1])
    print(f"{'':<22}" + "".join(f"{key:>17}" for key in keys))
    mean = {key: float(np.mean([row[key] for _, row in rows if row[key] == row[key]] or [np.nan])) for key in keys}
    for name, row in [*rows, ("mean", mean)]:
        print(f"{name[:21]:<22}" + "".join(f"{row[key]:>17.2f}" for key in keys), flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--clips", type=Path, nargs="*", default=[], help="films")
    add("--photos", type=Path, nargs="*", default=[], help="photographs")
    add("--size", default="320x180", help="WIDTHxHEIGHT at which they are looked at")
    add("--start", type=int, default=0, help="first frame of each film")
    add("--frames", type=int, default=24, help="of each film")
    add("--step", type=float, default=6, help="pixels that the thing moves a frame")
    args = parser.parse_args()
    width, height = map(int, args.size.split("x"))
    if args.clips:
        rows = [(path.stem, film_row(path, (width, height), args.start, args.frames, args.step)) for path in args.clips]
        table(rows)
        print(f"to be reached: shown {SHOWN:g} dB, rest {REST:g} dB, rim at most {RIM:g}")
    if args.photos:
        table([(path.stem, photo_row(path, (width, height))) for path in args.photos])
    return 0


if __name__ == "__main__":
    sys.exit(main())
