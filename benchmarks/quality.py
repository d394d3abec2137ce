"""How well a model does what it is told: held-out prompts, rendered and read back by the probe. See README.md here.

python benchmarks/quality.py --assets DIR            all rows
python benchmarks/quality.py --prompts 20            a quick look, the model's rows alone
python benchmarks/quality.py --assets DIR --styles noir,pixel,watercolour,sepia,neon,line
python benchmarks/quality.py --paraphrases           human wording beside the world's own
"""

from __future__ import annotations

import argparse
import dataclasses
import functools
import json
import multiprocessing
import os
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import figures
import numpy as np
import paraphrases
import report
import sheet
import styles
import torch

from soracli import machine, models, tasks, telling, weights
from soracli.errors import SoraError, UsageError
from soracli.pixels import to_numpy, to_torch
from soracli.sample import sample
from soracli.types import Frames, Geometry, SamplingOptions
from soracli.world.assets import ActorBank, load_actors
from soracli.world.maps import load_maps
from soracli.world.probe import Probe, truth
from soracli.world.prompts import complete
from soracli.world.render import render
from soracli.world.scene import Scene
from soracli.world.scenes import CORE_PLACES, Corpus, actor, sample_scene

PROBE = Path(__file__).parent / "probe.safetensors"
PANORAMAS = 24  # crops of photographs that the autoencoder is shown


@dataclass(frozen=True)
class Settings:
    """What a result depends on; a file of results is continued only if they are the same.

    styles: those asked for, each equally often; none = the plain one, and nobody reads which. reader: who reads them.
    """

    sampling: SamplingOptions
    weights: str
    probe: str
    actors: tuple[str, ...]
    places: tuple[str, ...]
    cameras: tuple[str, ...]
    without: tuple[str, ...]
    assets: str
    paraphrases: str  # digest of their file; empty if held-out scenes are asked for
    styles: tuple[str, ...] = ()
    reader: str = ""

    def options(self, number: int) -> SamplingOptions:
        return dataclasses.replace(self.sampling, seed=(self.sampling.seed + number) % 2**32)

    def world(self) -> Corpus:
        looks = self.styles or ("3d",)
        return Corpus(
            tuple(map(actor, self.actors)), self.places, cameras=self.cameras, without=self.without,
            styles=looks, plain=(1.0, 1 / len(looks)),
        )  # fmt: skip


# --- what is asked for ------------------------------------------------------------------------------------------------


class Request(NamedTuple):
    """prompt: what is asked. wanted: what the probe should read. number: its seed less the first.

    scene: whose film is the truth; None if there is none.
    """

    prompt: str
    wanted: dict[str, str]
    number: int
    scene: Scene | None = None


