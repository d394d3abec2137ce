"""The mark's figures for `trust.py`: is it found, how much is to be seen of it, and does a wrong key find nothing?"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from figures import psnr, visible
from PIL import Image

from soracli import media, models
from soracli.provenance import watermark
from soracli.sampling import noise_mark
from soracli.types import Frames
from soracli.weights import manifest

PROMPTS = (
    "a dog walks to the right across a grassy meadow",
    "a red car drives to the right along a city street",
    "a penguin walks to the right across the snow at night",
    "an elephant walks to the right across a desert",
)
ACTORS = (
    *("a dog walks", "an elephant walks", "a red car drives", "a butterfly flies"),
    *("a T-Rex walks", "a rocket flies", "a penguin walks", "a cow walks"),
)
PLACES = (
    *("across a grassy meadow", "across a desert", "across the snow"),
    *("along a beach", "along a city street", "through a forest"),
)
TIMES = ("", " at night", " at sunset")
WRONG = 10_000  # keys
SEARCHED = 140  # pairs of a clip and a wrong key with which crops are searched, a second each


@dataclass(frozen=True)
class Wanted:
    """Which clips: `count` that the default model paints, kept in `folder` if given; `pieces` of each real file."""

    count: int
    frames: int
    folder: Path | None
    files: Sequence[str]
    pieces: int


def prompts(count: int) -> list[str]:
    """Four that are always the same, then every actor, place and time in an order that mixes them."""
    every = len(ACTORS) * len(PLACES) * len(TIMES)
    more = []
    for number in range(count - len(PROMPTS)):
        mixed = number * 47 % every
        actor, place = ACTORS[mixed % len(ACTORS)], PLACES[mixed // len(ACTORS) % len(PLACES)]
        time_ = TIMES[mixed // (len(ACTORS) * len(PLACES))]
        more.append(f"{actor} to the {'right' if number % 2 else 'left'} {place}{time_}")
    return [*PROMPTS, *more][:count]


def painted(count: int, frames: int, folder: Path | None) -> list[tuple[str, Frames]]:
    """Clips of the default model, seeds 0, 1, ..., from marked noise but with no mark in their pixels.

    Those that the folder has are not painted again.
    """
    from soracli.pipeline import tasks
    from soracli.sampling import sampler
    from soracli.types import Geometry, SamplingOptions

    card = manifest.card()
    model, films = None, []
    for number, prompt in enumerate(prompts(count)):
        kept = folder and folder / f"{number}-{frames}-noise.npy"
        if kept and kept.exists():
            film: Frames = np.load(kept)
        else:
            model = model or models.load(card, manifest.paths(card))
            options = SamplingOptions.of(card)
            seconds = Fraction(frames) / options.fps
            options = type(options)(**{**vars(options), "seconds": seconds, "seed": number})
            geometry = Geometry.of(options, card)
            canvas = tasks.generate(*geometry.keep, geometry.fps)
            steps = sampler.sample(model, canvas, prompt, options, geometry)
            film = np.concatenate([step.frames for step in steps if step.frames is not None])
            if kept:
                kept.parent.mkdir(parents=True, exist_ok=True)
                np.save(kept, film)
        films.append((f"spark {number + 1}", film))
    return films


def clips(wanted: Wanted) -> list[tuple[str, Frames]]:
    """(name, frames) of all of them, real ones brought under 500 lines."""
    films = painted(wanted.count, wanted.frames, wanted.folder)
    for file in wanted.files:
        whole = media.read(file).frames
        for piece in range(max(1, min(wanted.pieces, len(whole) // wanted.frames))):
            frames = whole[piece * wanted.frames :][: wanted.frames]
            while frames.shape[1] > 500:
                frames = scaled(frames, 0.5)
            even = frames[:, : frames.shape[1] // 2 * 2, : frames.shape[2] // 2 * 2].copy()
            films.append((f"{Path(file).stem[:8]} {piece + 1}", even))
    return films


def scaled(frames: Frames, by: float) -> Frames:
    size = tuple(round(side * by / 2) * 2 for side in (frames.shape[2], frames.shape[1]))
    return np.stack([np.asarray(Image.fromarray(f).resize(size, Image.Resampling.BICUBIC)) for f in frames])


def coded(frames: Frames, quality: str, suffix: str = "mp4") -> Frames:
    with media.Writer(f"coded.{suffix}", *frames.shape[2:0:-1], Fraction(16), quality=quality, force=True) as writer:
        writer.add(frames)
    return media.read(f"coded.{suffix}").frames


def cut(frames: Frames, share: float) -> Frames:
    """A crop that is not centred."""
    height, width = (round(side * share / 2) * 2 for side in frames.shape[1:3])
    top, left = (frames.shape[1] - height) // 3, (frames.shape[2] - width) * 2 // 3
    return frames[:, top : top + height, left : left + width]


def again(frames: Frames, times: int) -> Frames:
    for _ in range(times):
        frames = coded(frames, "23")
    return frames


ATTACKS: dict[str, Callable[[Frames], Frames]] = {
    "clean": lambda frames: frames,
    "CRF 16": lambda frames: coded(frames, "16"),
    "CRF 28": lambda frames: coded(frames, "28"),
    "CRF 35": lambda frames: coded(frames, "35"),
    "half, CRF 28": lambda frames: coded(scaled(frames, 0.5), "28"),
    "3 x CRF 23": lambda frames: again(frames, 3),
    "gif": lambda frames: coded(frames, "good", "gif"),
    "one frame": lambda frames: frames[:1],
}
SEARCHES: dict[str, Callable[[Frames], Frames]] = {
    "crop 80%": lambda frames: cut(frames, 0.8),
    "80%, CRF 28": lambda frames: coded(cut(frames, 0.8), "28"),
    "crop 60%": lambda frames: cut(frames, 0.6),
    "mirror": lambda frames: frames[:, :, ::-1],
}
QUICK = ("CRF 28", "half, CRF 28", "crop 80%")


def detector(frames: Frames) -> watermark.Detector:
    found = watermark.Detector()
    found.add(frames)
    return found


def marks(films: list[tuple[str, Frames]], secret: bytes, quick: bool) -> None:
    """z of the public key / of this installation's, clip by clip and attack by attack; what can be seen of it."""
    attacks = {name: change for name, change in ATTACKS.items() if not quick or name in QUICK}
    searches = {name: change for name, change in SEARCHES.items() if not quick or name in QUICK}
    names = [*attacks, *searches]
    print(f"{'mark, z':<14} {'PSNR':>5} {'seen':>5} {'ms':>5} {' '.join(f'{name:>12}' for name in names)}")
    lowest: dict[str, list[float]] = {name: [] for name in names}
    quality = []
    for name, frames in films:
        start = time.process_time()
        marked = watermark.Mark((watermark.PUBLIC, secret), *frames.shape[1:3]).put(frames)
        cost = (time.process_time() - start) / len(frames) * 1000
        quality.append((psnr(marked, frames), visible(marked[::8], frames[::8])))
        cells = []
        for attack, change in attacks.items():
            seen = detector(change(marked))
            both = [seen.score(key).z for key in (watermark.PUBLIC, secret)]
            lowest[attack].append(min(both))
            cells.append(f"{both[0]:.1f}/{both[1]:.1f}")
        for attack, change in searches.items():
            lowest[attack].append(detector(change(marked)).search(watermark.PUBLIC).searched or 0.0)
            cells.append(f"{lowest[attack][-1]:.1f}")
        figures = f"{quality[-1][0]:>5.1f} {quality[-1][1]:>5.1f} {cost:>5.1f}"
        print(f"  {name:<12} {figures} {' '.join(f'{cell:>12}' for cell in cells)}", flush=True)
    means = np.mean(quality, 0)
    print(f"  mean of {len(films)}: PSNR {means[0]:.1f} dB, {means[1]:.1f} times what can just be seen (Watson)")
    for attack, values in lowest.items():
        needed = watermark.FOUND_BY_SEARCH if attack in searches else watermark.FOUND
        worst = int(np.argmin(values))
        below = [f"{films[i][0]} {z:.1f}" for i, z in enumerate(values) if z < needed]
        told = f"missed (under {needed:g}): {', '.join(below) or 'none'}"
        print(
            f"  {attack:<12} lowest {values[worst]:>5.1f} ({films[worst][0]}), median {np.median(values):>5.1f}; {told}"
        )
    print()


