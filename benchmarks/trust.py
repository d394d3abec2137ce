"""What is refused, is every output signed, every change seen, the mark found, and only where it is? See README.md here.

python benchmarks/trust.py                       four clips that the default model paints
python benchmarks/trust.py --only media --mutations 5000
python benchmarks/trust.py --only policy         recall and false alarms of the policy alone
python benchmarks/trust.py --clips FILE...       also real footage, marked as if an edit had gone over all of it
python benchmarks/trust.py --only promises       a row for each of the 23 promises; --promise 5 6 prints these alone
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import struct
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
from figures import psnr
from fuzz import fuzz
from PIL import Image
from promises import PROMISES, promises
from screening import screening

from soracli import cli, credentials, keys, media, provenance, watermark
from soracli.types import Frames

CONTAINERS = ("mp4", "mkv", "webm", "gif", "webp", "frames")
PROMPTS = (
    "a dog walks to the right across a grassy meadow",
    "a red car drives to the right along a city street",
    "a penguin walks to the right across the snow at night",
    "an elephant walks to the right across a desert",
)
PARTS = ("policy", "media", "credentials", "mark", "promises")
FRAMES = 48  # of each clip
WRONG = 10_000  # keys
SEARCHED = 20  # wrong keys a clip with which crops are searched, a second each


# --- credentials ------------------------------------------------------------------------------------------------------


def sora(*arguments: str) -> str:
    """Run `sora` here and return what it printed; a verb that fails stops the benchmark."""
    with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(io.StringIO()) as talk:
        code = cli.run(list(arguments))
    if code:
        raise SystemExit(f"sora {' '.join(arguments)}: {talk.getvalue()}")
    return out.getvalue()


def verbs() -> dict[str, list[str]]:
    tiny = ["-m", "tiny", "--seed", "1", "-q", "--steps", "1"]
    edit = ["a.mp4", "x", *tiny]
    return {
        "generate": ["x", *tiny, "-d", "1s"], "animate": ["a.png", *tiny, "-d", "1s"], "views": ["a.png", *tiny],
        "extend": ["a.mp4", "--by", "8f", *tiny], "edit": edit, "inpaint": [*edit, "--mask", "0,0,32,64"],
        "vary": ["a.mp4", *tiny], "blend": ["a.mp4", "b.mp4", "--by", "8f", *tiny], "enhance": ["a.mp4", "-q"],
    }  # fmt: skip


def validity() -> str:
    """Every verb into every container, read back. Returns how many are as they should be."""
    noise = np.random.default_rng(0).integers(60, 200, (16, 8, 8, 3), np.uint8).repeat(8, 1).repeat(8, 2)
    for name in ("a.mp4", "b.mp4"):
        with media.Writer(name, 64, 64, Fraction(16), stamp=provenance.Stamp("generate", {}, ())) as writer:
            writer.add(noise)
    Image.fromarray(noise[0]).save("a.png")
    print(f"credentials    {' '.join(f'{name:>7}' for name in CONTAINERS)}")
    total = 0
    for verb, arguments in verbs().items():
        found = []
        for container in CONTAINERS:
            out = f"{verb}-{container}" + ("" if container == "frames" else f".{container}")
            sora(verb, *arguments, "--format", container, "-o", out)
            told = json.loads(sora("verify", out, "--json"))["data"]
            given = 0 if verb == "generate" else 2 if verb == "blend" else 1
            whole = told["signer"] == "this installation" and len(told["inputs"]) == given
            found.append("valid" if whole else "BAD")
        total += found.count("valid")
        print(f"  {verb:<12} {' '.join(f'{text:>7}' for text in found)}")
    said = f"{total} of {len(verbs()) * len(CONTAINERS)} valid, by this installation, with the right number of inputs"
    print(f"  {said}\n")
    return said


def flips(count: int) -> str:
    """Single bits anywhere in a file, and whether the credential still holds. Returns how many were not seen."""
    print(f"one bit flipped, {count} times each      outside the credential    inside it   sign, ms   bytes more")
    noise = np.random.default_rng(1).integers(0, 256, (16, 64, 64, 3), np.uint8)
    unseen, tried = 0, 0
    for container in CONTAINERS[:-1]:
        name = Path(f"flip.{container}")
        clocks: list[float] = []
        stamp = timed(provenance.Stamp("generate", {"verb": "generate"}, ()), clocks)
        with media.Writer(name, 64, 64, Fraction(16), container, stamp=stamp) as writer:
            writer.add(noise)
        whole = name.read_bytes()
        first, last = inside(whole)
        seen = {True: [0, 0], False: [0, 0]}  # within the credential? -> unseen, tried
        for place in np.random.default_rng(2).integers(32, len(whole), count).tolist():  # behind `ftyp`
            name.write_bytes(whole[:place] + bytes([whole[place] ^ 1 << place % 8]) + whole[place + 1 :])
            tally = seen[first <= place < last]
            tally[0] += credentials.read(name).state == "intact"
            tally[1] += 1
        beside = Path(f"{name}.c2pa")
        more = len(beside.read_bytes()) if beside.exists() else last - first
        unseen, tried = unseen + seen[False][0], tried + seen[False][1]
        parts = [f"{part[0]:>5} of {part[1]:>5} unseen" for part in (seen[False], seen[True])]
        print(f"  {container:<30} {'   '.join(parts)}   {1000 * clocks[0]:>5.1f}      {more:>6,}")
    said = f"outside the credential {unseen} of {tried} went unseen"
    print(f"  {said}; inside it, padding and labels are not covered\n")
    return f"one bit flipped: {said}"


def timed(stamp: provenance.Stamp, clocks: list[float]) -> provenance.Stamp:
    """The stamp, noting the seconds that a signature takes; the first, which loads the library, does not count."""
    seal = stamp.seal

    def clocked(part: Path, sealed: Path, format: media.Format) -> bool:
        seal(part, sealed, format)
        start = time.perf_counter()
        embedded = seal(part, sealed, format)
        clocks.append(time.perf_counter() - start)
        return embedded

    stamp.seal = clocked  # type: ignore[method-assign]
    return stamp


def inside(data: bytes) -> tuple[int, int]:
    """Where in a file its credential is: from the box of C2PA (a chunk or extension around it) to its end."""
    start = data.find(b"jumb")
    if start < 0:
        return 0, 0
    size = int(struct.unpack(">I", data[start - 4 : start])[0])
    if data.startswith(b"GIF8"):  # in blocks of 255 bytes, each led by its length
        return data.find(b"C2PA_GIF") - 3, start - 4 + size + size // 255 + 2
    return start - 60, start - 4 + size + 8


# --- the mark ---------------------------------------------------------------------------------------------------------


def painted(prompt: str, seed: int) -> Frames:
    """A clip of the default model without the mark."""
    from soracli import models, sample, tasks, weights
    from soracli.types import Geometry, SamplingOptions

    card = weights.card()
    options = SamplingOptions.of(card)
    options = type(options)(**{**vars(options), "seconds": Fraction(FRAMES) / options.fps, "seed": seed})
    geometry = Geometry.of(options, card)
    model = models.load(card, weights.paths(card))
    canvas = tasks.generate(*geometry.keep, geometry.fps)
    steps = sample.sample(model, canvas, prompt, options, geometry)
    return np.concatenate([step.frames for step in steps if step.frames is not None])


def clips(files: list[str], renders: int) -> Iterator[tuple[str, Frames]]:
    for number, prompt in enumerate(PROMPTS[:renders]):
        yield f"spark {number + 1}", painted(prompt, number)
    for file in files:
        frames = media.read(file).frames[:FRAMES]
        while frames.shape[1] > 500:
            frames = scaled(frames, 0.5)
        yield Path(file).stem[:12], frames[:, : frames.shape[1] // 2 * 2, : frames.shape[2] // 2 * 2]


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


def detector(frames: Frames) -> watermark.Detector:
    found = watermark.Detector()
    found.add(frames)
    return found


def marks(films: list[tuple[str, Frames]], secret: bytes) -> None:
    """z of the public key / of this installation's, clip by clip and attack by attack."""
    print(f"{'mark, z':<14} {'PSNR':>5} {'ms':>5} {' '.join(f'{name:>12}' for name in ATTACKS)}")
    worst = dict.fromkeys([*ATTACKS, *SEARCHES], 99.0)
    rows = []
    for name, frames in films:
        start = time.perf_counter()
        marked = watermark.Mark((watermark.PUBLIC, secret), *frames.shape[1:3]).put(frames)
        cost = (time.perf_counter() - start) / len(frames) * 1000
        cells = []
        for attack, change in ATTACKS.items():
            seen = detector(change(marked))
            both = [seen.score(key).z for key in (watermark.PUBLIC, secret)]
            worst[attack] = min(worst[attack], *both)
            cells.append(f"{both[0]:.1f}/{both[1]:.1f}")
        print(
            f"  {name:<12} {psnr(marked, frames):>5.1f} {cost:>5.1f} {' '.join(f'{c:>12}' for c in cells)}", flush=True
        )
        cells = []
        for attack, change in SEARCHES.items():
            z = detector(change(marked)).search(watermark.PUBLIC).searched or 0.0
            worst[attack] = min(worst[attack], z)
            cells.append(f"{z:.1f}")
        rows.append(f"  {name:<12} {' '.join(f'{cell:>12}' for cell in cells)}")
    print(f"{'searched, z':<14} {' '.join(f'{name:>12}' for name in SEARCHES)}")
    print("\n".join(rows))
    said = ", ".join(f"{name} {z:.1f}" for name, z in worst.items())
    print(f"  worst: {said}\n  needed: {watermark.FOUND:g} as it stands, {watermark.FOUND_BY_SEARCH:g} searched\n")


