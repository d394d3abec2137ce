"""What verbs print that draw or cut out without painting."""

from __future__ import annotations

from typing import NotRequired, TypedDict

from soracli.commands.output_types.rendered import File, Signed


class SheetRow(TypedDict):
    """times: seconds of each frame that is shown; empty for a picture."""

    path: str
    caption: str
    times: list[float]


class Sheet(TypedDict):
    """The contact sheet of `sora sheet`: width and height in pixels."""

    path: str
    width: int
    height: int
    rows: list[SheetRow]


class Compared(TypedDict):
    """See `compare.figures`. path: None = it went to standard output."""

    path: str | None
    frames: int
    difference: float
    worst: int
    psnr: float | None
    identical: int
    over_time: list[float]
    notes: list[str]


class Made(TypedDict):
    """What all verbs say that draw or cut out without painting."""

    path: str
    verb: str
    width: int
    height: int
    inputs: list[File]
    frames_sha256: str
    notes: list[str]
    credential: NotRequired[Signed]
    watermark: NotRequired[str]


class Framed(Made):
    """frame: its number in the clip. time: seconds."""

    frame: int
    time: float


class Animatic(Made):
    """The draft of a scene as a clip. alpha: its background is transparent."""

    prompt: str
    fps: str
    frames: int
    alpha: bool
