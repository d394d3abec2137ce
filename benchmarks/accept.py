"""Whether what is painted can be shown: every rendering verb, at several rates, from every source, in three shapes.

python benchmarks/accept.py --assets DIR --sheet accept.png     the matrix: every pair of rate, source and shape a verb
python benchmarks/accept.py --short                             the cells that must hold now, in about two minutes
python benchmarks/accept.py --assets DIR --full --rates all     the whole product, at all six rates
python benchmarks/accept.py --assets DIR --renderer             the renderer's own figures (guard.RENDERER_...)

A cell is one call of `sora`. Its frames are read back from the file, and those that were painted are looked at. It
fails if they have more than 1.3 times the high-band power of what was given (the median of its frames, or the kept
frame that they go on from, if that has more; of the renderer, where nothing was), if they are more saturated, stand
still where motion was asked for, jump in colour; if a kept frame is not the source's; and if rate, size, number of
frames or length of sound are not what was asked for. Without --assets the camera clip and the photograph are synthetic:
textures with the spectrum of natural pictures under a moving camera.
Exit code 1 if any cell fails.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import itertools
import json
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont
from settings import of_nobody
from sheet import GAP, SIDE, strip

from soracli import cli, media
from soracli.footage.plausibility import RENDERER_HIGH, Figures, faults, figures, high_band
from soracli.media import Audio, Source
from soracli.pipeline import model_cache
from soracli.types import Clip, Frames

RATES = ("16", "24", "30")
ALL_RATES = ("12", "16", "24", "25", "30", "48", "60")
SHAPES = {"square": (256, 256), "16:9": (456, 256), "9:16": (256, 456)}
SOURCES = ("own", "camera", "photo")
PROMPT = "a dog walks to the right across a grassy meadow"
STEPS: tuple[str, ...] = ()

SOUND = 0.05  # seconds by which sound may be longer or shorter


# --- measures ---------------------------------------------------------------------------------------------------------


def form(source: Source, fps: Fraction, size: tuple[int, int], count: int, sound: float | None) -> list[str]:
    """What of a result's rate, size, number of frames and length of sound is not what was asked for."""
    frames = source.clip.frames
    found = []
    if len(frames) > 1 and source.clip.fps != fps:
        found.append(f"{float(source.clip.fps):g} fps, not {float(fps):g}")
    if (frames.shape[2], frames.shape[1]) != size:
        found.append(f"{frames.shape[2]}x{frames.shape[1]}, not {size[0]}x{size[1]}")
    if len(frames) != count:
        found.append(f"{len(frames)} frames, not {count}")
    heard = None if source.audio is None else float(source.audio.seconds)
    if (heard is None) != (sound is None) or (heard and sound and abs(heard - sound) > SOUND):
        found.append(f"{heard or 0:.2f} s of sound, not {sound or 0:.2f}")
    return found


# --- cells ------------------------------------------------------------------------------------------------------------


class Cell(NamedTuple):
    verb: str
    rate: str
    source: str
    shape: str

    def __str__(self) -> str:
        return f"{self.verb:<16} {self.rate:>3} fps  {self.source:<6} {self.shape}"


@dataclass(frozen=True)
class Asked:
    """One call, and what has to come of it.

    words: the command line. frames: of the result. size: its width and height. kept: number of the result's frame ->
    number of the source's. painted: the result's frames that are looked at. where: the part of each (H, W) that is
    painted, None = all. given: frames that they are painted from. moves: whether motion is asked for. sound: seconds.
    anew: whether a scene is painted there, of other performers than were there, so that it may be as fine as the
    renderer's.
    """

    words: tuple[str, ...]
    frames: int
    size: tuple[int, int]
    painted: range
    given: Frames | None
    kept: Callable[[int], int | None] = lambda number: None
    source: Frames | None = None
    where: npt.NDArray[np.bool_] | None = None
    moves: bool = True
    sound: float | None = None
    anew: bool = False


CLIP_VERBS = ("extend", "extend backward", "extend loop", "edit", "edit part", "inpaint", "outpaint", "blend", "vary")
PICTURE_VERBS = ("animate", "animate to", "key frame")
VERBS = ("generate", "image", *PICTURE_VERBS, *CLIP_VERBS)
LENGTH, ADDED = Fraction(3, 2), Fraction(3, 4)  # seconds of a source, and of what is painted


