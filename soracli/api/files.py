"""Looking at files: what they are, what they say of themselves, and which models there are."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from soracli import media
from soracli.api.calls import running
from soracli.api.settings import PathLike
from soracli.commands import detect as marks
from soracli.commands import inspect
from soracli.commands import verify as credentials
from soracli.types import Clip

if TYPE_CHECKING:
    from soracli.commands.detect import Detection
    from soracli.commands.output_types.models import ModelRow
    from soracli.media import MediaInfo
    from soracli.provenance.credentials import Credential


def info(path: PathLike) -> MediaInfo:
    """What a file is, and its recipe if soracli made it. Raises MediaError for what cannot be read."""
    return media.info(os.fspath(path))


def read(path: PathLike) -> Clip:
    """The frames of a clip or picture, uint8 (T, H, W, 3) RGB, and their rate. Raises MediaError."""
    return media.read(os.fspath(path))


def verify(path: PathLike, trusted: Sequence[PathLike] = ()) -> Credential:
    """The content credential (C2PA) of a file. trusted: files of certificates, as `sora keys export` writes them.

    Raises CheckError unless there is one that holds; error.data then tells what was found.
    """
    found = credentials.credential(os.fspath(path), [os.fspath(name) for name in trusted])
    credentials.check(os.fspath(path), found)
    return found


def detect(path: PathLike, *, deep: bool = False) -> Detection:
    """Whether soracli made a file, by credential and marks. deep: by the mark in the noise it was painted from, too."""
    with running:
        return marks.detection(os.fspath(path), marks.reader() if deep else None)


def list_models() -> list[ModelRow]:
    """Models and adapters that go by a name, and whether their files are here."""
    return inspect.models()
