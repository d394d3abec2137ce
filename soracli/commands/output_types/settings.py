"""What is printed of settings, presets, help and schemas."""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict


class Topic(TypedDict):
    """topic: None = the list of them."""

    topic: str | None
    text: str


Setting = TypedDict("Setting", {"key": str, "value": str | bool, "from": str})


class SetTo(TypedDict):
    """value: None = it was taken out."""

    key: str
    value: str | None
    path: str


class ConfigPaths(TypedDict):
    """The configuration files that hold. project: None = there is no sora.toml here or above."""

    user: str
    project: str | None


class Preset(TypedDict):
    """A named set of flags, without their dashes."""

    name: str
    flags: dict[str, Any]


class Saved(Preset):
    """The same, as it was kept. path: of the file."""

    path: str


class Presets(TypedDict):
    """All presets. path: of the user's file."""

    path: str
    presets: dict[str, Any]


class SchemaShown(TypedDict):
    """With a verb its arguments and result; without one the schema of a job, of events and of errors."""

    arguments: NotRequired[dict[str, Any]]
    result: NotRequired[dict[str, Any]]
    verbs: NotRequired[list[str]]
    job: NotRequired[dict[str, Any]]
    event: NotRequired[dict[str, Any]]
    error: NotRequired[dict[str, Any]]
