"""Damaged and rare files of every container, and folders of other people's, read as inputs are: see `limits`.

A third of the mutations changes bytes, a third the elements of a container (times, edit lists, delays, colour tags,
profiles, tracks: see `elements`), and a third is whole files of rare kinds, half of them changed (see `strange`).

What crashes or hangs is printed; the number of a damaged file makes the same one again. `trust.py --only media`.
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import elements
import numpy as np
import strange
from limits import MEMORY, SECONDS, Reading, read_all
from PIL import Image, features

from soracli.types import Frames

LIMITS = f"{SECONDS} s of the processor and {MEMORY >> 30} GB each"
TOGETHER = 1000  # damaged files that are on the disk at a time
RARE = 60  # whole files of rare kinds among those that are damaged
SIZE = 64
FRAMES = 10
# what nobody here writes, and others do: name, muxer, codec, options of the muxer
OTHERS: tuple[tuple[str, str, str, dict[str, str]], ...] = (
    ("late.mov", "mov", "libx264", {}),  # its index at the end
    ("pieces.mp4", "mp4", "libx264", {"movflags": "frag_keyframe+empty_moov"}),
    ("live.mkv", "matroska", "libx264", {"live": "1"}),
    ("seed.avi", "avi", "mpeg4", {}),
    ("seed.flv", "flv", "libx264", {}),
    ("seed.ts", "mpegts", "libx264", {}),
)


def seeds(folder: Path) -> list[Path]:
    """A small file of each kind."""
    from soracli import media

    rng = np.random.default_rng(0)
    frames = rng.integers(0, 256, (FRAMES, 8, 8, 3), np.uint8).repeat(SIZE // 8, 1).repeat(SIZE // 8, 2)
    tone = (8000 * np.sin(np.arange(16000) / 20)).astype(np.int16)[:, None]
    for form in media.FORMATS.values():
        if not form.suffix or (form.name == "avif" and not features.check("avif")):
            continue
        sound = media.Audio(tone, 16000) if form.sound else None
        path = folder / f"seed{form.suffix}"
        with media.Writer(path, SIZE, SIZE, Fraction(10), audio=sound, recipe={"seed": 1, "fps": "10"}) as writer:
            writer.add(frames if form.moving else frames[:1])
    picture, others = Image.fromarray(frames[0]), [Image.fromarray(frame) for frame in frames[1:]]
    picture.save(folder / "seed.jpg", exif=Image.Exif())
    picture.save(folder / "still.webp")
    picture.save(folder / "animated.png", save_all=True, append_images=others)
    picture.save(folder / "seed.tiff", compression="tiff_lzw")
    picture.save(folder / "seed.bmp")
    if features.check("avif"):
        picture.save(folder / "moving.avif", save_all=True, append_images=others)
    for name, muxer, codec, options in OTHERS:
        (folder / name).write_bytes(_encoded(frames, muxer, codec, options))
    return sorted(folder.iterdir())


def _encoded(frames: Frames, muxer: str, codec: str, options: dict[str, str]) -> bytes:
    """A film as others write it."""
    import av

    out = io.BytesIO()
    with av.open(out, "w", format=muxer, options=options) as target:
        stream = target.add_stream(codec, rate=10)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = SIZE, SIZE, "yuv420p"
        for pixels in frames:
            target.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24").reformat(format="yuv420p")))
        target.mux(stream.encode(None))
    return out.getvalue()


def mutation(files: list[bytes], number: int) -> bytes:
    """Mutation `number`: bytes changed, elements of the container changed, or a rare kind of file, whole or changed."""
    kind, number = number % 3, number // 3
    if kind == 0:
        return damaged(files, number)
    if kind == 1:
        return elements.mutated(files, number)
    whole = strange.strange(number).data
    return elements.mutated([whole], number) if number % 2 else whole


def damaged(files: list[bytes], number: int) -> bytes:
    """One to four changes to the bytes of one of the files."""
    rng = np.random.default_rng(number)
    data = bytearray(files[number % len(files)])
    for _ in range(int(rng.integers(1, 5))):
        if not data:
            break
        at = int(rng.integers(len(data)) * (1 if rng.random() < 0.5 else rng.random() ** 3))  # headers more often
        size = int(rng.integers(1, 1 + min(64, len(data))))
        kind = int(rng.integers(7))
        if kind == 0:
            data[at] ^= 1 << int(rng.integers(8))
        elif kind == 1:
            data[at : at + size] = rng.bytes(size)
        elif kind == 2:
            data[at : at + 4] = [b"\0\0\0\0", b"\xff" * 4, b"\x7f\xff\xff\xff", b"\0\0\0\1"][int(rng.integers(4))]
        elif kind == 3:
            del data[at : at + size]
        elif kind == 4:
            data[at:at] = data[at : at + size]
        elif kind == 5:
            del data[at:]
        else:
            other = files[int(rng.integers(len(files)))]
            data[at : at + size] = other[at % len(other) :][:size]
    return bytes(data)


def make(kinds: Path, place: Path, first: int, end: int) -> None:
    """Write mutations `first` .. `end` - 1, in processes of their own: what is rare may end that of an encoder.

    kinds: folder that `seeds` has filled. A file that cannot be made is told of and left out.
    """
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    while first < end:
        command = [sys.executable, __file__, str(kinds), str(place), str(first), str(end)]
        subprocess.run(command, env=env, stderr=subprocess.DEVNULL, check=False)
        first = next((n for n in range(first, end) if not (place / f"{n:07}").exists()), end)
        if first < end:
            print(f"mutation {first} cannot be made", file=sys.stderr, flush=True)
        first += 1


def _write(kinds: Path, place: Path, first: int, end: int) -> None:
    files = [path.read_bytes() for path in sorted(kinds.iterdir())]
    files += [strange.strange(number).data for number in range(RARE)]
    for number in range(first, end):
        (place / f"{number:07}").write_bytes(mutation(files, number))


def fuzz(count: int, start: int = 0) -> str:
    """Print what became of `count` mutations from number `start` on; returns how many crashed or hung, in words."""
    found: list[Reading] = []
    clock, end = time.perf_counter(), start + count
    with tempfile.TemporaryDirectory(prefix="sora-fuzz-") as name:
        kinds = seeds(Path(name))
        for first in range(start, end, TOGETHER):
            with tempfile.TemporaryDirectory(prefix="sora-fuzz-") as place:
                make(Path(name), Path(place), first, min(first + TOGETHER, end))
                found += read_all(Path(place), quick=True)
            bad = sum(bool(one.bad) for one in found)
            print(f"{len(found):,} of {count:,} damaged files read, {bad} of them badly", file=sys.stderr, flush=True)
    took = time.perf_counter() - clock
    names = ", ".join(path.name for path in kinds)
    print(f"{count:,} damaged files from number {start:,} on ({names}), {LIMITS}, all {took:.0f} s")
    _head()
    return f"{count:,} damaged files: {_row('damaged', found)}"


def corpora(folders: Sequence[Path]) -> str:
    """Print what became of every file below some folders; returns the same in words."""
    print(f"files of others, {LIMITS}")
    _head()
    return "; ".join(f"{folder.name}, {_row(folder.name, list(read_all(folder)))}" for folder in folders)


def _head() -> None:
    names = ("files", "read", "refused", "crashes", "hangs", "no memory", "slowest", "most memory")
    print(f"  {'':<10}{''.join(f'{name:>12}' for name in names)}")


def _row(name: str, found: list[Reading]) -> str:
    """One row of the table, and below it what ended as it must not."""
    bad, hung = [one for one in found if one.bad], sum(one.hung for one in found)
    read, starved = sum(one.read for one in found), sum(one.starved for one in found)
    slowest, most = max(one.seconds for one in found), max(one.memory for one in found) >> 20
    counts = (len(found), read, len(found) - read, len(bad) - hung, hung, starved)
    print(
        f"  {name:<10}{''.join(f'{count:>12,}' for count in counts)}{f'{slowest:.1f} s':>12}{f'{most} MB':>12}",
        flush=True,
    )
    for one in bad:
        print(f"    {one.name}: {'; '.join(one.bad)}")
    return f"{len(bad) - hung} crash, {hung} hang (of {len(found):,} files, {read:,} read)"


if __name__ == "__main__":
    _write(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
