"""What painted scenes must reach: performers, places, paths, permanence, sharpness, borders. See README.md here.

python benchmarks/scenes.py --assets DIR --readers readers.pt              the model that ships
python benchmarks/scenes.py --assets DIR --checkpoint FILE --quick         weights in training, in two minutes
python benchmarks/scenes.py --assets DIR --only readers,sharpness --sheet scenes.png --json scenes.json
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import figures
import likeness
import numpy as np
import painting
import readers
import torch
import tracks
from painting import Painter, Painting
from PIL import Image, ImageDraw, ImageFont
from sheet import strip
from styles import recoded

from soracli.errors import SoraError
from soracli.scenes import known, library, read
from soracli.scenes.drafting import drafted
from soracli.scenes.plot import Film
from soracli.train import draft_shards
from soracli.types import Frames
from soracli.world.language.actors import actor
from soracli.world.language.surroundings import BARE, PLACES
from soracli.world.language.verbs import signed
from soracli.world.scene import Event, Performer, Scene
from soracli.world.scenes import GROUND_SIZE, Corpus
from soracli.world.styles import held

ASIDE = (
    "cow", "tiger", "flamingo", "robot", "police car", "teddy bear", "owl", "man walking", "sailboat", "pizza",
)  # fmt: skip
PARTS = ("performers", "readers", "paths", "permanence", "sharpness", "borders", "speed")
AMONG = 50  # pictures among which a performer's own is to be found
WHOLE = 0.7  # share of a performer that must be in sight where it is looked for
HIDDEN = 0.05  # below this share it is not in sight
PROMPTS = (
    "a dog runs along the beach at sunset",
    "two penguins hop in falling snow",
    "a red car drives through the city at night",
    "an empty beach at sunset",
    "a cat sits behind a watermelon in a meadow",
    "a robot walks across the moon",
    "three ducks swim in the sea in the rain",
    "a tiger chases a rabbit through the forest",
    "an owl flies at night, fireflies",
    "a mammoth walks through a snowy field in the fog",
    "pixel art of a frog on a stage",
    "a sailboat at dawn, zoom in",
    "a fire engine passes a taxi on the road",
    "a black and white film of a horse in the desert",
    "a hot air balloon over mountains",
    "someone eats a pizza in the living room",
    "a butterfly above sunflowers, watercolour",
    "a train through a farm, tracking shot",
    "a teddy bear dances on a stage with confetti",
    "a giraffe and an elephant meet in the desert at noon",
    "a shark in the sea, handheld camera",
    "a snowman melts in a field",
    "neon city, a motorcycle races to the left",
    "autumn leaves fall on a quiet forest",
)
FPS, SLOW = 16, 8
VERBS = {"walker": "walk", "driver": "drive", "flyer": "fly", "swimmer": "swim"}
COVERS = ("bus", "fire engine", "delivery truck", "ambulance", "minibus", "tram car")  # nothing shows under them
FOODS = ("pizza", "doughnut", "hamburger", "watermelon", "red apple", "cheese wedge")
PAINTED = ("automobile", "egg", "balloon", "alarm clock", "teapot", "drum")
PASSERS = ("rabbit", "dog", "cat", "rooster", "pig", "duck", "mouse", "hedgehog")


class Sizes(NamedTuple):
    """How much is painted. performers: trained, kept out. pool: clips of 5 s. hidden: of permanence. long: seconds."""

    performers: tuple[int, int]
    pool: int
    hidden: int
    long: tuple[int, ...]
    films: int


FULL = Sizes((140, 60), 40, 12, (30, 30, 60), 600)
QUICK = Sizes((6, 6), 6, 2, (30,), 200)


class Row(NamedTuple):
    """A line of the table. value: nan = not measured. truth: the same of the renderer's films. count: of what it is.

    most: whether the target is the most that is allowed, not the least. share: whether it is a share, shown in percent.
    """

    part: str
    what: str
    value: float
    target: float
    truth: float = float("nan")
    count: int = 0
    most: bool = False
    share: bool = True

    @property
    def mark(self) -> str:
        if np.isnan(self.value):
            return "-"
        return "ok" if (self.value <= self.target if self.most else self.value >= self.target) else "NO"


class Bench:
    """What the parts measure with, made when it is first needed."""

    def __init__(self, args: argparse.Namespace) -> None:
        self.args, self.sizes = args, QUICK if args.quick else FULL
        self.corpus, self.styles = draft_shards.corpus(), Corpus.full().styles
        self.names = tuple(library.entries())
        self.details: dict[str, object] = {}
        self.windows: list[tuple[list[float], ...]] = []  # jumps at borders of windows, of each long clip

    @cached_property
    def painter(self) -> Painter:
        found = painting.from_checkpoint(self.args.checkpoint) if self.args.checkpoint else painting.shipped()
        if found is None:
            raise SystemExit("scenes: error: the default model takes no drafts; pass --checkpoint FILE")
        steps = 12 if self.args.checkpoint and not self.args.steps else self.args.steps
        shift = 4.0 if self.args.checkpoint and not self.args.shift else self.args.shift
        guidance = 1.0 if self.args.checkpoint else None
        return Painter(found, painting.Settings(steps, shift, guidance))

    @cached_property
    def vgg(self) -> likeness.Vgg:
        return likeness.Vgg(self.args.assets)

    @cached_property
    def fitted(self) -> readers.Readers:
        count = self.args.films or self.sizes.films
        say(f"readers of {count} films")
        return readers.loaded(self.args.readers, self.vgg, self.corpus, self.styles, count)

    @cached_property
    def pool(self) -> list[Painting]:
        """Clips of 5 s that several parts look at."""
        asked = readers.scenes(self.corpus, self.styles, 4 * self.sizes.pool, self.args.seed + 77)
        asked = [scene for scene in asked if not readers.is_empty(scene)][: self.args.count or self.sizes.pool]
        out = []
        for number, scene in enumerate(asked):
            out.append(self.painter.paint(scene, 5 * FPS, FPS, seed=self.args.seed + number))
            say(f"painted {number + 1}/{len(asked)} in {out[-1].seconds:.1f} s")
        return out


# --- performers -------------------------------------------------------------------------------------------------------


def cast(bench: Bench) -> list[tuple[str, bool]]:
    """Names drawn at random, and whether each was kept from training."""
    trained = {entry.name for entry in Corpus.full().actors} - set(ASIDE)
    rng = np.random.default_rng(bench.args.seed + 5)
    groups = (
        [name for name in bench.names if name in trained],
        [name for name in bench.names if name not in trained],
    )
    drawn = []
    for names, count, unseen in zip(groups, bench.sizes.performers, (False, True), strict=True):
        count = min(count, len(names), bench.args.count or count)
        drawn += [(str(name), unseen) for name in rng.choice(names, count, replace=False)]
    return drawn


def alone(name: str, corpus: Corpus, rng: np.random.Generator) -> Scene:
    """A scene of one performer that does what it mostly does, with a camera that stands still."""
    entry = actor(name)
    verb = VERBS.get(entry.kind, "stand")
    direction = str(rng.choice(("left", "right"))) if verb in VERBS.values() else ""
    x = 0.5 - 0.12 * signed(direction)
    performer = Performer(name, verb, direction, GROUND_SIZE * entry.scale, x, phase=float(rng.uniform()))
    place = str(rng.choice(corpus.homes(entry)))
    weathers = ("clear",) if place in BARE or PLACES[place].indoors else corpus.weathers
    time, seed = str(rng.choice(corpus.times)), int(rng.integers(2**31))
    return Scene("scenery", (performer,), place, time, str(rng.choice(weathers)), "static", "3d", seed)


def performers(bench: Bench) -> list[Row]:
    """Does what is painted where a performer is look like its own picture?"""
    drawn, rng = cast(bench), np.random.default_rng(bench.args.seed + 6)
    kept: dict[tuple[str, bool], likeness.Seen] = {}
    right: dict[bool, list[tuple[bool, bool]]] = {False: [], True: []}
    missed = []
    for number, (name, unseen) in enumerate(drawn):
        scene = alone(name, bench.corpus, rng)
        done = bench.painter.paint(scene, SLOW, SLOW, seed=bench.args.seed + number, begin=1.0)
        layer = done.layer(SLOW // 2)
        box = tracks.boxed(layer.alpha[0])
        others = [str(other) for other in rng.permutation([n for n in bench.names if n != name])[: AMONG - 1]]
        ranks = []
        for frames in (done.plain, done.film):
            region = likeness.cut(torch.from_numpy(frames[SLOW // 2].copy()).permute(2, 0, 1).float(), box)
            found = likeness.seen(bench.vgg, region, torch.ones_like(region[:, :1]))
            ranks.append(_rank(bench, found, scene.performers[0], others, kept))
        right[unseen].append((ranks[0] == 0, ranks[1] == 0))
        missed += [f"{name} ({ranks[0] + 1})"] if ranks[0] else []
        say(f"performer {number + 1}/{len(drawn)}: {name}, rank {ranks[0] + 1}, of the truth {ranks[1] + 1}")
    bench.details["performers that were taken for others, with their ranks"] = missed
    targets = {False: ("own picture found, trained", 0.95), True: ("own picture found, kept out", 0.93)}
    return [
        Row("performers", text, _mean(a for a, _ in right[k]), least, _mean(b for _, b in right[k]), len(right[k]))
        for k, (text, least) in targets.items()
    ]


def _rank(
    bench: Bench,
    region: likeness.Seen,
    shown: Performer,
    others: Sequence[str],
    kept: dict[tuple[str, bool], likeness.Seen],
) -> int:
    """How many of the others look more like a region than the performer's own picture does."""

    def seen(name: str) -> likeness.Seen:
        entry = actor(name)
        flipped = (signed(shown.direction) > 0 and entry.faces == "left") or (
            signed(shown.direction) < 0 and entry.faces == "right"
        )
        if (name, flipped) not in kept:
            art = likeness.drawing(library.drawing(library.entry(name))[0], flipped=flipped)
            kept[name, flipped] = likeness.seen(bench.vgg, *art)
        return kept[name, flipped]

    found = likeness.distances(bench.vgg, region, [seen(name) for name in (shown.name, *others)])
    return sum(distance < found[0] for distance in found[1:])