def product(rates: Sequence[str]) -> list[Cell]:
    """Every cell that makes sense: a text has no source, a picture no rate, clips are no photographs, and film is not
    varied (`scene_specs.check_scene`)."""
    found = []
    for verb in VERBS:
        sources = ("none",) if verb in ("generate", "image") else SOURCES if verb in PICTURE_VERBS else SOURCES[:2]
        sources = sources[:1] if verb == "vary" else sources
        for rate, source, shape in itertools.product(("16",) if verb == "image" else rates, sources, SHAPES):
            found.append(Cell(verb, rate, source, shape))
    return found


def covering(cells: Sequence[Cell]) -> list[Cell]:
    """The fewest cells, taken greedily, in which each verb meets every pair of rate, source and shape."""
    found: list[Cell] = []
    for _, group in itertools.groupby(cells, lambda cell: cell.verb):
        left = list(group)
        pairs = {pair for cell in left for pair in itertools.combinations(enumerate(cell[1:]), 2)}
        while pairs:
            best = max(left, key=lambda cell: len(pairs & set(itertools.combinations(enumerate(cell[1:]), 2))))
            pairs -= set(itertools.combinations(enumerate(best[1:]), 2))
            left.remove(best)
            found.append(best)
    return found


# Cells that hold with the weights that ship, one for each verb at least.
SHORT = (
    Cell("generate", "24", "none", "square"),
    Cell("image", "16", "none", "square"),
    Cell("animate", "30", "own", "square"),
    Cell("animate to", "24", "own", "square"),
    Cell("key frame", "24", "own", "square"),
    Cell("extend", "24", "own", "square"),
    Cell("extend backward", "30", "own", "square"),
    Cell("extend loop", "24", "own", "square"),
    Cell("edit", "30", "own", "square"),
    Cell("edit part", "24", "own", "square"),
    Cell("inpaint", "24", "own", "square"),
    Cell("outpaint", "30", "own", "square"),
    Cell("blend", "24", "own", "square"),
    Cell("vary", "24", "own", "square"),
)


class Stock:
    """The sources: made once for each rate and shape, on disk, without loss."""

    def __init__(self, folder: Path, assets: Path | None) -> None:
        self.folder, self.assets = folder, assets
        self._read: dict[tuple[str, ...], tuple[Path, Source]] = {}

    def clip(self, kind: str, rate: str, shape: str) -> tuple[Path, Source]:
        return self._kept((kind, rate, shape), lambda path: self._make_clip(path, kind, Fraction(rate), shape))

    def picture(self, kind: str, shape: str) -> tuple[Path, Source]:
        return self._kept((kind, shape), lambda path: self._make_picture(path, kind, shape))

    def _kept(self, key: tuple[str, ...], make: Callable[[Path], None]) -> tuple[Path, Source]:
        if key not in self._read:
            name = "-".join(key).replace(":", "x")
            path = self.folder / f"{name}{'.mp4' if len(key) == 3 else '.png'}"
            make(path)
            self._read[key] = path, media.read_source(str(path))
        return self._read[key]

    def _make_clip(self, path: Path, kind: str, fps: Fraction, shape: str) -> None:
        width, height = SHAPES[shape]
        if kind == "own":
            words = (PROMPT, "-s", f"{width}x{height}", "-d", f"{float(LENGTH):g}s", "--fps", str(fps), "--seed", "5")
            sora("generate", *words, "-o", str(path))
            return
        if self.assets is None:
            clip, audio = pan(width, height, fps), tone()
        else:
            source = media.read_source(str(self.assets / "clips" / "flower.mp4"))
            clip = media.fit(media.retime(source.clip, fps), width, height, "crop")
            audio = source.audio
        clip = Clip(clip.frames[: round(LENGTH * fps)], fps)
        if audio is not None:
            audio = Audio(audio.samples[: round(LENGTH * audio.rate)], audio.rate)
        with media.Writer(path, width, height, fps, "mp4", "lossless", audio=audio) as writer:
            writer.add(clip.frames)

    def _make_picture(self, path: Path, kind: str, shape: str) -> None:
        width, height = SHAPES[shape]
        if kind == "photo":
            if self.assets is None:
                frames = pan(width, height, Fraction(16), seed=4).frames[:1]
            else:
                frames = media.read_source(str(self.assets / "photos" / "kodak05.webp")).clip.frames
            frames = media.fit(Clip(frames, Fraction(1)), width, height, "crop").frames
        else:
            frames = self.clip(kind, "16", shape)[1].clip.frames[:1]
        Image.fromarray(frames[0]).save(path)