def alarms(films: list[tuple[str, Frames]], secret: bytes) -> None:
    """Keys that are not in a clip: how far z goes."""
    wrong = [b"wrong %d" % i for i in range(WRONG // (2 * len(films)) + 1)]
    values, searched = [], []
    for _, frames in films:
        marked = watermark.Mark((watermark.PUBLIC, secret), *frames.shape[1:3]).put(frames)
        for seen in (detector(frames), detector(marked)):
            values += [seen.score(key).z for key in wrong]
        searched += [detector(frames).search(key).searched or 0.0 for key in wrong[: -(-SEARCHED // len(films))]]
    z, best = np.array(values), np.array(searched)
    high, found = int((z >= watermark.FOUND).sum()), int((best >= watermark.FOUND_BY_SEARCH).sum())
    print(f"false alarms: {len(z):,} pairs of a clip (marked or not) and a wrong key")
    print(f"  z: mean {z.mean():+.3f}, deviation {z.std():.3f}, largest {z.max():.2f}; {high} alarms")
    print(f"  searched, {len(best)} pairs: mean {best.mean():.2f}, largest {best.max():.2f}; {found} alarms")
    plain = [detector(frames).score(watermark.PUBLIC).z for _, frames in films]
    print(f"  the public key on these clips before they were marked: {min(plain):.1f} to {max(plain):.1f}")


def deep(films: list[tuple[str, Frames]], secret: bytes, quick: bool) -> None:
    """The mark in the noise, clip by clip and attack by attack, with the one in the pixels; and where there is none.

    Real clips were not painted at all; painted ones upside down fit nothing that is tried.
    """
    card = manifest.card()
    model, cost = models.load(card, manifest.paths(card)), 0.0
    attacks = {name: change for name, change in ATTACKS.items() if not quick or name in QUICK}
    print(f"{'noise, z':<14} {' '.join(f'{name:>12}' for name in attacks)}")
    found: dict[str, list[float]] = {name: [] for name in attacks}
    absent: list[tuple[str, float]] = []
    for name, frames in films:
        painted_ = name.startswith("spark")
        other = np.ascontiguousarray(frames[:, ::-1]) if painted_ else frames
        start = time.process_time()
        absent.append((name, noise_mark.read(model, other, Fraction(16), noise_mark.PUBLIC).z))
        cost = max(cost, time.process_time() - start)
        if not painted_:
            continue
        marked = watermark.Mark((watermark.PUBLIC, secret), *frames.shape[1:3]).put(frames)
        for attack, change in attacks.items():
            found[attack].append(noise_mark.read(model, change(marked), Fraction(16), noise_mark.PUBLIC).z)
        print(f"  {name:<12} {' '.join(f'{z[-1]:>12.1f}' for z in found.values())}", flush=True)
    for attack, values in found.items():
        hit = sum(z >= noise_mark.FOUND for z in values)
        print(f"  {attack:<12} lowest {min(values):.1f}, median {np.median(values):.1f}, found {hit} of {len(values)}")
    name, worst = max(absent, key=lambda one: one[1])
    tried = sum(noise_mark.tries(len(frames)) for _, frames in films)
    print(
        f"  not there: {len(absent)} clips, {tried:,} tries, largest {worst:.2f} ({name}); at most {cost:.1f} s each\n"
    )