# --- place, time, weather, camera, style ------------------------------------------------------------------------------


def reading(bench: Bench) -> list[Row]:
    """What the readers say of painted clips."""
    right: dict[str, list[bool]] = {slot: [] for slot in readers.SLOTS}
    wrong: dict[str, list[str]] = {slot: [] for slot in readers.SLOTS}
    for done in bench.pool:
        said = bench.fitted.read(readers.of_clip(done.plain, done.result, done.fps))
        for slot, wanted in readers.truth(done.scene).items():
            right[slot].append(said[slot] == wanted)
            wrong[slot] += [] if said[slot] == wanted else [f"{said[slot]} for {wanted}"]
    bench.details["misread"] = wrong
    bench.details["misread of renders"] = {slot: one.wrong for slot, one in bench.fitted.tried.items()}
    least = {"place": 0.95, "time": 0.95, "weather": 0.85, "camera": 0.95, "style": 0.85}
    rows = [
        Row("readers", f"{slot} read back", _mean(right[slot]), least[slot], count=len(right[slot]))
        for slot in readers.SLOTS
    ]
    for slot, one in bench.fitted.tried.items():
        rows.append(Row("readers", f"  reader of {slot}, renders", one.peopled[0], 0.97, count=one.peopled[1]))
        rows.append(Row("readers", f"  reader of {slot}, bare renders", one.bare[0], 0.97, count=one.bare[1]))
    return rows