def pan(width: int, height: int, fps: Fraction, seed: int = 3) -> Clip:
    """A synthetic camera clip: a slow pan and approach over a texture with the spectrum of natural pictures (amplitude
    falls with the frequency), horizon and grain, colours of landscape.
    """
    rng, side = np.random.default_rng(seed), 1024
    rows, columns = np.fft.fftfreq(side)[:, None], np.fft.rfftfreq(side)
    falling = np.maximum(np.hypot(rows, columns), 1 / side) ** -1.2
    planes = []
    for _ in range(3):
        plane = np.fft.irfft2(falling * np.exp(2j * np.pi * rng.random(falling.shape)), (side, side))
        planes.append(plane / plane.std())
    shade = planes[0][..., None] * [34, 30, 24] + planes[1][..., None] * [8, 0, -8] + planes[2][..., None] * [0, 5, 0]
    ground = 1 / (1 + np.exp((np.arange(side) - side / 2) / -20))[:, None, None]
    texture = (ground * (np.array([96, 104, 62]) + shade) + (1 - ground) * ([150, 176, 208] + shade / 4)).clip(0, 255)
    picture, frames = Image.fromarray(texture.astype(np.uint8)), []
    for i in range(round(LENGTH * fps)):
        moment = float(i / fps)
        high = 500 - 24 * moment
        wide, left = high * width / height, 90 + 40 * moment
        wide, high = (wide, high) if wide < 800 else (800, 800 * height / width)
        box = (left, 512 - high / 2, left + wide, 512 + high / 2)
        seen = np.asarray(picture.resize((width, height), Image.Resampling.LANCZOS, box), np.float32)
        frames.append((seen + rng.normal(0, 1.2, seen.shape)).clip(0, 255).astype(np.uint8))
    return Clip(np.stack(frames), fps)


def tone() -> Audio:
    """A sound that swells, as long as a source."""
    at = np.arange(round(LENGTH * 48000)) / 48000
    wave = 6000 * np.sin(2 * np.pi * 330 * at) * np.sin(np.pi * at / float(LENGTH))
    return Audio(wave.astype(np.int16)[:, None], 48000)


def asked(cell: Cell, stock: Stock) -> Asked:
    """What a cell calls, and what has to come of it."""
    size, fps = SHAPES[cell.shape], Fraction(cell.rate)
    words = (PROMPT,) if cell.source in ("own", "none") else ()
    sized = ("-s", f"{size[0]}x{size[1]}")
    if cell.verb == "image":
        return Asked(("image", PROMPT, *sized), 1, size, range(1), None, moves=False)
    if cell.verb == "generate":
        count = round(fps)
        return Asked(("generate", PROMPT, *sized, "-d", "1s", "--fps", cell.rate), count, size, range(count), None)
    if cell.verb in PICTURE_VERBS:
        return _of_picture(cell, stock, words, round(ADDED * fps) + 1)
    return _of_clip(cell, stock, words)


def moved(path: Path) -> Path:
    """The same picture seen a sixteenth of its width farther to the right, mirrored at its edge."""
    with Image.open(path) as picture:
        pixels = np.array(picture.convert("RGB"))
    by = pixels.shape[1] // 16
    other = path.with_name(f"{path.stem}-moved.png")
    Image.fromarray(np.concatenate([pixels[:, by:], pixels[:, -by:][:, ::-1]], 1)).save(other)
    return other


