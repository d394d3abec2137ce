"""What can be written: one row per format, and the two flags that choose among them. Standard library only."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from soracli.errors import UsageError
from soracli.formatting import suggest


@dataclass(frozen=True)
class Format:
    """One kind of output.

    video: a codec's stream, 4:2:0, so both sides must be even. still: may hold a single picture.
    moving: may hold several frames. sound: may hold sound beside them. lossless: `--quality lossless` is possible;
    if not, lossy says why.
    crf: (lowest, highest) number that `--quality` takes, or None. top_fps: fastest rate it can state.
    sidecar: content credentials cannot be inside it, and stand in a file beside it (`sidecar_of`). alpha: it can hold
    transparency.
    """

    name: str
    suffix: str
    about: str
    video: bool = False
    still: bool = False
    moving: bool = True
    sound: bool = False
    lossless: bool = True
    lossy: str = ""
    crf: tuple[int, int] | None = None
    top_fps: int = 120
    sidecar: bool = False
    alpha: bool = False


FORMATS = {
    format.name: format
    for format in (
        Format("mp4", ".mp4", "H.264, plays everywhere", video=True, sound=True, crf=(0, 51)),
        Format("mov", ".mov", "H.264 in QuickTime, for editors", video=True, sound=True, crf=(0, 51), alpha=True),
        Format("mkv", ".mkv", "H.264 in Matroska", video=True, sound=True, crf=(0, 51), sidecar=True),
        Format("webm", ".webm", "VP9, for the web", video=True, sound=True, crf=(0, 63), sidecar=True, alpha=True),
        Format("gif", ".gif", "256 colours, loops", still=True, lossless=False, lossy="has 256 colours", top_fps=50),
        Format("webp", ".webp", "still or animated, loops", still=True, alpha=True),
        Format("png", ".png", "one still picture, lossless", still=True, moving=False, alpha=True),
        # Of one that moves, Pillow cannot read Exif any more once a credential is inside.
        Format("avif", ".avif", "one still picture, small", still=True, moving=False, lossless=False, lossy="rounds"),
        Format("frames", "", "a folder of PNG files, lossless", alpha=True),
    )
}


def sidecar_of(path: Path) -> Path:
    """Where the content credentials of a file stand that cannot hold them: `clip.webm.c2pa`."""
    return path.with_name(path.name + ".c2pa")


@dataclass(frozen=True)
class Quality:
    """name: `draft`, `good` or `lossless`. crf: the codec's own number if the user gave one."""

    name: str
    crf: int | None = None


def choose(output: str | None, name: str | None, frames: int) -> Format:
    """The format of an output.

    Args:
        output: the file name asked for, or None when it is left to us (or is a folder or `-`).
        name: value of `--format`, which wins over the suffix but must not contradict it.
        frames: how many frames will be written; 1 = a still picture.
    """
    suffix = Path(output).suffix.lower() if output else ""
    by_suffix = next((f for f in FORMATS.values() if f.suffix and f.suffix == suffix), None)
    if name is not None:
        chosen = _named(name)
        if by_suffix and by_suffix is not chosen and (by_suffix.name, chosen.name) != ("png", "frames"):
            raise UsageError(
                f"-o {output}: is not a {chosen.name} name; drop --format or change the suffix", "bad_format"
            )
    elif output is None:
        chosen = FORMATS["png" if frames == 1 else "mp4"]
    elif by_suffix is None:
        what = f"{suffix!r} is not supported" if suffix else "has no suffix"
        raise UsageError(f"-o {output}: {what}; use {_names()}, or --format", "bad_format")
    else:
        chosen = by_suffix
    if frames == 1 and not chosen.still:
        raise UsageError(f"{chosen.name}: cannot hold a still picture; use png, webp, avif or gif", "bad_format")
    if frames > 1 and chosen.name == "avif":
        raise UsageError("avif: holds one picture here; use mp4, webp or gif for what moves", "bad_format")
    return FORMATS["frames"] if frames > 1 and not chosen.moving else chosen


def _named(name: str) -> Format:
    key = name.lower().removeprefix(".")
    if key not in FORMATS:
        raise UsageError(f"--format {name}: unknown{suggest(key, list(FORMATS))}; use {_names()}", "bad_format")
    return FORMATS[key]


def _names() -> str:
    return ", ".join(FORMATS)


def check(format: Format, width: int, height: int, fps: float) -> None:
    """Refuse a size or a rate that the format cannot hold, before anything is painted."""
    if format.video and (width % 2 or height % 2):
        raise UsageError(
            f"--size {width}x{height}: {format.name} needs even sides; "
            f"try {width + width % 2}x{height + height % 2}, or --format webp, gif or frames",
            "odd_size",
        )
    if fps > format.top_fps:
        other = " or use mp4" if format.top_fps < FORMATS["mp4"].top_fps else ""
        raise UsageError(
            f"--fps {fps:g}: {format.name} cannot show more than {format.top_fps}; lower it{other}", "bad_fps"
        )


def quality(text: str, format: Format) -> Quality:
    """Parse `--quality draft|good|lossless|CRF` for one format."""
    word = text.strip().lower()
    if word in ("draft", "good"):
        return Quality(word)
    if word == "lossless":
        if not format.lossless:
            raise UsageError(
                f"--quality lossless: {format.name} {format.lossy}; use mp4, webm, webp or frames", "bad_quality"
            )
        return Quality(word)
    if not re.fullmatch(r"[0-9]{1,3}", word):
        near = suggest(word, ["draft", "good", "lossless"])
        raise UsageError(f"--quality {text}: must be draft, good, lossless or a CRF number{near}", "bad_quality")
    if format.crf is None:
        raise UsageError(
            f"--quality {text}: a CRF number is for mp4, mov, mkv and webm; {format.name} takes draft, good"
            f"{' or lossless' if format.lossless else ''}",
            "bad_quality",
        )
    low, high = format.crf
    if not low <= int(word) <= high:
        raise UsageError(
            f"--quality {text}: must be {low} (best) .. {high} (smallest) for {format.name}", "bad_quality"
        )
    return Quality("crf", int(word))