def requests(settings: Settings, count: int) -> list[Request]:
    """Held-out scenes with prompts that say every slot, or paraphrases, each with its control behind it.

    The first N of a longer list are the same N.
    """
    if settings.paraphrases:
        asked = paraphrases.pairs(settings.actors, count)
        return [Request(prompt, row.slots, index // 2) for index, (prompt, row) in enumerate(asked)]
    out = []
    for index in range(count):
        rng = np.random.default_rng((2024, index))
        scene = sample_scene(rng, settings.world(), "heldout")
        wanted = truth(scene) | ({"style": scene.style} if settings.styles else {})
        out.append(Request(complete(scene, rng), wanted, index, scene))
    return out


# --- one clip ---------------------------------------------------------------------------------------------------------


class Bench:
    """A model, a probe and, where there is training material, the truth."""

    def __init__(self, settings: Settings) -> None:
        card = weights.card(settings.sampling.model)
        self.settings = settings
        self.model = models.load(card, weights.paths(card))
        self.probe = Probe.load(PROBE)
        self.reader = styles.Reader.load() if settings.styles else None
        self.geometry = Geometry.of(settings.options(0), card)
        self.bank = cast(settings) if settings.assets else None

    def clip(self, request: Request) -> dict[str, Any]:
        """Everything that is measured on one prompt, and under `strip` four small frames (not for the file)."""
        prompt, wanted, number, scene = request
        told, _ = telling.exchanged(prompt, self.model.card)
        options, clock = self.settings.options(number), time.perf_counter()
        steps = sample(self.model, tasks.generate(*self.geometry.keep, self.geometry.fps), told, options, self.geometry)
        frames = np.concatenate([step.frames for step in steps if step.frames is not None])
        row: dict[str, Any] = {
            "prompt": prompt, "told": told, "wanted": wanted, "seconds": time.perf_counter() - clock,
            "model": self._read(frames), "strip": sheet.strip(frames),
        }  # fmt: skip
        if scene is not None and self.bank is not None:
            film = self._film(scene)
            coded = self.recoded(film)
            whole = film[: len(frames)]
            row |= {"truth": self._read(whole), "coded": self._read(coded[: len(frames)])}
            row["codec"] = compare(coded, film, self.geometry.stride[0])
        return row

    def _read(self, frames: Frames) -> dict[str, Any]:
        said = self.probe.read(frames, float(self.geometry.fps))
        if self.reader is not None:
            said["style"] = self.reader.read(frames)
        return {"said": said, "flicker": figures.flicker(frames), "sharpness": figures.sharpness(frames)}

    def _film(self, scene: Scene) -> Frames:
        assert self.bank is not None
        g = self.geometry
        film = render([scene], width=g.width, height=g.height, frames=g.frames, fps=float(g.fps), bank=self.bank)
        frames: Frames = film.pixels[0].numpy()
        return frames

    @torch.inference_mode()
    def recoded(self, frames: Frames) -> Frames:
        """Through the autoencoder and back."""
        pixels = self.model.decode(self.model.encode(to_torch(frames)), still=self.geometry.is_still)
        return np.concatenate([to_numpy(part) for part in pixels])

    def panoramas(self) -> list[dict[str, float]]:
        """The autoencoder's figures on photographs, each seen through a window that slides sideways."""
        g = self.geometry
        pictures = load_maps(self.settings.assets).pictures
        rng = np.random.default_rng(2024)
        out = []
        for picture in list(pictures.values())[:PANORAMAS]:
            film = slid(picture.numpy(), g.frames, g.height, g.width, rng)
            out.append(compare(self.recoded(film), film, g.stride[0]))
        return out


def slid(picture: Frames, count: int, height: int, width: int, rng: np.random.Generator) -> Frames:
    """A photograph (H, W, 3) seen through a window that slides sideways, round its end: (count, height, width, 3)."""
    high = np.pad(picture, ((0, max(0, height - len(picture))), (0, 0), (0, 0)), mode="reflect")
    top, left = int(rng.integers(0, len(high) - height + 1)), int(rng.integers(0, picture.shape[1]))
    pace = int(rng.integers(-2, 3))  # pixels a frame
    starts = range(left, left + pace * count, pace) if pace else [left] * count
    return np.stack([np.take(high[top : top + height], range(at, at + width), 1, mode="wrap") for at in starts])


def cast(settings: Settings) -> ActorBank:
    return load_actors(settings.assets, settings.actors)


def compare(coded: Frames, film: Frames, chunk: int) -> dict[str, float]:
    return {
        "psnr": figures.psnr(coded, film),
        "edge_psnr": figures.psnr(coded, film, figures.edges(film)),
        "seam": figures.seam(coded, film, chunk),
    }


# --- all clips --------------------------------------------------------------------------------------------------------


@functools.cache
def bench(settings: Settings, threads: int) -> Bench:
    """The bench of this process."""
    torch.set_num_threads(threads)
    return Bench(settings)


def clip(settings: Settings, threads: int, request: Request) -> dict[str, Any]:
    return bench(settings, threads).clip(request)


def panoramas(settings: Settings, threads: int) -> list[dict[str, float]]:
    return bench(settings, threads).panoramas()


def measured(
    settings: Settings, workers: int, threads: int, jobs: dict[int, Request]
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Clips as they are done: here, or in several processes."""
    if workers == 1:
        yield from ((index, clip(settings, threads, job)) for index, job in jobs.items())
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, context) as pool:
        waiting = {pool.submit(clip, settings, threads, job): index for index, job in jobs.items()}
        try:
            for future in as_completed(waiting):
                yield waiting[future], future.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def run(settings: Settings, args: argparse.Namespace) -> dict[str, Any]:
    """Measure what is not in the file of results yet; returns all."""
    wanted = dict(enumerate(requests(settings, args.prompts)))
    results = restored(args.out, settings)
    clips, strips = results["clips"], {}
    shown = range(min(len(wanted), sheet.CLIPS)) if args.sheet else range(0)
    jobs = {i: job for i, job in wanted.items() if str(i) not in clips or i in shown}
    say(f"{len(wanted)} prompts, {len(jobs)} to render on {args.workers} x {args.threads} threads")
    began = saved = time.monotonic()
    for done, (index, row) in enumerate(measured(settings, args.workers, args.threads, jobs), 1):
        strips[index] = row.pop("strip")
        clips[str(index)] = row
        if done == 1:  # what came before is start-up
            began = time.monotonic() - row["seconds"] / args.workers
        pace = (time.monotonic() - began) / done
        say(f"{done}/{len(jobs)}  {pace:.1f} s a prompt, {pace * (len(jobs) - done) / 60:.0f} min left")
        if time.monotonic() - saved > 20:
            keep(results, args.out)
            saved = time.monotonic()
    if settings.assets and not results["panoramas"]:
        say("photographs through the autoencoder")
        results["panoramas"] = panoramas(settings, args.threads)
    results["clips"] = clips = {str(i): clips[str(i)] for i in wanted}
    keep(results, args.out)
    if args.sheet:
        sheet.draw(args.sheet, [(strips[i], clips[str(i)]) for i in shown])
    return results


def restored(path: Path | None, settings: Settings) -> dict[str, Any]:
    """Results so far, if they are of the same settings."""
    same = json.loads(json.dumps(dataclasses.asdict(settings), default=str))
    if path is not None and path.is_file():
        found: dict[str, Any] = json.loads(path.read_text("utf-8"))
        if found.get("settings") == same:
            return found
        say(f"{path}: holds results of other settings; starting anew")
    return {"settings": same, "clips": {}, "panoramas": []}


def keep(results: dict[str, Any], path: Path | None) -> None:
    if path is not None:
        part = path.with_name(path.name + ".part")
        part.write_text(json.dumps(results, indent=1), "utf-8")
        os.replace(part, path)


# --- the command ------------------------------------------------------------------------------------------------------


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--prompts", type=int, default=300)
    add("--model", help="default: the default model")
    add("--size", metavar="WxH", help="default: the model's own")
    add("--seconds", type=float, default=2.0, help="length of a clip, 0 = stills (default 2)")
    add("--steps", type=int, help="default: the model's own")
    add("--guidance", type=float, help="default: the model's own")
    add("--seed", type=int, default=0, help="prompt N is sampled with seed + N")
    add("--assets", type=Path, help="folder of the training material: adds truth and autoencoder rows")
    add(
        "--paraphrases",
        action="store_true",
        help="ask in human wording instead, each prompt beside the world's wording",
    )
    add("--actors", help="comma-separated names to ask for (default: what the model knows)")
    add("--cameras", help="default: what the model knows")
    add("--styles", help="comma-separated looks to ask for, equally often; adds a row (default: the plain one)")
    add("--without", default="jump,launch", help="verbs not to ask for")
    add("--workers", type=int, default=1, help="processes side by side, about 1 GB each")
    add("--threads", type=int, help="per process (default: cores / workers)")
    add("--out", type=Path, help="results as JSON; an interrupted run continues from it")
    add("--sheet", type=Path, help=f"picture of the first {sheet.CLIPS} clips")
    args = parser.parse_args()
    if args.paraphrases and (args.assets or args.seconds == 0):
        parser.error("--paraphrases: there is no film of what they say; leave out --assets, and --seconds 0")
    args.threads = args.threads or max(1, machine.cores() // args.workers)
    return args


def settings_of(args: argparse.Namespace) -> Settings:
    card = weights.card(args.model)
    options = dataclasses.replace(SamplingOptions.of(card, still=args.seconds == 0), seed=args.seed)
    if args.seconds:
        options = dataclasses.replace(options, seconds=Fraction(args.seconds).limit_denominator(1000))
    if args.size:
        width, _, height = args.size.lower().partition("x")
        options = dataclasses.replace(options, width=int(width), height=int(height))
    if args.steps:
        options = dataclasses.replace(options, steps=args.steps)
    if args.guidance is not None:
        options = dataclasses.replace(options, guidance=args.guidance)
    looks = named(args.styles)
    if strange := set(looks) - set(styles.NAMES):
        raise UsageError(f"--styles {','.join(sorted(strange))}: not read; there are {', '.join(styles.NAMES)}")
    if "transformer" not in {file.role for file in card.files}:
        say(f"model {card.name} has no trained transformer: these are the figures of random weights")
    knows = {
        "actors": [entry.name for entry in Corpus.core().actors],
        "places": CORE_PLACES,
        "cameras": ("static", "tracking"),
        **card.params.get("knows", {}),
    }
    return Settings(
        options, weights.digest(card), figures.digest(PROBE), named(args.actors) or tuple(knows["actors"]),
        tuple(knows["places"]), named(args.cameras) or tuple(knows["cameras"]), named(args.without),
        str(args.assets or ""), figures.digest(paraphrases.FILE) if args.paraphrases else "", looks,
        figures.digest(styles.PATH) if looks else "",
    )  # fmt: skip


def named(text: str | None) -> tuple[str, ...]:
    """The names in a comma-separated list."""
    return tuple(name.strip() for name in (text or "").split(",") if name.strip())


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def main() -> int:
    args = parse()
    try:
        results = run(settings_of(args), args)
    except SoraError as error:
        say(f"quality: error: {error}")
        return error.exit_code
    print("\n".join((paraphrases if args.paraphrases else report).table(results)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
