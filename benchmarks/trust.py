"""What is refused, is every output signed, every change seen, the mark found, and only where it is? See README.md here.

python benchmarks/trust.py                       four clips that the default model paints
python benchmarks/trust.py --only media --mutations 5000 --corpus DIR --corpus DIR
python benchmarks/trust.py --only policy         recall and false alarms of the policy alone
python benchmarks/trust.py --clips FILE...       also real footage, marked as if an edit had gone over all of it
python benchmarks/trust.py --only mark --quick --count 50 --films DIR    many clips, painted once
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
from fractions import Fraction
from pathlib import Path

import numpy as np
from fuzz import corpora, fuzz
from marking import Wanted, alarms, clips, deep, marks
from PIL import Image
from promises import PROMISES, promises
from screening import screening

from soracli import cli, media
from soracli.provenance import credentials, keys
from soracli.provenance.stamp import Stamp

CONTAINERS = ("mp4", "mov", "mkv", "webm", "gif", "webp", "frames")
PARTS = ("policy", "media", "credentials", "mark", "noise", "promises")


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
    tiles = np.random.default_rng(0).integers(60, 200, (8, 8, 3), np.uint8).repeat(8, 0).repeat(8, 1)
    drift = np.stack([np.roll(tiles, t, axis=1) for t in range(16)])  # other tiles each time would flash: withheld
    for name in ("a.mp4", "b.mp4"):
        with media.Writer(name, 64, 64, Fraction(16), stamp=Stamp("generate", {}, ())) as writer:
            writer.add(drift)
    Image.fromarray(tiles).save("a.png")
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
        stamp = timed(Stamp("generate", {"verb": "generate"}, ()), clocks)
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


def timed(stamp: Stamp, clocks: list[float]) -> Stamp:
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


def hostile(mutations: int, first: int, folders: list[Path]) -> str:
    """Damaged files, and those of others."""
    told = [fuzz(mutations, first)] if mutations else []
    told += [corpora(folders)] if folders else []
    print()
    return "; ".join(told)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clips", nargs="*", default=[], help="real footage")
    parser.add_argument("--count", type=int, default=4, help="how many clips the default model paints")
    parser.add_argument("--frames", type=int, default=48, help="of each clip")
    parser.add_argument("--films", type=Path, help="folder that keeps painted clips, for the next time")
    parser.add_argument("--pieces", type=int, default=1, help="how many clips are cut from each real one")
    parser.add_argument("--quick", action="store_true", help="the mark after CRF 28, halving and a crop only")
    parser.add_argument("--innocent", nargs="*", default=[], help="more prompts that must pass, one a line")
    parser.add_argument("--forbidden", nargs="*", default=[], help="more prompts that must not, one a line")
    parser.add_argument("--captions", type=int, default=500, help="how many captions of the world must pass")
    parser.add_argument("--mutations", type=int, default=1000, help="damaged files that are read")
    parser.add_argument("--first", type=int, default=0, help="number of the first of them: others than usual")
    parser.add_argument("--corpus", type=Path, action="append", default=[], help="folder of other people's files")
    parser.add_argument("--only", choices=PARTS, help="one part of it")
    parser.add_argument("--flips", type=int, default=400, help="bits flipped per container")
    parser.add_argument("--promise", type=int, nargs="*", default=[], choices=PROMISES, help="rows of `promises`")
    arguments = parser.parse_args()
    files = [str(Path(file).resolve()) for file in arguments.clips]
    others = [[str(Path(file).resolve()) for file in given] for given in (arguments.innocent, arguments.forbidden)]
    folders = [folder.resolve() for folder in arguments.corpus]
    folder_of_films = arguments.films and arguments.films.resolve()
    parts = [arguments.only] if arguments.only else PARTS
    with tempfile.TemporaryDirectory(prefix="sora-trust-") as folder, contextlib.chdir(folder):
        os.environ["SORA_CONFIG_DIR"] = folder + "/config"  # keys of its own, for this run only
        os.environ["SORA_STATE_DIR"] = folder + "/state"  # and runs: `sora resume` is to find none of ours
        told: dict[int, str] = {}
        for number, part, measure in (
            (14, "policy", lambda: screening(others[0], others[1], arguments.captions)),
            (17, "media", lambda: hostile(arguments.mutations, arguments.first, folders)),
            (8, "credentials", validity),
            (9, "credentials", lambda: flips(arguments.flips)),
        ):
            if part in parts:
                told[number] = measure()
            elif "promises" in parts and number in (arguments.promise or PROMISES):
                with contextlib.redirect_stdout(io.StringIO()):
                    told[number] = measure()
        if "mark" in parts or "noise" in parts:
            print("painting ...", file=sys.stderr)
            films = clips(Wanted(arguments.count, arguments.frames, folder_of_films, files, arguments.pieces))
            secret = keys.load().identity.mark
            if "mark" in parts:
                marks(films, secret, arguments.quick)
                alarms(films, secret)
            if "noise" in parts:
                deep(films, secret, arguments.quick)
        if "promises" in parts:
            promises(told, arguments.promise)


if __name__ == "__main__":
    main()
