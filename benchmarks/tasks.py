"""What every verb keeps, and how well what it adds fits: scores on held-out renders and, with --clips, on real footage.

python benchmarks/tasks.py --assets DIR --sheets DIR
python benchmarks/tasks.py --assets DIR --clips carphone.mp4 --only extend,blend

One row per figure. `exact` counts pixels that had to stay and did. Seams are the jump at a joint over the clip's own
median jump. Accuracy is the probe's (see README.md here): how often it reads what was asked for.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import figures
import numpy as np
import sheet
import torch
from PIL import Image

from soracli import media, models
from soracli.pipeline import tasks
from soracli.pipeline.metrics import Seams
from soracli.sampling.sampler import sample
from soracli.train.probe_network import Probe
from soracli.types import Canvas, Clip, Frames, Geometry, SamplingOptions, Shot
from soracli.weights import manifest
from soracli.world.assets import load_actors
from soracli.world.language.actors import actor
from soracli.world.language.captions import slots
from soracli.world.language.prompts import complete
from soracli.world.maps import load_maps
from soracli.world.render import render
from soracli.world.scene import Scene
from soracli.world.scenes import Corpus, sample_scene

FPS = Fraction(16)
PROBE = Path(__file__).parent / "probe.safetensors"
WORLD = replace(  # what the probe has learnt to read
    Corpus.core(16), cameras=("static", "tracking"), without=("jump", "launch"), spread=0.0
)
VERBS = (
    "animate", "extend", "loop", "edit", "inpaint", "blend", "vary", "views", "camera", "long", "shots", "far",
    "memory",
)  # fmt: skip


@dataclass(frozen=True)
class Piece:
    """A clip to work on and what is to be seen in it. scene: None for real footage. after: the second that follows."""

    name: str
    clip: Clip
    prompt: str
    scene: Scene | None = None
    after: Frames | None = None


@dataclass(frozen=True)
class Figure:
    """One line of the table: mean and worst of `values`."""

    verb: str
    name: str
    values: list[float]
    worst: Callable[[list[float]], float] = max

    def line(self) -> str:
        found = [value for value in self.values if np.isfinite(value)]
        if not found:
            return f"{self.verb:<10}{self.name:<58}{'-':>9}{'-':>9}"
        return f"{self.verb:<10}{self.name:<58}{np.mean(found):>9.3g}{self.worst(found):>9.3g}"


class Table:
    """A model, a probe, the pieces, and one method per verb that yields figures and notes strips for its sheet."""

    def __init__(self, pieces: list[Piece], others: list[Piece]) -> None:
        self.card = manifest.card()
        self.model = models.load(self.card, manifest.paths(self.card))
        self.probe = Probe.load(PROBE)
        self.pieces, self.others = pieces, others
        self.time = self.card.stride[0]
        self.strips: list[Frames] = []

    def paint(self, canvas: Canvas, prompt: str | tuple[Shot, ...], seed: int = 1) -> Frames:
        """The result's frames, as `sora` would write them."""
        count, height, width = canvas.clip.frames.shape[:3]
        fps = canvas.clip.fps
        options = replace(
            SamplingOptions.of(self.card), width=width, height=height, fps=fps, seconds=Fraction(count) / fps, seed=seed
        )
        geometry = Geometry.of(options, self.card)
        steps = sample(self.model, canvas, prompt, options, geometry)
        frames = np.concatenate([step.frames for step in steps if step.frames is not None])
        self.strips.append(sheet.strip(frames))
        return frames

    def said(self, frames: Frames) -> dict[str, str]:
        return self.probe.read(frames, float(FPS))

    def animate(self) -> Iterator[Figure]:
        first, jumps, outside = [], [], []
        for piece in self.pieces:
            picture = Clip(piece.clip.frames[:1], Fraction(1))
            canvas = tasks.animate(picture, 32, FPS)
            made = self.paint(canvas, piece.prompt)
            first.append(same(made[:1], picture.frames))
            jumps += seams(canvas, made)
            height, width = picture.frames.shape[1:3]
            region = np.zeros((height, width), np.float32)
            region[height // 4 : height * 3 // 4, width // 4 : width * 3 // 4] = 1
            still = self.paint(tasks.animate(picture, 32, FPS, region), piece.prompt)
            outside.append(same(still[:, region == 0], np.broadcast_to(picture.frames, still.shape)[:, region == 0]))
        yield Figure("animate", "frame 0 is the picture, share exact", first, min)
        landed = []
        for piece in self.pieces:
            first_, middle, last = (piece.clip.frames[i] for i in (0, 13, -1))
            canvas = tasks.keyed(tasks.animate(Clip(first_[None], Fraction(1)), 32, FPS), {13: middle, 31: last})
            made = self.paint(canvas, piece.prompt)
            landed += [same(made[13], middle), same(made[-1], last)]
        yield Figure("animate", "--keyframe and --to land at their time, share exact", landed, min)
        yield Figure("animate", "jump from the picture to the first painted frame", jumps)
        yield Figure("animate", "outside --region, share exact in all frames", outside, min)

    def extend(self) -> Iterator[Figure]:
        for way, before, after in (("forward", 0, 16), ("backward", 16, 0)):
            kept, jumps, right, still = [], [], [], []
            for piece in self.pieces:
                canvas = tasks.extend(piece.clip, before, after, self.time)
                made = self.paint(canvas, piece.prompt)
                own = piece.clip.frames
                kept.append(same(made[before : before + len(own)], own))
                jumps += seams(canvas, made)
                if after and piece.after is not None:
                    right.append(figures.psnr(made[-after:], piece.after))
                    still.append(figures.psnr(np.repeat(own[-1:], after, 0), piece.after))
            yield Figure("extend", f"--{way}: the clip's own frames, share exact", kept, min)
            yield Figure("extend", f"--{way}: seam", jumps)
            if after:
                yield Figure("extend", f"--{way}: PSNR to how the film goes on, dB", right, min)
                yield Figure("extend", f"--{way}: the same of a last frame that stands still", still, min)

    def loop(self) -> Iterator[Figure]:
        kept, jumps, gaps = [], [], []
        for piece in self.pieces:
            canvas = tasks.loop(piece.clip, 16, self.time)
            made = self.paint(canvas, piece.prompt)
            kept.append(same(made[: len(piece.clip.frames)], piece.clip.frames))
            *joints, gap = seams(canvas, made)
            jumps += joints
            gaps.append(gap)
        yield Figure("loop", "the clip's own frames, share exact", kept, min)
        yield Figure("loop", "seam at the clip's end", jumps)
        yield Figure("loop", "gap from the last frame to the first (wanted: 1.2)", gaps)

    def edit(self) -> Iterator[Figure]:
        for strength in (0.0, 0.3, 0.5, 0.7, 0.9):
            structure, right = [], []
            for i, piece in enumerate(self.pieces):
                if piece.scene is None:
                    continue
                lead = piece.scene.performers[0]
                others = [other for other in WORLD.actors if other.name != lead.name]
                alike = [other for other in others if other.kind == actor(lead.name).kind]
                wanted = (alike or others)[i % len(alike or others)].name
                changed = replace(piece.scene, performers=(replace(lead, name=wanted),))
                prompt = complete(changed, np.random.default_rng(i))
                made = self.paint(tasks.edit(piece.clip, strength, 0, len(piece.clip.frames), self.time), prompt)
                structure.append(figures.psnr(made, piece.clip.frames))
                right.append(float(self.said(made)["actor"] == wanted))
            yield Figure("edit", f"--strength {strength:g}: PSNR to the source, dB", structure, min)
            yield Figure("edit", f"--strength {strength:g}: the actor of the new prompt is read", right, min)

    def inpaint(self) -> Iterator[Figure]:
        outside, room, steps, own = [], [], [], []
        for piece in self.pieces:
            height, width = piece.clip.frames.shape[1:3]
            hole = np.zeros(piece.clip.frames.shape[:3], np.float32)
            hole[:, height // 4 : height // 2, width // 8 : width // 2] = 1
            mask = media.feather(hole, 6)
            made = self.paint(tasks.inpaint(piece.clip, mask), piece.prompt)
            outside.append(same(made[hole == 0], piece.clip.frames[hole == 0]))
            edge = height // 4, slice(width // 8, width // 2)
            steps.append(step_down(made, *edge))
            own.append(step_down(piece.clip.frames, *edge))
            larger, rim = media.outpainted(piece.clip, (0, 64, 0, 64))
            made = self.paint(tasks.inpaint(larger, rim), piece.prompt)
            room.append(same(made[:, :, 64:-64], piece.clip.frames))
        yield Figure("inpaint", "outside --mask, share exact", outside, min)
        yield Figure("inpaint", "colours above and below the upper edge differ by, levels", steps)
        yield Figure("inpaint", "the same in the source itself", own)
        yield Figure("inpaint", "inside the room of --outpaint, share exact", room, min)

    def blend(self) -> Iterator[Figure]:
        for mode in ("between", "replace", "dissolve"):
            kept, jumps, order = [], [], []
            for a, b in zip(self.pieces, self.others, strict=True):
                second = media.retime(
                    media.fit(b.clip, a.clip.frames.shape[2], a.clip.frames.shape[1], "crop"), a.clip.fps
                )
                canvas = tasks.blend(a.clip, second, 16, mode, self.time)
                made = self.paint(canvas, b.prompt)
                lost = {"between": 0, "replace": 8, "dissolve": 16}[mode]
                own, theirs = len(a.clip.frames) - lost, len(second.frames) - lost
                ends = np.concatenate([a.clip.frames[:own], second.frames[lost:]])
                kept.append(same(np.concatenate([made[:own], made[-theirs:]]), ends))
                jumps += seams(canvas, made)
                order.append(monotone(made[own:-theirs], made[own - 1], made[-theirs]))
            yield Figure("blend", f"--mode {mode}: both clips' own frames, share exact", kept, min)
            yield Figure("blend", f"--mode {mode}: seams", jumps)
            yield Figure("blend", f"--mode {mode}: order from A to B (1 = each frame nearer to B)", order, min)

    def vary(self) -> Iterator[Figure]:
        near, apart = [], []
        for piece in self.pieces:
            canvas = tasks.edit(piece.clip, 0.7, 0, len(piece.clip.frames), self.time)
            one, two = (self.paint(canvas, piece.prompt, seed) for seed in (1, 2))
            near.append(distance(one, piece.clip.frames))
            apart.append(distance(one, two))
        yield Figure("vary", "--strength 0.7: distance to the source, levels", near, min)
        yield Figure("vary", "--strength 0.7: distance between two seeds, levels", apart, min)

    def views(self) -> Iterator[Figure]:
        kept, turned = [], []
        for piece in self.pieces:
            picture = Clip(piece.clip.frames[:1], Fraction(1))
            made = self.paint(tasks.animate(picture, 21, FPS), f"{piece.prompt}, the camera circles around")
            kept.append(same(made[:1], picture.frames))
            turned.append(distance(made[-1:], made[:1]))
        yield Figure("views", "frame 0 is the picture, share exact", kept, min)
        yield Figure("views", "distance of the last view to the first, levels", turned, min)

    def camera(self) -> Iterator[Figure]:
        for move in ("static", "tracking"):
            right = []
            for piece in self.pieces:
                if piece.scene is None or not piece.scene.performers[0].direction:
                    continue
                asked = replace(piece.scene, camera=move)
                prompt = complete(asked, np.random.default_rng(0))
                made = self.paint(tasks.generate(32, 256, 256, FPS), prompt)
                right.append(float(self.said(made)["camera"] == move))
            yield Figure("generate", f"--camera {move}: is read", right, min)

    def memory(self) -> Iterator[Figure]:
        peaks = [peak_memory(seconds) for seconds in (10, 60)]
        yield Figure("generate", "10 s: peak memory of the process, MB", [peaks[0]])
        yield Figure("generate", "60 s: the same over that of 10 s (wanted: 1.3)", [peaks[1] / peaks[0]])

    def long(self) -> Iterator[Figure]:
        """16 s in windows: what drifts, second by second."""
        colour, right, joints = [], [], []
        for piece in self.pieces[:2]:
            if piece.scene is None:
                continue
            made = self.paint(tasks.generate(256, 256, 256, FPS), piece.prompt)
            seconds = made.reshape(16, 16, *made.shape[1:])
            means = seconds.mean((1, 2, 3))  # (16, 3)
            colour.append(float(np.abs(np.polyfit(range(16), means, 1)[0]).max()))
            wanted = slots(piece.scene)["actor"]
            right += [float(self.said(made[i : i + 32])["actor"] == wanted) for i in range(0, 225, 32)]
            jumps = np.abs(np.diff(made.astype(np.int16), axis=0)).mean((1, 2, 3))
            joints.append(float(jumps[[63, 111, 159, 207]].mean() / max(np.median(jumps), 0.25)))
        yield Figure("generate", "16 s: drift of the mean colour, levels a second", colour)
        yield Figure("generate", "16 s: actor read in every 2 s", right, min)
        yield Figure("generate", "16 s: seam between windows", joints)

    def shots(self) -> Iterator[Figure]:
        """20 s of two shots: is each what its prompt says, from its beginning to its end?"""
        lasting = Lasting()
        for one, two in list(zip(self.pieces, self.others, strict=True))[:3]:
            if one.scene is not None and two.scene is not None:
                film = (Shot(0.0, one.prompt), Shot(10.0, two.prompt))
                made = self.paint(tasks.generate(320, 256, 256, FPS), film)
                for part, piece in ((made[:160], one), (made[160:], two)):
                    lasting.add(part, slots(piece.scene), self.said)
        yield from lasting.figures("generate", "two shots of 10 s")

    def far(self) -> Iterator[Figure]:
        """30 s after a clip of 2 s: does it go on being that clip?"""
        lasting, jumps, apart = Lasting(), [], []
        for piece in self.pieces[:3]:
            if piece.scene is None:
                continue
            canvas = tasks.extend(piece.clip, 0, 480, self.time)
            made = self.paint(canvas, piece.prompt)
            lasting.add(made, slots(piece.scene), self.said)
            jumps += seams(canvas, made)
            apart.append(float(np.abs(made[-32:].mean((0, 1, 2)) - made[:32].mean((0, 1, 2))).mean()))
        yield from lasting.figures("extend", "--by 30s")
        yield Figure("extend", "--by 30s: mean colour of the end, levels from the clip's", apart)
        yield Figure("extend", "--by 30s: seam at the clip's end", jumps)


class Lasting:
    """Whether shots stay what they are: what is read in every 2 s, how colours drift, how far pictures jump."""

    def __init__(self) -> None:
        self.read: dict[str, list[float]] = {slot: [] for slot in ("actor", "place", "direction")}
        self.drift: list[float] = []
        self.jump: list[float] = []

    def add(self, shot: Frames, wanted: dict[str, str], said: Callable[[Frames], dict[str, str]]) -> None:
        for start in range(0, len(shot) - 31, 32):
            found = said(shot[start : start + 32])
            for slot in self.read.keys() & wanted.keys():
                self.read[slot].append(float(found[slot] == wanted[slot]))
        means = shot.reshape(-1, 16, *shot.shape[1:]).mean((1, 2, 3))  # (seconds, 3)
        self.drift.append(float(np.abs(np.polyfit(range(len(means)), means, 1)[0]).max()))
        jumps = np.abs(np.diff(shot.astype(np.int16), axis=0)).mean((1, 2, 3))
        self.jump.append(float(jumps.max() / max(np.median(jumps), 0.25)))

    def figures(self, verb: str, name: str) -> Iterator[Figure]:
        for slot, values in self.read.items():
            yield Figure(verb, f"{name}: {slot} read in every 2 s", values, min)
        yield Figure(verb, f"{name}: drift of the mean colour, levels a second", self.drift)
        yield Figure(verb, f"{name}: largest jump over the usual one", self.jump)


def peak_memory(seconds: int) -> float:
    """Of `sora generate` of such a length, in MB; one step, since steps take no memory of their own."""
    with tempfile.TemporaryDirectory() as folder:
        words = ["generate", "a dog walks", "-d", f"{seconds}s", "--steps", "1", "-o", f"{folder}/clip.mp4", "-q"]
        code = (
            f"import resource, subprocess, sys; subprocess.run([sys.executable, '-m', 'soracli', *{words!r}], "
            "check=True, stdout=subprocess.DEVNULL); print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
        )
        told = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    return int(told) / 1024  # Linux counts in KiB


def same(a: Frames, b: Frames) -> float:
    """Share of numbers that are equal."""
    return float((a == b).mean())


def seams(canvas: Canvas, made: Frames) -> list[float]:
    watch = Seams.of(canvas)
    watch.add(made)
    return [float(entry["score"]) for entry in watch.report(canvas.clip.fps)]


def distance(a: Frames, b: Frames) -> float:
    return float(np.abs(a.astype(np.int16) - b).mean())


def step_down(frames: Frames, row: int, columns: slice, band: int = 12) -> float:
    """By how many levels the colours just above a row differ from those just below it, column by column."""
    above, below = frames[:, row - band : row, columns], frames[:, row : row + band, columns]
    return float(np.abs(above.mean(1) - below.mean(1)).mean())


def monotone(frames: Frames, first: Frames, last: Frames) -> float:
    """Share of steps along which the balance of distances to both ends moves towards the last one."""
    balance = [distance(frame, first) - distance(frame, last) for frame in frames[::2]]
    return float((np.diff(balance) > 0).mean())


# --- pieces -----------------------------------------------------------------------------------------------------------


def rendered(assets: Path, count: int, seed: int) -> list[Piece]:
    """Held-out scenes of 2 s."""
    bank = load_actors(assets, [one.name for one in WORLD.actors])
    found = []
    for index in range(count):
        rng = np.random.default_rng((seed, index))
        scene = sample_scene(rng, WORLD, "heldout")
        film = render([scene], width=256, height=256, frames=48, fps=float(FPS), bank=bank).pixels[0].numpy()
        found.append(Piece(str(index), Clip(film[:32], FPS), complete(scene, rng), scene, film[32:]))
    return found


def slid(picture: Frames, count: int, height: int, width: int, rng: np.random.Generator) -> Frames:
    """A photograph (H, W, 3) seen through a window that slides sideways, round its end: (count, height, width, 3)."""
    high = np.pad(picture, ((0, max(0, height - len(picture))), (0, 0), (0, 0)), mode="reflect")
    top, left = int(rng.integers(0, len(high) - height + 1)), int(rng.integers(0, picture.shape[1]))
    pace = int(rng.integers(-2, 3))  # pixels a frame
    starts = range(left, left + pace * count, pace) if pace else [left] * count
    return np.stack([np.take(high[top : top + height], range(at, at + width), 1, mode="wrap") for at in starts])


def panned(assets: Path, count: int, seed: int) -> list[Piece]:
    """Two seconds along photographs of places, as a camera would pan."""
    rng = np.random.default_rng(seed)
    pictures = sorted(load_maps(assets).pictures.items())
    chosen = [pictures[i] for i in rng.choice(len(pictures), count, replace=False)]
    return [Piece(name, Clip(slid(picture.numpy(), 32, 256, 256, rng), FPS), "") for name, picture in chosen]


def filmed(path: Path) -> Piece:
    """Two seconds of real footage, at 256 lines and 16 frames a second."""
    clip = media.retime(media.read(path), FPS)
    height, width = clip.frames.shape[1:3]
    small = media.fit(Clip(clip.frames[:32], FPS), round(width * 256 / height) // 2 * 2, 256, "stretch")
    return Piece(path.stem, small, "")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--assets", type=Path, required=True, help="folder of the training material")
    add("--count", type=int, default=4, help="held-out renders for each verb")
    add("--panoramas", type=int, default=1, help="photographs, seen as a camera pans, for each verb")
    add("--clips", type=Path, nargs="*", default=[], help="real footage to add")
    add("--only", default="", help="comma-separated verbs")
    add("--sheets", type=Path, help="folder for one contact sheet a verb")
    add("--threads", type=int, default=0)
    args = parser.parse_args()
    if args.threads:
        torch.set_num_threads(args.threads)
    real = [filmed(path) for path in args.clips]
    pieces = rendered(args.assets, args.count, 7) + panned(args.assets, args.panoramas, 7) + real
    others = rendered(args.assets, args.count, 8) + panned(args.assets, args.panoramas, 8) + real[::-1]
    table = Table(pieces, others)
    print(f"{'verb':<10}{'figure':<58}{'mean':>9}{'worst':>9}")
    for verb in VERBS:
        if args.only and verb not in args.only.split(","):
            continue
        table.strips.clear()
        for figure in getattr(table, verb)():
            print(figure.line(), flush=True)
        if args.sheets and table.strips:
            args.sheets.mkdir(parents=True, exist_ok=True)
            width = max(strip.shape[1] for strip in table.strips)
            rows = [np.pad(s, ((0, 4), (0, width - s.shape[1]), (0, 0))) for s in table.strips]
            Image.fromarray(np.concatenate(rows)).save(args.sheets / f"{verb}.png")
    return 0


if __name__ == "__main__":
    sys.exit(main())