# --- paths and permanence ---------------------------------------------------------------------------------------------


class Place(NamedTuple):
    """Of a performer in a frame: overlap of the scene's box with where it is found, in the picture and in the truth."""

    painted: float
    truth: float


def places(done: Painting, frame: int, first: int | None = None) -> list[Place]:
    """Of those who are in sight. first: look for so many of the performers alone."""
    out = []
    boxes, visible = done.truth.boxes[0, frame, :first], done.truth.visible[0, frame, :first]
    layer = done.layer(frame)
    for box, share in zip(boxes.tolist(), visible.tolist(), strict=True):
        x0, y0, x1, y1 = (round(edge) for edge in box)
        if share < WHOLE or min(x1 - x0, y1 - y0) < 12:
            continue
        part = slice(max(y0, 0), y1), slice(max(x0, 0), x1)
        found = [
            tracks.find(frames[frame], layer.frames[0][part], layer.alpha[0][part])
            for frames in (done.plain, done.film)
        ]
        out.append(Place(*(tracks.overlap(box, one.box) if one.alike > tracks.FOUND else 0.0 for one in found)))
    return out


def paths(bench: Bench) -> list[Row]:
    """Is a performer where the scene says?"""
    groups = {"5 s": [place for done in bench.pool for k in range(4, 5 * FPS, 15) for place in places(done, k)]}
    rng = np.random.default_rng(bench.args.seed + 8)
    for number, seconds in enumerate(bench.args.long or bench.sizes.long):
        done = long(bench, rng, seconds, number)
        found = groups.setdefault(f"{seconds} s", [])
        found += [place for k in range(0, seconds * SLOW, SLOW) for place in places(done, k)]
        steps = [tracks.jumps(clip) for clip in (done.plate, done.plain, done.film)]
        bench.windows.append(tuple(tracks.stepped(step, done.borders) for step in steps))
    return [
        Row("paths", f"boxes overlap by 0.7, {text}", _mean(p.painted >= 0.7 for p in found), 0.95,
            _mean(p.truth >= 0.7 for p in found), len(found))
        for text, found in groups.items()
    ]  # fmt: skip


