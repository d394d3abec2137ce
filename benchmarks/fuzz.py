"""Damaged files of every container, read as inputs are: what crashes or hangs is printed. See `trust.py --mutations`.

Files are damaged and read many to a process, which says before each which one it takes. A watchdog starts another after
one that dies, takes longer than SECONDS or needs more than MEMORY, from the file that follows.
"""

from __future__ import annotations

import io
import resource
import selectors
import subprocess
import sys
import tempfile
import time
from collections import Counter
from fractions import Fraction
from pathlib import Path

import numpy as np
from PIL import Image, features

from soracli.types import Frames

SECONDS, MEMORY = 20, 2 << 30  # for one file
TOGETHER = 100  # files read by one process: what it has used before must not be why it refuses one
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


def damaged(files: list[bytes], number: int) -> bytes:
    """Mutation `number`: one to four changes to one of the files."""
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


def work(folder: str, first: int, last: int) -> None:
    """Read mutations first..last - 1; one line before each, and one after: what came of it."""
    from soracli import credentials, media
    from soracli.errors import SoraError

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    files = [path.read_bytes() for path in sorted(Path(folder).glob("*.*"))]
    with tempfile.TemporaryDirectory() as place:
        target = Path(place) / "input"
        for number in range(first, last):
            print("begin", number, flush=True)
            target.write_bytes(damaged(files, number))
            try:
                credentials.read(target)
                media.info(target)
                media.read_source(target)
                end = "read"
            except SoraError as error:
                end = "refused" if error.exit_code == 3 else f"exit code {error.exit_code}: {error}"
            except BaseException as error:
                end = f"{type(error).__name__}: {error}"
            print("end", " ".join(end.split())[:200], flush=True)


def fuzz(count: int) -> str:
    """Print what became of `count` mutations; returns how many crashed or hung, in words."""
    with tempfile.TemporaryDirectory(prefix="sora-fuzz-") as name:
        kinds = [path.name for path in seeds(Path(name))]
        ends: Counter[str] = Counter()
        bad: list[str] = []
        number, start, slowest = 0, time.perf_counter(), 0.0
        while number < count:
            number, slow = _watched(name, number, min(count, number + TOGETHER), ends, bad)
            slowest = max(slowest, slow)
        took = time.perf_counter() - start
    print(
        f"{count:,} damaged files ({', '.join(kinds)}), {SECONDS} s, {MEMORY >> 30} GB each: {len(bad)} crash or hang"
    )
    print(
        f"  {ends['read']} read, {ends['refused']} refused with exit code 3; slowest {slowest:.1f} s, all {took:.0f} s"
    )
    for line in bad:
        print(f"  {line}")
    return f"{count:,} damaged files: {len(bad)} crash or hang"


def _watched(folder: str, first: int, last: int, ends: Counter[str], bad: list[str]) -> tuple[int, float]:
    """Let one process read until it ends or must be ended. Returns the number to go on with, and the slowest."""
    command = [sys.executable, __file__, folder, str(first), str(last)]
    number, begun, slowest = first - 1, time.perf_counter(), 0.0
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0) as process:
        assert process.stdout is not None
        watch, rest = selectors.DefaultSelector(), b""
        watch.register(process.stdout, selectors.EVENT_READ)
        while True:
            patience = (
                SECONDS - (time.perf_counter() - begun) + (60 if number < first else 0)
            )  # the first loads libraries
            if not watch.select(max(0, patience)):
                process.kill()
                bad.append(f"mutation {number}: no end after {SECONDS} s")
                return number + 1, slowest
            block = process.stdout.read(65536)
            if not block:
                break
            *lines, rest = (rest + block).split(b"\n")
            for line in lines:
                word, _, told = line.decode().partition(" ")
                now = time.perf_counter()
                if word == "begin":
                    number, begun = int(told), now
                else:
                    slowest = max(slowest, now - begun)
                    ends[told] += 1
                    if told not in ("read", "refused"):
                        bad.append(f"mutation {number}: {told}")
        process.wait()
    if process.returncode:
        bad.append(f"mutation {number}: the process ended with {process.returncode}")
    return number + 1, slowest


if __name__ == "__main__":
    work(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
