"""Real footage by its own motion: how near it comes to what was really filmed, beside doing the plain thing.

python benchmarks/footage.py --clips film.mp4 other.mp4 --photos FOLDER --assets DIR --lines 256
python benchmarks/footage.py --clips film.mp4 --only extend --starts 8 --sheets DIR

extend: a film's frames after a moment, from those before it; beside the last frame standing still. `looks` is the
LPIPS distance (VGG16's first three blocks; needs --assets). `high` is the high-band power over the film's own.
middle: the middle of a film taken out and blended back; beside a cross-fade. loop: jump from the last frame to the
first, and at the clip's end, over the clip's own median jump. camera: the last frame of a move over a photograph,
beside the photograph's cosine series evaluated at the same places, and its sharpness over that one's.
Moments lie evenly over a film, where no cut is within what is used.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import figures
import numpy as np
import numpy.typing as npt
import sheet
import torch
from accept import high_band
from likeness import Vgg
from PIL import Image

from soracli import media
from soracli.footage import camera, optical_flow
from soracli.pipeline import tasks
from soracli.pipeline.metrics import Seams
from soracli.pipeline.real_footage import Moving
from soracli.sampling.assemble import without_sampling
from soracli.types import Canvas, Clip, Frames

BEFORE, AHEAD = 1.2, 0.5  # seconds that are known, and that are asked for
KINDS = ("extend", "middle", "loop", "camera")
CAMERA = ("zoom-in", "pan-right", "tilt-up")


@dataclass(frozen=True)
class Row:
    """plain, made: PSNR in dB to the truth. looks: LPIPS distances of both. high, seam: see the module."""

    kind: str
    name: str
    plain: float
    made: float
    looks: tuple[float, float] | None = None
    high: float = 1.0
    seam: float = 0.0
    seconds: float = 0.0
    note: str = ""

    def line(self) -> str:
        looks = "      -       -" if self.looks is None else f"{self.looks[0]:7.3f} {self.looks[1]:7.3f}"
        return (
            f"{self.kind:<7} {self.name:<28} {self.plain:7.2f} {self.made:7.2f} {self.made - self.plain:+6.2f} "
            f"{looks} {self.high:5.2f} {self.seam:5.2f} {self.seconds:6.1f}  {self.note}"
        )


class Table:
    """Makes rows, and sheets of what they are of."""

    def __init__(self, assets: Path | None, sheets: Path | None) -> None:
        self.vgg = None if assets is None else Vgg(assets)
        self.sheets = sheets

    def looks(self, made: Frames, truth: Frames) -> float:
        """LPIPS distance, mean over frames."""
        assert self.vgg is not None
        found = []
        for pair in zip(made, truth, strict=True):
            features = self.vgg(torch.tensor(np.stack(pair)).permute(0, 3, 1, 2).float())
            unit = [x / x.norm(dim=1, keepdim=True).clamp_min(1e-8) for x in features]
            parts = [
                ((x[:1] - x[1:]).square() * head.view(1, -1, 1, 1)).sum(1).mean()
                for x, head in zip(unit, self.vgg.heads, strict=True)
            ]
            found.append(float(sum(parts)))
        return float(np.mean(found))

    def row(self, kind: str, name: str, plain: Frames, made: Frames, truth: Frames, **more: object) -> Row:
        looks = None if self.vgg is None else (self.looks(plain, truth), self.looks(made, truth))
        if self.sheets is not None:
            rows = [sheet.strip(frames) for frames in (plain, made, truth)]
            Image.fromarray(np.concatenate(rows)).save(self.sheets / f"{kind}-{name.replace(' ', '-')}.png")
        high = high_band(made) / max(high_band(truth), 1e-3)
        psnrs = figures.psnr(plain, truth), figures.psnr(made, truth)
        return Row(kind, name, *psnrs, looks, high, **more)  # type: ignore[arg-type]

    def extend(self, name: str, clip: Clip, start: int) -> Iterator[Row]:
        known, ahead = clip.frames[max(0, start - round(BEFORE * clip.fps)) : start], round(AHEAD * clip.fps)
        truth = clip.frames[start : start + ahead]
        for way in ("on", "back"):
            own = known if way == "on" else truth_reversed(clip, start, ahead)
            told = truth if way == "on" else clip.frames[start : start + ahead][::-1]
            canvas = tasks.extend(Clip(own, clip.fps), 0, ahead, 1)
            made, seconds, note = painted(canvas)
            still = np.repeat(own[-1:], ahead, 0)
            if not np.array_equal(made[: len(own)], own):
                note = "KEPT FRAMES DIFFER"
            more = {"seam": max(seams(canvas, made)), "seconds": seconds, "note": note}
            yield self.row("extend", f"{name} {way}", still, made[len(own) :], told, **more)

    def middle(self, name: str, clip: Clip, start: int) -> Iterator[Row]:
        gap = round(AHEAD * clip.fps)
        a, truth = clip.frames[max(0, start - gap) : start], clip.frames[start : start + gap]
        b = clip.frames[start + gap : start + 2 * gap]
        canvas = tasks.blend(Clip(a, clip.fps), Clip(b, clip.fps), gap, "between", 1)
        made, seconds, note = painted(canvas)
        share = (np.arange(1, gap + 1) / (gap + 1))[:, None, None, None]
        fade = np.rint(a[-1] * (1 - share) + b[0] * share).astype(np.uint8)
        more = {"seam": max(seams(canvas, made)), "seconds": seconds, "note": note}
        yield self.row("middle", name, fade, made[len(a) : len(a) + gap], truth, **more)

    def loop(self, name: str, clip: Clip, start: int) -> Iterator[Row]:
        known = Clip(clip.frames[max(0, start - round(BEFORE * clip.fps)) : start], clip.fps)
        canvas = tasks.loop(known, round(AHEAD * clip.fps), 1)
        made, seconds, note = painted(canvas)
        rest = made[len(known.frames) :]
        high = high_band(rest) / max(high_band(known.frames), 1e-3)
        yield Row("loop", name, np.nan, np.nan, None, high, max(seams(canvas, made)), seconds, note)

    def camera(self, path: Path, move: str, width: int, height: int) -> Row:
        """At the size of the photograph itself, so that nothing but the resampling differs."""
        picture = media.fit(media.read_source(str(path)).clip, width, height, "crop")
        canvas = Moving(move, picture, "crop").laid(tasks.animate(picture, 61, Fraction(30)))
        made, seconds, _ = painted(canvas)
        own = camera.view(move, 2.0, 2.0)
        truth = cosines(picture.frames[0], own)
        fade = np.asarray(
            Image.fromarray(picture.frames[0]).resize(
                (width, height), Image.Resampling.BILINEAR, box(own, width, height)
            )
        )
        more = {"seam": sharpness(made[-1]) / sharpness(truth), "seconds": seconds, "note": f"{move}; seam = sharpness"}
        return self.row("camera", path.stem, fade[None], made[-1:], truth[None], **more)


def truth_reversed(clip: Clip, start: int, ahead: int) -> Frames:
    """The film after what is asked for, backwards: its beginning is extended backward."""
    return clip.frames[start + ahead : start + ahead + round(BEFORE * clip.fps)][::-1]


def painted(canvas: Canvas) -> tuple[Frames, float, str]:
    """The result of a canvas, as the verbs make it; seconds; and what is said of it."""
    clock = time.perf_counter()
    canvas = canvas if canvas.draft is not None else Moving().laid(canvas)
    frames = np.concatenate([step.frames for step in without_sampling(canvas) if step.frames is not None])
    assert canvas.draft is not None
    return frames, time.perf_counter() - clock, " ".join(canvas.draft.notes)


def seams(canvas: Canvas, frames: Frames) -> list[float]:
    watcher = Seams.of(canvas)
    watcher.add(frames)
    return [joint["score"] for joint in watcher.report(canvas.clip.fps)]


def box(view: camera.View, width: int, height: int) -> tuple[float, float, float, float]:
    room = (1 - 1 / view.zoom) / 2
    left, top = width * room * (1 + view.across), height * room * (1 + view.down)
    return left, top, min(left + width / view.zoom, width), min(top + height / view.zoom, height)


def cosines(picture: npt.NDArray[np.uint8], view: camera.View) -> npt.NDArray[np.uint8]:
    """A view of a picture (H, W, 3) by its cosine series: the smoothest picture through all of its pixels."""
    height, width = picture.shape[:2]
    left, top, right, bottom = box(view, width, height)
    down = series(height, np.linspace(top, bottom, height, endpoint=False) + (bottom - top) / height / 2)
    across = series(width, np.linspace(left, right, width, endpoint=False) + (right - left) / width / 2)
    seen = np.einsum("yi,ijc,xj->yxc", down, picture.astype(np.float64), across, optimize=True)
    return np.asarray(np.rint(seen.clip(0, 255)), np.uint8)


def series(count: int, at: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """(len(at), count): the cosine series of values at the middles of `count` cells, evaluated at places 0..count."""
    order = np.arange(count)
    scale = np.where(order == 0, 1 / count, 2 / count)
    return (np.cos(np.pi * at[:, None] / count * order) * scale) @ np.cos(np.pi * np.outer(order, order + 0.5) / count)


def sharpness(frame: npt.NDArray[np.uint8]) -> float:
    """Variance of the Laplacian."""
    grey = frame.astype(np.float64).mean(2)
    return float((4 * grey[1:-1, 1:-1] - grey[:-2, 1:-1] - grey[2:, 1:-1] - grey[1:-1, :-2] - grey[1:-1, 2:]).var())


def moments(clip: Clip, count: int) -> list[int]:
    """Frames with enough of one shot on both sides."""
    reach = round(BEFORE * clip.fps) // 2, round((AHEAD + BEFORE / 2) * clip.fps)
    cuts = optical_flow.cuts(clip.frames)
    free = [
        i
        for i in range(reach[0], len(clip.frames) - reach[1])
        if not any(i - reach[0] < cut <= i + reach[1] for cut in cuts)
    ]
    return [free[(2 * k + 1) * len(free) // (2 * count)] for k in range(count)] if free else []


def read(path: Path, lines: int) -> Clip:
    """A film of at most so many lines; 0 = as it is."""
    clip = media.read_source(str(path)).clip
    height, width = clip.frames.shape[1:3]
    if not lines or height <= lines:
        return clip
    return media.fit(clip, round(width * lines / height / 2) * 2, lines // 2 * 2, "stretch")


def summary(rows: Sequence[Row]) -> Iterator[str]:
    """What was to be reached, and what was."""
    for kind in ("extend", "middle", "camera"):
        found = [row for row in rows if row.kind == kind]
        if not found:
            continue
        gains = [row.made - row.plain for row in found]
        better = [row.looks[1] <= row.looks[0] for row in found if row.looks is not None]
        highs, looks = [row.high for row in found], f"{100 * np.mean(better):.0f} %" if better else "-"
        yield (
            f"{kind}: {len(found)} rows; made {np.mean([row.made for row in found]):.2f} dB, gain mean "
            f"{np.mean(gains):+.2f} worst {min(gains):+.2f}; looks no worse in {looks}; high band {min(highs):.2f}.."
            f"{max(highs):.2f}; worst seam {max(row.seam for row in found):.2f}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--clips", type=Path, nargs="*", default=[], help="films")
    add("--photos", type=Path, help="folder of photographs")
    add("--assets", type=Path, help="folder of the training material, for LPIPS")
    add("--only", default=",".join(KINDS), help="kinds of rows")
    add("--starts", type=int, default=3, help="moments of each film")
    add("--lines", type=int, default=256, help="height to which films are reduced, 0 = none")
    add("--sheets", type=Path, help="folder for strips: plain, made, truth")
    args = parser.parse_args()
    table, rows, kinds = Table(args.assets, args.sheets), [], args.only.split(",")
    if args.sheets is not None:
        args.sheets.mkdir(parents=True, exist_ok=True)
    print(f"{'':<36} {'plain':>7} {'made':>7} {'gain':>6} {'looks':>7} {'made':>7} {'high':>5} {'seam':>5} {'s':>6}")
    for path in args.clips:
        clip = read(path, args.lines)
        for start in moments(clip, args.starts):
            for kind in (kind for kind in KINDS[:3] if kind in kinds):
                for row in getattr(table, kind)(f"{path.stem} {start}", clip, start):
                    rows.append(row)
                    print(row.line(), flush=True)
    for path in sorted(args.photos.iterdir()) if args.photos and "camera" in kinds else ():
        rows.append(table.camera(path, CAMERA[len(rows) % len(CAMERA)], 768, 512))
        print(rows[-1].line(), flush=True)
    print("\n".join(summary(rows)))


if __name__ == "__main__":
    main()