def long(bench: Bench, rng: np.random.Generator, seconds: int, number: int) -> Painting:
    """A long clip of somebody who is followed, or who turns round at the borders of the frame."""
    walkers = [entry for entry in bench.corpus.actors if entry.kind in ("walker", "driver")]
    scene = alone(walkers[int(rng.integers(len(walkers)))].name, bench.corpus, rng)
    camera = "static" if number % 2 else "tracking"
    scene = replace(scene, camera=camera, weather="clear", length=float(seconds))
    done = bench.painter.paint(scene, seconds * SLOW, SLOW, seed=bench.args.seed + number)
    say(f"painted {seconds} s at {SLOW} frames a second in {done.seconds:.1f} s")
    return done


def passing(number: int, rng: np.random.Generator) -> Scene:
    """Somebody small runs past behind somebody large who stands."""
    large = Performer(COVERS[number % len(COVERS)], "stand", "", 0.46, 0.5, depth=0.7)
    direction = ("left", "right")[int(rng.integers(2))]
    x = 0.5 - 0.4 * signed(direction)
    small = Performer(PASSERS[number % len(PASSERS)], "run", direction, 0.17, x, depth=0.45, phase=float(rng.uniform()))
    place = ("meadow", "beach", "desert", "snowy field", "road", "farm")[int(rng.integers(6))]
    return Scene("scenery", (small, large), place, "day", "clear", "static", "3d", int(rng.integers(2**31)))