def _of_picture(cell: Cell, stock: Stock, words: tuple[str, ...], count: int) -> Asked:
    path, source = stock.picture(cell.source, cell.shape)
    size, fps = SHAPES[cell.shape], ("--fps", cell.rate)
    of = partial_asked(source, size)
    length = ("-d", f"{count}f", *fps)
    match cell.verb:
        case "animate":
            return replace(of, words=("animate", str(path), *words, *length), frames=count, painted=range(1, count))
        case "animate to":
            other = moved(path)
            call = ("animate", str(path), *words, "--to", str(other), *length)
            return replace(of, words=call, frames=count, painted=range(1, count - 1), kept={0: 0}.get)
    key = count // 2
    call = ("generate", PROMPT, "-s", f"{size[0]}x{size[1]}", "--keyframe", f"{path}@{key}f", *length)
    painted, kept = range(key + 1, count), {key: 0}
    return replace(of, words=call, frames=count, painted=painted, kept=kept.get)


def partial_asked(source: Source, size: tuple[int, int]) -> Asked:
    """What all calls with one source have in common; its first frame is kept."""
    frames = source.clip.frames
    sound = None if source.audio is None else float(source.audio.seconds)
    return Asked((), len(frames), size, range(0), frames, {0: 0}.get, frames, sound=sound)