def alarms(films: list[tuple[str, Frames]], secret: bytes) -> None:
    """Keys that are not in a clip: how far z goes."""
    wrong = [b"wrong %d" % i for i in range(WRONG // (2 * len(films)) + 1)]
    values, searched = [], []
    for _, frames in films:
        marked = watermark.Mark((watermark.PUBLIC, secret), *frames.shape[1:3]).put(frames)
        for seen in (detector(frames), detector(marked)):
            values += [seen.score(key).z for key in wrong]
        searched += [detector(frames).search(key).searched or 0.0 for key in wrong[:SEARCHED]]
    z, best = np.array(values), np.array(searched)
    high, found = int((z >= watermark.FOUND).sum()), int((best >= watermark.FOUND_BY_SEARCH).sum())
    print(f"false alarms: {len(z):,} pairs of a clip (marked or not) and a wrong key")
    print(f"  z: mean {z.mean():+.3f}, deviation {z.std():.3f}, largest {z.max():.2f}; {high} alarms")
    print(f"  searched, {len(best)} pairs: mean {best.mean():.2f}, largest {best.max():.2f}; {found} alarms")
    plain = [detector(frames).score(watermark.PUBLIC).z for _, frames in films]
    print(f"  the public key on these clips before they were marked: {', '.join(f'{value:.1f}' for value in plain)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clips", nargs="*", default=[], help="real footage")
    parser.add_argument("--renders", type=int, default=len(PROMPTS), help="how many clips the default model paints")
    parser.add_argument("--innocent", nargs="*", default=[], help="more prompts that must pass, one a line")
    parser.add_argument("--forbidden", nargs="*", default=[], help="more prompts that must not, one a line")
    parser.add_argument("--captions", type=int, default=500, help="how many captions of the world must pass")
    parser.add_argument("--mutations", type=int, default=1000, help="damaged files that are read")
    parser.add_argument("--only", choices=PARTS, help="one part of it")
    parser.add_argument("--flips", type=int, default=400, help="bits flipped per container")
    parser.add_argument("--promise", type=int, nargs="*", default=[], choices=PROMISES, help="rows of `promises`")
    arguments = parser.parse_args()
    files = [str(Path(file).resolve()) for file in arguments.clips]
    others = [[str(Path(file).resolve()) for file in given] for given in (arguments.innocent, arguments.forbidden)]
    parts = [arguments.only] if arguments.only else PARTS
    with tempfile.TemporaryDirectory(prefix="sora-trust-") as folder, contextlib.chdir(folder):
        os.environ["SORA_CONFIG_DIR"] = folder + "/config"  # keys of its own, for this run only
        told: dict[int, str] = {}
        for number, part, measure in (
            (14, "policy", lambda: screening(others[0], others[1], arguments.captions)),
            (17, "media", lambda: fuzz(arguments.mutations)),
            (8, "credentials", validity),
            (9, "credentials", lambda: flips(arguments.flips)),
        ):
            if part in parts:
                told[number] = measure()
            elif "promises" in parts and number in (arguments.promise or PROMISES):
                with contextlib.redirect_stdout(io.StringIO()):
                    told[number] = measure()
        if "mark" in parts:
            print("painting ...", file=sys.stderr)
            films = list(clips(files, arguments.renders))
            secret = keys.load().identity.mark
            marks(films, secret)
            alarms(films, secret)
        if "promises" in parts:
            promises(told, arguments.promise)


if __name__ == "__main__":
    main()