def permanence(bench: Bench) -> list[Row]:
    """Is it still itself, and where it should be, when it comes out again?"""
    rng, out = np.random.default_rng(bench.args.seed + 9), []
    for number in range(min(bench.sizes.hidden, bench.args.count or 99)):
        scene = passing(number, rng)
        done = bench.painter.paint(scene, 5 * FPS, FPS, seed=bench.args.seed + number)
        visible = done.truth.visible[0, :, 0].numpy()
        hidden = np.flatnonzero(visible < HIDDEN)
        after = [k for k in np.flatnonzero(visible > 0.9) if len(hidden) and k > hidden[0]]
        if not after or not (visible[: hidden[0]] > 0.9).any():
            say(f"permanence: {scene.performers[0].name} is never hidden; left out")
            continue
        chosen = after[0], after[len(after) // 2], after[-1]
        found = [place for k in chosen for place in places(done, int(k), 1)]
        out.append(tuple(bool(found) and all(place[k] >= 0.7 for place in found) for k in range(2)))
    return [Row("permanence", "itself after being hidden", _mean(a for a, _ in out), 0.95,
                _mean(b for _, b in out), len(out))]  # fmt: skip


def lasting(bench: Bench) -> list[Row]:
    """Is what was bitten or painted over still so at the end? It must look more like itself so than as it was."""
    rng, out = np.random.default_rng(bench.args.seed + 10), []
    kinds = [("bitten", name) for name in FOODS] + [("painted", name) for name in PAINTED]
    count = min(bench.sizes.hidden, bench.args.count or len(kinds))
    for number in range(0, len(kinds), max(1, len(kinds) // count)):
        kind, name = kinds[number]
        before = replace(alone(name, bench.corpus, rng), weather="clear", place="meadow", time="day")
        events = tuple(Event(kind, at) for at in ((1.0, 2.0, 3.0) if kind == "bitten" else (1.0,)))
        scene = replace(
            before, performers=(replace(before.performers[0], action="stand", direction="", events=events),)
        )
        before = replace(scene, performers=(replace(scene.performers[0], events=()),))
        done = bench.painter.paint(scene, 5 * FPS, FPS, seed=bench.args.seed + number)
        last = len(done.plain) - 1
        whole, changed = (
            drafted(Film((one,), (0,), Fraction(FPS), 256, 256)).drawn(last, last + 1) for one in (before, scene)
        )
        if (whole.frames == changed.frames).all():
            continue
        box = tracks.boxed(whole.alpha[0])
        candidates = [likeness.seen(bench.vgg, *likeness.layered(layer, box)) for layer in (changed, whole)]
        nearer = []
        for frames in (done.plain, done.film):
            region = likeness.cut(torch.from_numpy(frames[last].copy()).permute(2, 0, 1).float(), box)
            found = likeness.seen(bench.vgg, region, torch.ones_like(region[:, :1]))
            # Both are looked at where either is: a bite is where there is nothing.
            both = [one._replace(cover=candidates[1].cover) for one in candidates]
            distances = likeness.distances(bench.vgg, found, both)
            nearer.append(distances[0] < distances[1])
        out.append(tuple(nearer))
    return [Row("permanence", "bites and strokes there at the end", _mean(a for a, _ in out), 0.95,
                _mean(b for _, b in out), len(out))]  # fmt: skip


# --- sharpness and borders --------------------------------------------------------------------------------------------


def sharpness(bench: Bench) -> list[Row]:
    """Power of the highest band, as a share of the truth's; beside it that of the truth through the compression."""
    whole: dict[bool, list[float]] = {True: [], False: []}
    coded: dict[bool, list[float]] = {True: [], False: []}
    own: dict[bool, list[float]] = {True: [], False: []}
    steps, kept = [], []
    for done in bench.pool:
        still, chosen, first = done.scene.camera == "static", slice(4, None, 8), done.film[: 2 * tracks.CHUNK]
        power, truth = tracks.fine(done.plain[chosen]), tracks.fine(done.film[chosen])
        layer = done.draft.drawn(0, len(done.plain))
        cover = layer.alpha[chosen] > tracks.COVERED
        whole[still].append(float(power.mean() / max(truth.mean(), 0.05)))
        if cover.sum() > 400:
            own[still].append(float(power[cover].mean() / max(truth[cover].mean(), 0.05)))
        through = recoded(bench.painter.model, first)
        coded[still].append(float(tracks.fine(through).mean() / max(tracks.fine(first).mean(), 0.05)))
        steps.append(figures.sharpness(done.plain) / max(figures.sharpness(done.film), 1e-3))
        kept.append(figures.sharpness(through) / max(figures.sharpness(first), 1e-3))
    rows = [
        Row("sharpness", f"{text}, {'static' if still else 'moving'} camera", _median(found[still]), least,
            _median(coded[still]) if found is whole else float("nan"), len(found[still]), share=False)
        for text, found, least in (("performers", own, 0.9), ("whole frame", whole, 0.65))
        for still in (True, False)
    ]  # fmt: skip
    return [*rows, Row("sharpness", "whole frame, squared steps between pixels", _median(steps), 0.65, _median(kept),
                       len(steps), share=False)]  # fmt: skip


def borders(bench: Bench) -> list[Row]:
    """How much more than usual changes where a latent frame begins."""
    found: dict[str, list[float]] = {"plates": [], "results": [], "truth": []}
    for done in bench.pool:
        for name, clip in (("plates", done.plate), ("results", done.plain), ("truth", done.film)):
            poses, chunk = _poses(clip, done)
            ratios = tracks.stepped(tracks.jumps(poses), range(chunk, len(poses), chunk), chunk)
            found[name].append(float(np.mean(ratios)))
    return [
        Row("borders", f"jump over the usual, {name}, {text}", take(found[name]), most, take(found["truth"]),
            len(found[name]), most=True, share=False)
        for name in ("plates", "results")
        for text, take, most in (("median", _median, 1.1), ("worst", _worst, 1.5))
    ]  # fmt: skip


def _poses(clip: Frames, done: Painting) -> tuple[Frames, int]:
    """A frame of each pose, where a style holds them for several frames, and how many are in a latent frame."""
    moments = held(torch.arange(len(clip), dtype=torch.float64) / done.fps, done.scene.style)
    every = max(1, round(float(moments.diff().max()) * done.fps))
    return clip[::every], tracks.CHUNK // every


def window_rows(bench: Bench) -> list[Row]:
    """The same where a window goes on from another, in the long clips of `paths`."""
    plates, results, truths = ([ratio for clip in bench.windows for ratio in clip[k]] for k in range(3))
    return [
        Row("borders", f"  at borders of windows, {name}, {text}", take(found), most, take(truths), len(found),
            most=True, share=False)
        for name, found in (("plates", plates), ("results", results))
        for text, take, most in (("median", _median, 1.1), ("worst", _worst, 1.5))
        if found
    ]  # fmt: skip


# --- speed ------------------------------------------------------------------------------------------------------------


def speed(bench: Bench) -> list[Row]:
    """5 s of 256x256 through the command line, which can only paint with a model that ships."""
    if bench.args.checkpoint:
        took = _median([done.seconds for done in bench.pool]) if bench.pool else float("nan")
        bench.details["seconds of painting 5 s at 16 fps in this process, median"] = took
        return [Row("speed", "5 s, 256x256, painting alone, seconds", took, 2.0, count=len(bench.pool), most=True,
                    share=False)]  # fmt: skip
    (one, peak), (three, _) = (command(count) for count in (1, 3))
    return [
        Row("speed", "5 s, 256x256, cold, seconds", one, 5.0, count=1, most=True, share=False),
        Row("speed", "5 s, 256x256, warm, seconds", (three - one) / 2, 2.0, count=2, most=True, share=False),
        Row("speed", "peak memory, MB", peak, 900.0, count=1, most=True, share=False),
    ]


def command(count: int) -> tuple[float, float]:
    """Seconds of `sora generate` from start to files, and megabytes at most."""
    with tempfile.TemporaryDirectory() as folder:
        words = [sys.executable, "-m", "soracli", "generate", "a dog runs to the right across a meadow", "-q",
                 "--seed", "0", "-d", "5s", "-s", "256x256", "-n", str(count),
                 "-o", str(Path(folder) / "clip-{seed}.mp4")]  # fmt: skip
        clock = time.perf_counter()
        child = subprocess.Popen(words)
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            raise SystemExit(f"scenes: error: {' '.join(words)} ended with {child.returncode}")
        return time.perf_counter() - clock, used.ru_maxrss / (
            1 << 20 if sys.platform == "darwin" else 1 << 10
        ) * 1.048576


# --- the table --------------------------------------------------------------------------------------------------------


def _mean(values: Iterable[float]) -> float:
    held = list(values)
    return float(np.mean(held)) if held else float("nan")


def _median(values: Sequence[float]) -> float:
    return float(np.median(values)) if len(values) else float("nan")


def _worst(values: Sequence[float]) -> float:
    return max(values) if len(values) else float("nan")


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def shown(row: Row) -> str:
    def cell(value: float) -> str:
        if np.isnan(value):
            return "-"
        return f"{100 * value:.1f} %" if row.share else f"{value:.2f}"

    limits = f"{'<=' if row.most else '>='} {cell(row.target)}"
    margin = f" ± {100 * figures.margin(row.value, row.count):.0f}" if row.share and row.count else ""
    return f"{row.what:<48}{cell(row.value) + margin:>16}{cell(row.truth):>10}{limits:>12}{row.count:>7}  {row.mark}"


def plainly(row: Row) -> dict[str, object]:
    """A row for JSON, which knows no nan."""
    return {name: None if value != value else value for name, value in row._asdict().items()} | {"mark": row.mark}


def draw(path: Path, done: Sequence[Painting], said: Sequence[str]) -> None:
    """A contact sheet: four frames of each clip over its prompt."""
    strips = [strip(one.result) for one in done]
    wide, high = max(s.shape[1] for s in strips) + 8, strips[0].shape[0] + 38
    picture = Image.new("RGB", (2 * wide, -(-len(strips) // 2) * high), "white")
    pen, font = ImageDraw.Draw(picture), ImageFont.load_default(12)
    for i, (pixels, text) in enumerate(zip(strips, said, strict=True)):
        x, y = i % 2 * wide, i // 2 * high
        picture.paste(Image.fromarray(pixels), (x, y))
        for k, line in enumerate(text.split("\n")[:2]):
            pen.text((x, y + pixels.shape[0] + 2 + 14 * k), line[:96], font=font, fill="black")
    picture.save(path)


def sheet_of(bench: Bench, path: Path) -> None:
    """Scenes as a user asks for them, first seed."""
    done = []
    for number, prompt in enumerate(PROMPTS[: bench.args.count or (6 if bench.args.quick else None)]):
        scene = replace(read.read(prompt, 5.0, 1.0, bench.args.seed, known.shipped()).scene, length=5.0)
        done.append(bench.painter.paint(scene, 5 * FPS, FPS, seed=bench.args.seed))
        say(f"sheet {number + 1}: {prompt}")
    draw(path, done, [f"{prompt}\n{told(one.scene)}" for prompt, one in zip(PROMPTS, done, strict=False)])


def told(scene: Scene) -> str:
    who = ", ".join(f"{performer.name} {performer.action}" for performer in scene.performers) or "nobody"
    return f"{who}: {scene.place}, {scene.time}, {scene.weather}, {scene.camera}, {scene.style}"


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--assets", type=Path, required=True, help="folder of the training material")
    add("--checkpoint", type=Path, help="of a training run, instead of the model that ships")
    add("--steps", type=int, help="default: the model's own; 12 for a checkpoint")
    add("--shift", type=float, help="default: the model's own; 4 for a checkpoint")
    add("--readers", type=Path, help="file that keeps the readers; made if it is not there")
    add("--films", type=int, help="that readers are fitted to (default 600, 200 if quick)")
    add("--quick", action="store_true", help="a few of everything")
    add("--count", type=int, help="at most so many clips and performers a part")
    add("--long", type=int, nargs="+", metavar="SECONDS", help="of the long clips of paths (default 30 30 60)")
    add("--only", default=",".join(PARTS), help=f"parts, of {', '.join(PARTS)}")
    add("--seed", type=int, default=0)
    add("--threads", type=int, help="default: torch's choice")
    add("--sheet", type=Path, help=f"picture of {len(PROMPTS)} scenes as a user asks for them")
    add("--json", type=Path, help="the rows, and what went wrong")
    args = parser.parse_args()
    args.only = args.only.split(",")
    if strange := set(args.only) - set(PARTS):
        parser.error(f"--only: no part is called {', '.join(strange)}; there are {', '.join(PARTS)}")
    return args


MEASURES: dict[str, Sequence[Callable[[Bench], list[Row]]]] = {
    "performers": (performers,),
    "readers": (reading,),
    "paths": (paths,),
    "permanence": (permanence, lasting),
    "sharpness": (sharpness,),
    "borders": (borders, window_rows),
    "speed": (speed,),
}


def main() -> int:
    args = parse()
    if args.threads:
        torch.set_num_threads(args.threads)
    bench, rows = Bench(args), []
    try:
        for part in PARTS:
            rows += [row for measure in MEASURES[part] if part in args.only for row in measure(bench)]
        if args.sheet:
            sheet_of(bench, args.sheet)
    except SoraError as error:
        say(f"scenes: error: {error}")
        return error.exit_code
    print(f"{'':<48}{'painted':>16}{'truth':>10}{'target':>12}{'of':>7}")
    print("\n".join(shown(row) for row in rows))
    for name, text in bench.details.items():
        print(f"{name}: {text}")
    if args.json:
        held = {"rows": [plainly(row) for row in rows], "details": bench.details}
        args.json.write_text(json.dumps(held, indent=1), "utf-8")
    return int(any(row.mark == "NO" for row in rows))


if __name__ == "__main__":
    sys.exit(main())