def _of_clip(cell: Cell, stock: Stock, words: tuple[str, ...]) -> Asked:
    path, source = stock.clip(cell.source, cell.rate, cell.shape)
    size = SHAPES[cell.shape]
    of, count, by = partial_asked(source, size), len(source.clip.frames), round(ADDED * source.clip.fps)
    sound = of.sound
    long = None if sound is None else sound + float(by / source.clip.fps)
    whole, anew = range(count), words or ("a garden in bloom",)
    look = words or ("at sunset",)  # what can be done to footage without painting it

    def same(number: int) -> int | None:
        return number if number < count else None

    match cell.verb:
        case "extend" | "extend loop":
            loop = ("--loop",) if cell.verb == "extend loop" else ()
            call = ("extend", str(path), *words, "--by", f"{by}f", *loop)
            return replace(
                of, words=call, frames=count + by, painted=range(count - 1, count + by), kept=same, sound=long
            )
        case "extend backward":
            call = ("extend", str(path), *words, "--by", f"{by}f", "--backward")
            kept = {by + i: i for i in whole}
            return replace(of, words=call, frames=count + by, painted=range(by + 1), kept=kept.get, sound=long)
        case "edit" | "vary":
            said = look if cell.verb == "edit" else anew
            return replace(of, words=(cell.verb, str(path), *said), painted=whole, kept=lambda number: None)
        case "edit part":
            call = ("edit", str(path), *look, "--from", f"{count // 4}f", "--to", f"{3 * count // 4}f")
            kept = {i: i for i in whole if not count // 4 <= i < 3 * count // 4}
            inside = range(count // 4 + 1, 3 * count // 4 - 1)  # a light that is asked for begins at once
            return replace(of, words=call, painted=inside, kept=kept.get)
        case "blend":
            call = ("blend", str(path), str(path), *words, "--by", f"{by}f")
            kept = {i: i for i in whole} | {count + by + i: i for i in whole}
            painted = range(count - 1, count + by + 1)
            both = None if sound is None or long is None else sound + long
            return replace(of, words=call, frames=2 * count + by, painted=painted, kept=kept.get, sound=both)
    return _of_area(cell, of, path, words)


def _of_area(cell: Cell, of: Asked, path: Path, words: tuple[str, ...]) -> Asked:
    """A hole in the middle of each frame, or a rim of 64 pixels left and right."""
    (width, height), whole = of.size, range(of.frames)
    if cell.verb == "inpaint":
        box = width // 4, height // 3, width // 2, height // 3
        hole = np.zeros((height, width), bool)
        hole[box[1] : box[1] + box[3], box[0] : box[0] + box[2]] = True
        call = ("inpaint", str(path), *words, "--mask", ",".join(map(str, box)))
        anew = cell.source == "own"
        return replace(of, words=call, painted=whole, where=hole, kept=lambda number: number, anew=anew)
    rim = np.ones((height, width + 128), bool)
    rim[:, 64:-64] = False
    call = ("inpaint", str(path), *words, "--outpaint", "0,64,0,64")
    moves = cell.source != "own"  # around a place that stands still nothing moves
    return replace(
        of, words=call, size=(width + 128, height), painted=whole, where=rim, kept=lambda number: number, moves=moves
    )


# --- running ----------------------------------------------------------------------------------------------------------


class Failed(Exception):
    """A call of `sora` did not end well."""


def sora(*words: str) -> None:
    """One call in this process, so that the model stays loaded."""
    said = io.StringIO()
    given = [word for word in words if word]
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(said):
        code = cli.run([*given, "--force", "-q", *([] if given[-1].endswith(".png") else ["--quality", "lossless"])])
    if code:
        raise Failed(f"exit {code}: {said.getvalue().strip().splitlines()[-1:] or ['nothing was said']}")


class Outcome(NamedTuple):
    cell: Cell
    faults: list[str]
    made: Figures | None
    given: Figures | None
    seconds: float
    strip: npt.NDArray[np.uint8] | None


def outcome(cell: Cell, stock: Stock, folder: Path) -> Outcome:
    """Run a cell and look at what came of it."""
    clock = time.perf_counter()
    try:
        call = asked(cell, stock)
        path = folder / ("result.png" if cell.verb == "image" else "result.mp4")
        sora(*call.words, "--seed", "1", "-o", str(path))
        source = media.read_source(str(path))
    except Failed as error:
        return Outcome(cell, [str(error)], None, None, time.perf_counter() - clock, None)
    frames = source.clip.frames
    found = form(source, Fraction(cell.rate), call.size, call.frames, call.sound)
    if found:
        return Outcome(cell, found, None, None, time.perf_counter() - clock, strip(frames))
    found += differing(call, frames)
    fps = Fraction(cell.rate)
    given = compared(call, frames, fps)
    made = figures(frames[call.painted.start : call.painted.stop], fps, call.where)
    wrong = faults(made, given, moves=call.moves)
    found += [fault for fault in wrong if not (call.anew and fault.startswith("fog"))]  # what is anew may be calmer
    return Outcome(cell, found, made, given, time.perf_counter() - clock, strip(frames))


def compared(call: Asked, frames: Frames, fps: Fraction) -> Figures | None:
    """Figures that those of the painted frames are compared with; None if nothing is given. frames: of the result.

    Inside an area noise shows, but what lies there may be finer than the rest. And a film's own detail changes, as it
    is focused or nears: what goes on from a kept frame is as fine as that frame.
    """
    if call.given is None:
        return None
    found = figures(call.given, fps)
    high = [found.high, RENDERER_HIGH * call.anew]
    if call.where is None:
        ends = {call.painted[0], call.painted[-1]}
        high += [high_band(frames[n : n + 1]) for n in ends if call.kept(n) is not None]
    elif call.where.shape == call.given.shape[1:3]:
        high.append(high_band(call.given, call.where))
    return found._replace(high=max(high))


def differing(call: Asked, frames: Frames) -> list[str]:
    """Kept frames, or kept parts of them, that are not the source's."""
    if call.source is None:
        return []
    wrong = 0
    for number, frame in enumerate(frames):
        if (own := call.kept(number)) is None:
            continue
        if call.where is None:
            wrong += not np.array_equal(frame, call.source[own])
        else:
            wrong += not np.array_equal(frame[~call.where], call.source[own][_inside(call)])
    return [f"{wrong} kept frames differ"] if wrong else []


def _inside(call: Asked) -> npt.NDArray[np.bool_]:
    """The kept pixels in the source's own frame."""
    assert call.where is not None
    assert call.source is not None
    if call.where.shape == call.source.shape[1:3]:
        return ~call.where
    return np.ones(call.source.shape[1:3], bool)


def row(found: Outcome) -> str:
    made, given = found.made, found.given
    figures_ = "-" * 5
    if made is not None:
        power = RENDERER_HIGH if given is None else given.high
        figures_ = f"{made.high / max(power, 1e-3):5.2f}x {made.motion:5.2f} {made.step:4.1f}"
    verdict = "; ".join(found.faults) if found.faults else "ok"
    return f"{found.cell!s:<44} {figures_:<18} {found.seconds:5.1f} s  {verdict}"


def draw(path: Path, outcomes: Sequence[Outcome]) -> None:
    """Four frames of every cell; names of those that fail in red."""
    pieces = [(found, found.strip) for found in outcomes if found.strip is not None]
    columns, high = 3, SIDE + 32 + GAP
    wide = max(piece.shape[1] for _, piece in pieces) + GAP
    picture = Image.new("RGB", (columns * wide, -(-len(pieces) // columns) * high), "white")
    pen, font = ImageDraw.Draw(picture), ImageFont.load_default(12)
    for i, (found, piece) in enumerate(pieces):
        x, y = i % columns * wide, i // columns * high
        picture.paste(Image.fromarray(piece), (x, y))
        colour = "darkred" if found.faults else "black"
        pen.text((x, y + SIDE), " ".join(str(found.cell).split()), font=font, fill=colour)
        pen.text((x, y + SIDE + 15), "; ".join(found.faults)[:90], font=font, fill=colour)
    picture.save(path)


def renderer(assets: Path, count: int = 32) -> None:
    """The renderer's own figures: at the model's size and rate, as it is trained on."""
    from soracli.train.scenes import Stage

    stage = Stage(assets, others=0.0, corpus="core")
    from soracli.world.render import render

    bank, rng = stage.cast(), np.random.default_rng(1)
    found = []
    for _ in range(count):
        scene = stage.scene(rng)
        clip = render([scene], width=256, height=256, frames=3, fps=16, bank=bank, start=1.0)
        found.append(figures(clip.pixels[0].numpy(), Fraction(16)))
    names = ("high", "chroma", "clipped")
    high, chroma, clipped = (np.percentile([getattr(row, name) for row in found], 95) for name in names)
    median = np.median([row.high for row in found])
    print(
        f"{count} clips: high band {high:.1f} (median {median:.1f}), chroma {chroma:.0f}, "
        f"clipped {clipped:.2f} at the 95th percentile"
    )


def settings() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--assets", type=Path, help="folder of the training material: a camera clip and photographs")
    add("--sheet", type=Path, help="write a contact sheet of all cells, .png")
    add("--short", action="store_true", help="the cells that must hold now")
    add("--full", action="store_true", help="the whole product instead of every pair")
    add("--rates", default=",".join(RATES), help="rates, or `all`")
    add("--only", default="", help="cells whose line contains this")
    add("--json", type=Path, help="write the figures of every cell")
    add("--renderer", action="store_true", help="print the renderer's own figures and end")
    return parser.parse_args()


def chosen(args: argparse.Namespace) -> tuple[list[Cell], int]:
    """The cells to run, and how many the whole product has."""
    rates = ALL_RATES if args.rates == "all" else tuple(args.rates.split(","))
    whole = product(rates)
    cells = list(SHORT) if args.short else whole if args.full else covering(whole)
    return [cell for cell in cells if args.only in " ".join(str(cell).split())], len(whole)


def main() -> int:
    of_nobody()
    args = settings()
    if args.renderer:
        renderer(args.assets)
        return 0
    cells, whole = chosen(args)
    kind = "synthetic camera clip and photograph" if args.assets is None else f"clips and photographs of {args.assets}"
    print(f"{len(cells)} of {whole} cells; {kind}")
    print(f"{'verb, rate, source, shape':<44} {'high motion step':<18}")
    outcomes: list[Outcome] = []
    clock = time.perf_counter()
    with tempfile.TemporaryDirectory() as name, model_cache.keeping_models():
        stock = Stock(Path(name), args.assets)
        for cell in cells:
            outcomes.append(outcome(cell, stock, Path(name)))
            print(row(outcomes[-1]), flush=True)
    failed = [found for found in outcomes if found.faults]
    print(f"{len(cells) - len(failed)} of {len(cells)} cells hold, in {time.perf_counter() - clock:.0f} s")
    if args.sheet:
        draw(args.sheet, outcomes)
    if args.json:
        rows = [
            {**found.cell._asdict(), "faults": found.faults, "made": found.made and found.made._asdict(),
             "given": found.given and found.given._asdict(), "seconds": round(found.seconds, 2)}
            for found in outcomes
        ]  # fmt: skip
        args.json.write_text(json.dumps(rows, indent=1), encoding="utf-8")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
