"""What verbs are given beside a prompt: files read and checked, brought to one size and rate, and named in recipes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

from soracli import media
from soracli.errors import CapacityError, MediaError, UsageError
from soracli.formatting import amount, argument, printable
from soracli.media import Area, Audio, Source
from soracli.options import parse
from soracli.options.flags import Flags
from soracli.system import machine
from soracli.types import Clip, Mask, SamplingOptions

RIM = 6  # pixels of soft edge inside an inpainted area
SMALLEST = 16  # pixels of a side of a picture or clip


def picture(path: str, verb: str) -> Source:
    """A still; a clip is refused with the verb that would take it."""
    source = media.read_source(path)
    if len(source.clip.frames) > 1:
        raise MediaError(
            f"{printable(path)}: is a clip of {len(source.clip.frames)} frames, sora {verb} wants a picture; "
            f"use: sora extend {argument(path)}",
            "wrong_medium",
        )
    return _large_enough(source)


def clip(path: str, verb: str, allow_partial: bool = False) -> Source:
    """A clip; a still is refused with the verb that would take it. allow_partial: see `media.read_source`."""
    source = media.read_source(path, allow_partial)
    if len(source.clip.frames) == 1:
        height, width = source.clip.frames.shape[1:3]
        raise MediaError(
            f"{printable(path)}: is a picture ({width}x{height}), sora {verb} wants a clip; "
            f"use: sora animate {argument(path)}",
            "wrong_medium",
        )
    return _large_enough(source)


def footage(path: str, allow_partial: bool = False) -> Source:
    """A clip or a still. allow_partial: see `media.read_source`."""
    return _large_enough(media.read_source(path, allow_partial))


def _large_enough(source: Source) -> Source:
    height, width = source.clip.frames.shape[1:3]
    if min(width, height) < SMALLEST:
        raise MediaError(
            f"{printable(source.path)}: {width}x{height} is below the minimum {SMALLEST}x{SMALLEST}; give a larger one",
            "too_small",
        )
    return source


def fitted(source: Clip, size: tuple[int, int], fps: Fraction, how: str) -> Clip:
    """At a size and rate. A pixel too many at an edge is cut, never padded or stretched."""
    height, width = source.frames.shape[1:3]
    trimmed = (width - size[0], height - size[1]) in ((0, 1), (1, 0), (1, 1))
    if trimmed:
        source = Clip(source.frames[:, : size[1], : size[0]], source.fps)
    sized = media.fit(source, *size, how)
    return sized if len(sized.frames) == 1 else media.retime(sized, fps)


def refitted(source: Clip, size: tuple[int, int], fps: Fraction, flags: Flags) -> list[str]:
    """What becomes of a source's own size (width, height) and rate where nobody asked for others, in sentences."""
    found, (height, width) = [], source.frames.shape[1:3]
    if flags.size is None and size != (width, height):
        odd = (width - size[0], height - size[1]) in ((0, 1), (1, 0), (1, 1))
        why = "sides are even here, and the pixel too many is cut off" if odd else "the model paints no such size"
        found.append(f"{width}x{height} becomes {size[0]}x{size[1]}: {why}.")
    if flags.fps is None and len(source.frames) > 1 and fps != source.fps:
        found.append(f"{float(source.fps):.4g} frames a second become {float(fps):.4g}: the model paints no such rate.")
    return found


def fitted_to(source: Clip, options: SamplingOptions, how: str) -> Clip:
    """A clip at the size and rate of `options`. how: crop, pad or stretch."""
    return fitted(source, (options.width, options.height), options.fps, how)


def part(clip: Clip, start: str | None, stop: str | None) -> tuple[int, int]:
    """First frame and last + 1 of the part that `--from` and `--to` name."""
    count = len(clip.frames)
    first = 0 if start is None else parse.frames("--from", start, clip.fps)
    last = count if stop is None else parse.frames("--to", stop, clip.fps)
    if not 0 <= first < last or first >= count:
        raise UsageError(
            f"--from {start or '0s'} --to {stop or 'end'}: is not a part of the clip, which is "
            f"{float(clip.seconds):g}s long",
            "bad_range",
        )
    return first, last


def stated(**values: Any) -> dict[str, Any]:
    """What was given, for the recipe; nothing that was left out."""
    return {name: value for name, value in values.items() if value not in (None, (), [], "")}


def digest(path: str) -> str:
    """Short sha256 of a source's bytes; empty for standard input and for what cannot be read."""
    if path == "-" or not Path(path).is_file():
        return ""
    try:
        with Path(path).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()[:16]
    except OSError:
        return ""


def named(*paths: str) -> list[dict[str, str]]:
    """Files as a recipe lists them: name without folder, and short digest."""
    return [stated(name=Path(path).name, sha256=digest(path)) for path in paths]


def shown(text: str | None, area: Area | None) -> str | None:
    """An area as a recipe has it: boxes as typed, a file without its folder."""
    return text if area is None or area.boxes or text is None else Path(text).name


def sound_of(
    source: Source, before: str | None = None, after: str | None = None, loop: str | None = None
) -> Callable[[Fraction], Audio | None] | None:
    """That of a source. before, after: time that is added. loop: the same, back to the beginning."""
    audio = source.audio
    if audio is None:
        return None

    def added(by: str | None, fps: Fraction) -> Fraction:
        return Fraction(parse.frames("--by", by, fps)) / fps if by else Fraction(0)

    def sound(fps: Fraction) -> Audio:
        if loop is not None:
            return media.looped(media.lasting(audio, source.clip.seconds), added(loop, fps))
        return media.eased(audio, added(before, fps), added(after, fps))

    return sound


def check_room(what: str, frames: int, width: int, height: int) -> None:
    """Refuse pixels (3 bytes each) that are more than the memory that is free."""
    need, free = 3 * frames * width * height, machine.memory()[1]
    if free and need > free:
        raise CapacityError(
            f"{what}: {frames:,} frames of {width}x{height} take {amount(need)}, and {amount(free)} are free; "
            "make it shorter or smaller",
            "memory",
        )


def covered(area: Area, clip: Clip, track: bool) -> Mask:
    """The mask of an area in a clip, float32 (T, H, W), 1 = covered.

    track: it follows what it lies on in the first frame. Raises UsageError for an area that cannot.
    """
    if track and (area.people or area.inverted or area.moves):
        other = "people are found in every frame" if area.people else "give a box or a picture of what moves"
        raise UsageError(f"--track: does not go with this mask; {other}", "no_effect")
    if area.people:
        from soracli.footage import people

        return area.settled(people.mask(clip.frames))
    height, width = clip.frames.shape[1:3]
    mask = area.mask((width, height), len(clip.frames), clip.fps)
    if track:
        from soracli.footage import tracking

        mask = tracking.followed(clip.frames, mask)
    return mask
