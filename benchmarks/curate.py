"""Does `sora curate` find what is wrong with clips, and nothing else? A folder of 40 clips with known faults.

python benchmarks/curate.py --assets DIR
python benchmarks/curate.py --assets DIR --keep FOLDER

The clips are made here from renders of the painted world, from photographs under a camera that moves (DIR/photos) and
from a film (DIR/clips): good ones, and the like with cuts, without motion, blurred, dark, with letters on them, twins
of good ones (re-encoded, rescaled, trimmed), one that is short and one that is broken. A fault that is not found, a cut
that is missed, or one that is not there is a line of its own. Exit code 1 if a fault is missed or over 2 are false.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from soracli import media
from soracli.scenes import library
from soracli.types import Frames
from soracli.world.render import render
from soracli.world.scene import Performer, Scene

FPS = Fraction(16)
LENGTH = 32  # frames
SIZE = (256, 192)  # width, height
MOST_FALSE = 2
WORLD = (  # performer, action, place, camera
    ("dog", "walk", "meadow", "static"),
    ("horse", "run", "desert", "static"),
    ("cat", "walk", "city street", "pan-right"),
    ("tiger", "walk", "forest", "static"),
    ("rabbit", "jump", "snowy field", "static"),
    ("elephant", "walk", "road", "zoom-in"),
    ("fox", "run", "forest", "static"),
    ("cow", "walk", "meadow", "static"),
    ("lion", "walk", "desert", "static"),
    ("duck", "walk", "road", "static"),
    ("monkey", "walk", "forest", "zoom-in"),
    ("bear", "run", "snowy field", "static"),
)


@dataclass(frozen=True)
class Made:
    """A clip. faults: of every shot, by its first frame. quality: of the encoder."""

    frames: Frames
    faults: dict[int, str]  # "" = it is good
    quality: str = "good"


# --- what clips are made of -------------------------------------------------------------------------------------------


def world(number: int, length: int = LENGTH) -> Frames:
    name, action, place, camera = WORLD[number]
    moves = {"direction": "right", "x": 0.3} if action in ("walk", "run") else {}
    scene = Scene("scenery", (Performer(name, action, size=0.5, **moves),), place, "day", camera=camera, seed=number)
    rendered = render(
        [scene], width=SIZE[0], height=SIZE[1], frames=length, fps=float(FPS), bank=library.bank([name])
    ).pixels
    return rendered[0].numpy()


def photo(assets: Path, number: int, across: float = 2.0, down: float = 0.0, length: int = LENGTH) -> Frames:
    """A camera that pans over a photograph by so many pixels a frame, or stands still."""
    picture = Image.open(sorted((assets / "photos").glob("*.webp"))[number]).convert("RGB")
    picture = picture.resize((picture.width * 2 // 3, picture.height * 2 // 3), Image.Resampling.LANCZOS)
    wide, high = SIZE
    x = (picture.width - wide - across * (length - 1)) / 2
    y = (picture.height - high - down * (length - 1)) / 2
    moves = [(1, 0, x + across * t, 0, 1, y + down * t) for t in range(length)]
    return np.stack([np.asarray(picture.transform(SIZE, 0, move, Image.Resampling.BICUBIC)) for move in moves])


def film(assets: Path, start: int) -> Frames:
    clip = media.read(assets / "clips" / "flower.mp4").frames[start : start + 2 * LENGTH : 2]
    return np.stack([np.asarray(Image.fromarray(frame).resize((340, 192))) for frame in clip])


def each(frames: Frames, change: Callable[[Image.Image], Image.Image]) -> Frames:
    return np.stack([np.asarray(change(Image.fromarray(frame))) for frame in frames])


def blurred(frames: Frames, radius: float) -> Frames:
    return each(frames, lambda picture: picture.filter(ImageFilter.GaussianBlur(radius)))


def dark(frames: Frames, factor: float) -> Frames:
    return (frames * factor).astype(np.uint8)


def texted(frames: Frames, text: str, place: tuple[int, int], size: int, edge: int = 0) -> Frames:
    def written(picture: Image.Image) -> Image.Image:
        pen = ImageDraw.Draw(picture)
        pen.text(place, text, font=ImageFont.load_default(size), fill="white", stroke_width=edge, stroke_fill="black")
        return picture

    return each(frames, written)


def noisy(frames: Frames, much: float) -> Frames:
    rng = np.random.default_rng(9)
    return np.clip(frames + rng.normal(0, much, frames.shape), 0, 255).astype(np.uint8)


def scaled(frames: Frames, width: int, height: int) -> Frames:
    return each(frames, lambda picture: picture.resize((width, height), Image.Resampling.LANCZOS))


# --- the folder -------------------------------------------------------------------------------------------------------


def good(assets: Path) -> Iterator[tuple[str, Frames]]:
    for number in range(6):
        yield f"good-world-{number}", world(number)
    for number, (across, down) in enumerate(((2, 0), (-2, 0), (0, -1), (1, 0.5), (4, 0))):
        yield f"good-photo-{number}", photo(assets, number, across, down)
    yield "good-film-0", film(assets, 0)
    yield "good-film-1", film(assets, 80)


def faulty(assets: Path, fine: dict[str, Frames]) -> Iterator[tuple[str, Made]]:
    first, second = (photo(assets, number, across, 0, 20) for number, across in ((8, 2), (9, -3)))
    third, fourth = world(6, 20), world(7, 20)
    fifth, sixth = photo(assets, 10, 0, 1, 20), photo(assets, 11, -2, 0, 20)
    for number, (one, other, fault) in enumerate(
        (
            (first, second, ""),
            (third, fourth, ""),
            (fifth, world(8, 20), ""),
            (sixth, photo(assets, 12, 0), "still"),
        )
    ):
        yield f"cut-{number}", Made(np.concatenate([one, other]), {0: "", len(one): fault})
    still = photo(assets, 13, 0)
    for number, frames in enumerate((still, noisy(photo(assets, 14, 0), 3), np.repeat(world(9, 1), LENGTH, 0))):
        yield f"still-{number}", Made(frames, {0: "still"})
    yield "still-3", Made(photo(assets, 15, 0), {0: "still"}, "draft")
    for number, radius in enumerate((3, 4, 6)):
        yield f"blurred-{number}", Made(blurred(photo(assets, 16 + number), radius), {0: "blurred"})
    yield "blurred-3", Made(blurred(world(10), 4), {0: "blurred"})
    yield "dark-0", Made(dark(photo(assets, 19), 0.12), {0: "dark"})
    yield "dark-1", Made(dark(world(11), 0.15), {0: "dark"})
    yield "dark-2", Made(noisy(dark(photo(assets, 20), 0.08), 2), {0: "dark"})
    yield "texted-0", Made(texted(photo(assets, 21), "and then they went home", (30, 160), 16, 1), {0: "texted"})
    yield "texted-1", Made(texted(photo(assets, 22, -2), "CHANNEL 4", (150, 10), 18), {0: "texted"})
    yield "texted-2", Made(texted(photo(assets, 23, 3), "12.08.2026 14:35:07", (120, 170), 13, 1), {0: "texted"})
    yield "texted-3", Made(texted(photo(assets, 5, -3), "THE END", (50, 70), 40, 2), {0: "texted"})
    yield "twin-recoded-0", Made(fine["good-world-0"], {0: "twin"}, "draft")
    yield "twin-recoded-1", Made(fine["good-photo-0"], {0: "twin"}, "draft")
    yield "twin-scaled-0", Made(scaled(fine["good-photo-1"], 128, 96), {0: "twin"})
    yield "twin-scaled-1", Made(scaled(fine["good-film-0"], 170, 96), {0: "twin"})
    yield "twin-trimmed-0", Made(fine["good-world-1"][9:], {0: "twin"})
    yield "twin-trimmed-1", Made(fine["good-photo-4"][5:-6], {0: "twin"})
    yield "short-0", Made(photo(assets, 6, 2, 0, 6), {0: "short"})


def write(folder: Path, assets: Path) -> dict[tuple[str, int], str]:
    """Write the clips; returns the fault of every shot, by file and first frame."""
    fine = dict(good(assets))
    clips = {name: Made(frames, {0: ""}) for name, frames in fine.items()} | dict(faulty(assets, fine))
    for name, made in clips.items():
        height, width = made.frames.shape[1:3]
        with media.Writer(folder / f"{name}.mp4", width, height, FPS, quality=made.quality) as writer:
            writer.add(made.frames)
    (folder / "unreadable-0.mp4").write_bytes((folder / "good-photo-0.mp4").read_bytes()[:900])
    expected = {(name, first): fault for name, made in clips.items() for first, fault in made.faults.items()}
    return expected | {("unreadable-0", 0): "unreadable"}


def table(expected: dict[tuple[str, int], str], rows: list[dict[str, object]]) -> bool:
    """Print what was found and what was not; whether that is enough."""
    found = {(Path(str(row["path"])).stem, int(str(row.get("first", 0)))): set(row["reasons"]) for row in rows}  # type: ignore[call-overload]
    missed = [f"{name} at {first}: {fault or 'a cut'}" for (name, first), fault in expected.items()
              if (name, first) not in found or (fault and fault not in found[name, first])]  # fmt: skip
    false = [f"{name} at {first}: a cut" for name, first in found if (name, first) not in expected]
    false += [f"{shot[0]} at {shot[1]}: {fault}" for shot, faults in found.items() if shot in expected
              for fault in faults - {expected[shot]}]  # fmt: skip
    print(f"{'':<12}{'there':>6}{'found':>7}{'false':>7}")
    for fault in ("cut", "still", "blurred", "dark", "texted", "twin", "short", "unreadable"):
        if fault == "cut":
            there = [shot for shot in expected if shot[1]]
            hits, wrong = sum(shot in found for shot in there), sum(shot not in expected for shot in found)
        else:
            there = [shot for shot, known in expected.items() if known == fault]
            hits = sum(fault in found.get(shot, ()) for shot in there)
            wrong = sum(line.endswith(f": {fault}") for line in false)
        print(f"{fault:<12}{len(there):>6}{hits:>7}{wrong:>7}")
    kept = sum(not found.get(shot, {"gone"}) for shot, fault in expected.items() if not fault)
    print(f"{'good shots':<12}{sum(not fault for fault in expected.values()):>6}{kept:>7} kept")
    for what, lines in (("missed", missed), ("false", false)):
        for line in lines:
            print(f"{what}: {line}")
    return not missed and len(false) <= MOST_FALSE


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--assets", type=Path, required=True)
    parser.add_argument("--keep", type=Path, help="where the clips, the list and the contact sheet stay")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = asked.keep or Path(name)
        (folder / "clips").mkdir(parents=True, exist_ok=True)
        expected = write(folder / "clips", asked.assets)
        print(f"{len({name for name, _ in expected})} clips, {len(expected)} shots", file=sys.stderr)
        line = ["curate", str(folder / "clips"), "-o", str(folder / "curated.jsonl"), "--force"]
        subprocess.run([sys.executable, "-m", "soracli", *line], check=True)
        rows = [json.loads(row) for row in (folder / "curated.jsonl").read_text(encoding="utf-8").splitlines()]
        sys.exit(0 if table(expected, rows) else 1)


if __name__ == "__main__":
    main()
