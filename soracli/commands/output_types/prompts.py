"""What is printed of prompts, scenes and the library of pictures."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict


class Caption(TypedDict):
    """said: what the prompt told of it. added: what it did not."""

    caption: str
    said: dict[str, Any]
    added: dict[str, Any]


class Recaptioned(TypedDict):
    """Full captions for a short prompt. notes: on what was left out or replaced."""

    prompt: str
    model: str
    seed: int
    captions: list[Caption]
    notes: list[str]


class Read(TypedDict):
    """scene: see `world.scene.Scene`."""

    prompt: str
    seed: int
    seconds: float
    scene: dict[str, Any]
    caption: str
    notes: list[str]


class Drawing(TypedDict):
    """An entry of the library. metres: its longer side. path: where it was written to."""

    name: str
    kind: str
    group: str
    faces: str
    metres: float
    frames: int
    loop: Literal["walks", "gesture", "still"]
    called: list[str]
    tags: list[str]
    path: NotRequired[str]


class Drawings(TypedDict):
    """The library of pictures that scenes are played by."""

    entries: list[Drawing]


class Hit(TypedDict):
    """A picture that fits. by: `name`, `synonym`, `tag` or `meaning`. near: 1, or the cosine of meanings."""

    name: str
    by: str
    near: float


class Hits(TypedDict):
    """Pictures of the library that fit words, the nearest first."""

    words: str
    found: list[Hit]
