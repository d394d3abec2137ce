"""Real footage by its own motion: how near it comes to what was really filmed, beside doing the plain thing.

python benchmarks/footage.py --clips film.mp4 other.mp4 --photos FOLDER --assets DIR --lines 256
python benchmarks/footage.py --clips film.mp4 --only extend --starts 8 --sheets DIR

extend: a film's frames after a moment, from those before it; beside the last frame standing still. `looks` is the
LPIPS distance (VGG16's first three blocks; needs --assets). `high` is the high-band power over the film's own.
middle: the middle of a film taken out and blended back; beside a cross-fade. loop: jump from the last frame to the
first, and at the clip's end, over the clip's own median jump. camera: the last frame of a move over a photograph,
beside the photograph's cosine series evaluated at the same places, and its sharpness over that one's. move: a region of
a photograph, cut out and moved, where it is to arrive; beside what was there before; how many pixels it is off.
Moments lie evenly over a film, where no cut is within what is used. Exit code 1 if a bar is missed.
"""

from __future__ import annotations

import argparse
import sys
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
from soracli.pipeline import composite, tasks
from soracli.pipeline.metrics import Seams
from soracli.pipeline.real_footage import Moving
from soracli.sampling.steps import without_sampling
from soracli.scenes.moves import FEATHER
from soracli.types import Canvas, Clip, Frames, SamplingOptions
from soracli.weights import manifest

BEFORE, AHEAD = 1.2, 0.5  # seconds that are known, and that are asked for
KINDS = ("extend", "middle", "loop", "camera", "move")
CAMERA = ("zoom-in", "pan-right", "tilt-up")
OFF = 4  # pixels each way in which a moved region is looked for


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

    def move(self, path: Path, width: int, height: int) -> Row:
        """A seventh of a photograph's width and a quarter of its height, moved by 37 and 21 pixels."""
        picture = media.fit(media.read_source(str(path)).clip, width, height, "crop")
        left, top, wide, high, across, down = width // 3, height // 3, width // 7, height // 4, 37, 21
        clock = time.perf_counter()
        overlay = composite.Overlay.of(moves=[f"{left},{top},{wide},{high}:{across},{down}"])
        assert overlay is not None
        options = SamplingOptions.of(manifest.card())
        made = overlay.on(tasks.animate(picture, 31, Fraction(30)), options, composite.DraftMode.KEPT).clip.frames[-1]
        seconds = time.perf_counter() - clock

        def cut(frame: npt.NDArray[np.uint8], x: int, y: int) -> npt.NDArray[np.uint8]:
            return frame[y + FEATHER : y + high - FEATHER, x + FEATHER : x + wide - FEATHER]

        thing, before = cut(picture.frames[0], left, top), cut(picture.frames[0], left + across, top + down)
        steps = [(x, y) for x in range(-OFF, OFF + 1) for y in range(-OFF, OFF + 1)]
        apart = [np.square(cut(made, left + across + x, top + down + y) - thing.astype(float)).mean() for x, y in steps]
        off = float(np.hypot(*steps[int(np.argmin(apart))]))
        arrived = cut(made, left + across, top + down)
        return self.row("move", path.stem, before[None], arrived[None], thing[None], seam=off, seconds=seconds)


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


def summary(rows: Sequence[Row]) -> Iterator[tuple[str, bool]]:
    """Lines of what was reached and what had to be, and whether it was."""

    def of(kind: str) -> list[Row]:
        return [row for row in rows if row.kind == kind]

    def line(what: str, value: float, bar: float, *, least: bool) -> tuple[str, bool]:
        kept = value >= bar if least else value <= bar
        text = f"{what:<58} {value:8.2f}   {'at least' if least else 'at most '} {bar:g}   {'ok' if kept else 'NO'}"
        return text, kept

    if found := of("extend"):
        gains = [row.made - row.plain for row in found]
        moving = [gain for gain, row in zip(gains, found, strict=True) if abs(gain) > 0]
        yield line("extend: dB beside the last frame, worst", min(gains), -0.2, least=True)
        if moving:
            yield line(f"extend: the same, mean of {len(moving)} that go on", float(np.mean(moving)), 1.0, least=True)
        better = [row.looks[1] < row.looks[0] for row, gain in zip(found, gains, strict=True) if row.looks and gain]
        if better:
            yield line("extend: % of these nearer by LPIPS", 100 * float(np.mean(better)), 80.0, least=True)
        yield line("extend: high band over the film's, worst", max(row.high for row in found), 1.2, least=False)
    if found := of("middle"):
        gains = [row.made - row.plain for row in found]
        yield line(f"middle: dB beside a cross-fade, mean of {len(found)}", float(np.mean(gains)), 2.0, least=True)
        yield line("middle: the same, worst", min(gains), 0.0, least=True)
    if found := of("middle") + of("loop"):
        yield line("middle and loop: worst gap", max(row.seam for row in found), 1.2, least=False)
    if found := of("camera"):
        yield line(f"camera: dB, worst of {len(found)}", min(row.made for row in found), 34.0, least=True)
        yield line("camera: sharpness, least", min(row.seam for row in found), 0.9, least=True)
    if found := of("move"):
        yield line(f"move: dB, worst of {len(found)}", min(row.made for row in found), 35.0, least=True)
        yield line("move: pixels off, most", max(row.seam for row in found), 2.0, least=False)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--clips", type=Path, nargs="*", default=[], help="films")
    add("--photos", type=Path, help="folder of photographs")
    add("--count", type=int, help="of the photographs, so many")
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
    for number, path in enumerate(sorted(args.photos.iterdir())[: args.count] if args.photos else ()):
        for kind in (kind for kind in KINDS[3:] if kind in kinds):
            way = CAMERA[number % len(CAMERA)]
            rows.append(table.camera(path, way, 768, 512) if kind == "camera" else table.move(path, 768, 512))
            print(rows[-1].line(), flush=True)
    said = list(summary(rows))
    print("\n".join(text for text, _ in said))
    return 0 if all(kept for _, kept in said) else 1


if __name__ == "__main__":
    sys.exit(main())
