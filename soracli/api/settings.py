"""Settings and values as a program gives them, and as keys of a call."""

from __future__ import annotations

import operator
import os
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any, Literal, TypeAlias, TypedDict

from soracli.api.results import StageProgress

PathLike: TypeAlias = str | os.PathLike[str]
Box: TypeAlias = tuple[int, int, int, int]  # x, y, width, height in pixels
Fit: TypeAlias = Literal["crop", "pad", "stretch"]


class OutputSettings(TypedDict, total=False):
    """Settings of every method. What is left out is the model's or the source's own."""

    watch: Callable[[StageProgress], None]  # is called at every step
    format: str  # mp4, mov, webm, mkv, gif, webp, avif, png, frames; default: by the name of the output
    quality: str | int  # draft, good (default), lossless, or a CRF number
    force: bool  # replace the output if it exists
    fps: float | str | Fraction  # frames per second, 1..120
    audio: PathLike  # sound to lay under the result
    no_audio: bool  # without the source's sound
    threads: int  # of the CPU
    keep_held: bool  # keep what review withholds, aside


class Settings(OutputSettings, total=False):
    """Settings of the methods that sample."""

    seed: int  # 0..2**32-1; default: a random one, which the recipe tells
    size: str | tuple[int, int]  # (width, height) in pixels, or a shape or lines: "16:9", "480p"
    seconds: float  # length of the result, up to 3600
    steps: int  # of the solver, 1..1000
    guidance: float  # classifier-free guidance scale, 0..100; 1 = off
    negative: str  # what should not be there
    expand: bool  # add what the prompt leaves open
    guide: str  # noise levels at which guidance is on: "0.2..0.9"
    cache: float  # first-block cache: share of change below which blocks are skipped
    compile: bool  # torch.compile, after a slow first step
    tiles: int  # pixels of a side of the tiles that are decoded one by one
    max_memory: str  # "6G"
    save_latents: bool
    no_prompt_metadata: bool  # leave texts and file names out of the file


def text(value: object) -> object:
    """A value as its flag takes it. Switches stay what they are; (width, height) and boxes are joined."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if isinstance(value, tuple):
        return ("x" if len(value) == 2 else ",").join(map(str, value))
    return list(map(text, value)) if isinstance(value, list) else str(value)


def seconds(value: float | None) -> str | None:
    """A number of seconds as `--duration` and the like take it."""
    return None if value is None else f"{value}s"


def checked(verb: str, given: Mapping[str, Any], known: type[Any]) -> dict[str, Any]:
    """Settings as keys of a call; unknown ones are a TypeError, as of any function."""
    if unknown := sorted(given.keys() - known.__annotations__.keys()):
        raise TypeError(f"{verb}() got an unexpected keyword argument '{unknown[0]}'")
    found = {name: value for name, value in given.items() if name != "watch" and value is not None}
    if "seed" in found:
        found["seed"] = operator.index(found["seed"])
    if "seconds" in found:
        found["duration"] = seconds(found.pop("seconds"))
    return found
