"""Verbs as tools of other programs: what each takes and gives, and a call of one as a command line."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from soracli.commands import output_types, schema
from soracli.errors import UsageError
from soracli.formatting import printable, suggest
from soracli.options import calls
from soracli.options.calls import Key
from soracli.scenes.notation import parted_subject
from soracli.server import client
from soracli.system import opening

LOOKS = (
    "info",
    "verify",
    "detect",
    "frame",
    "sheet",
    "compare",
    "animatic",
    "scene",
    "recaption",
    "curate",
    "doctor",
    "cast list",
    "cast show",
    "cast search",
    "model list",
    "model show",
    "runs list",
    "runs show",
    "policy check",
)  # fmt: skip  verbs beside those that render; those that change settings, keys or models are a person's
# Beside these, what others may see of this computer who reach it over HTTP: runs and machines are its owner's.
PRIVATE = ("resume", "runs list", "runs show", "doctor")
WRITES = ("output", "split")  # keys that say where results go
PATHS = (*(kind for kind in calls.MEDIA if kind not in ("AREA", "STYLE")), "FILE", "FILE...", "FOLDER", "DIR", "PATH")
# Keys that are a person's: what is replaced, which command is run, which file is read for its text.
WITHHELD = frozenset((*calls.TALK, "force", "preview", "prompt_file", "captioner"))
DRY_RUN = {"type": "boolean", "description": "Say what would be done, with time and memory, and stop."}


@dataclass(frozen=True)
class Tool:
    """A verb that other programs may call. name: of the tool, with `_` for the space of `model list`."""

    verb: str
    function: Callable[..., Any]

    @property
    def name(self) -> str:
        return self.verb.replace(" ", "_")

    @property
    def keys(self) -> tuple[Key, ...]:
        """The arguments that it takes."""
        return tuple(key for key in calls.keys(self.function) if key.name not in WITHHELD or key.name == "dry_run")

    @property
    def paints(self) -> bool:
        """Whether it wants the engine, which does one call after the other."""
        return self.verb in client.VERBS

    @property
    def takes(self) -> schema.Schema:
        """The schema of its arguments."""
        whole = schema.arguments(self.verb, self.function)
        known = {key.key for key in self.keys}
        properties = {name: rules for name, rules in whole["properties"].items() if name in known}
        if "dry_run" in known:
            properties["dry_run"] = DRY_RUN
        required = [name for name in whole["required"] if name in properties]
        return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}

    @property
    def gives(self) -> schema.Schema:
        """The schema of its result."""
        return schema.result(output_types.OF.get(self.verb, output_types.RENDERS))

    def words(self, arguments: Mapping[str, Any], folder: Path, *, enclosed: bool = False) -> list[str]:
        """The command line of a call, every key and type checked; results may go nowhere but beneath a folder.

        enclosed: nor may anything be read that lies elsewhere. Raises UsageError.
        """
        table = {key.key: key for key in self.keys}
        found: dict[str, list[str]] = {}
        switches = []
        for word, value in arguments.items():
            if word not in table:
                raise UsageError(f"{word}: {self.name} has no such key{suggest(word, table)}", "unknown_key")
            if value is None:
                continue
            key, typed = table[word], calls.typed(table[word], value)
            if key.switch:
                switches += [key.shown] if typed else []
                continue
            found[word] = typed if key.many else [typed]
            for one in found[word]:
                _check(key, one, folder)
                if enclosed:
                    _check_enclosed(key, one, folder)
        missing = [key.key for key in table.values() if key.required and not found.get(key.key)]
        if missing:
            raise UsageError(f"{missing[0]}: is missing; {self.name} needs it", "bad_job")
        flags = [f"{key.shown}={one}" for key in table.values() if not key.positional for one in found.get(key.key, [])]
        plain = [one for key in table.values() if key.positional for one in found.get(key.key, [])]
        talk = ["--json", *(["--progress=json"] if _talks(self.function) else [])]
        return [*self.verb.split(), *talk, *switches, *flags, "--", *plain]


def _talks(function: Callable[..., Any]) -> bool:
    return any(key.name == "progress" for key in calls.keys(function))


def _check(key: Key, value: str, folder: Path) -> None:
    """Refuse what a call without streams cannot have, and results elsewhere."""
    if "\0" in value:
        raise UsageError(f"{key.key}: holds a null character", "bad_job")
    if value == "-" and (key.kind in calls.READS or key.name in WRITES):
        raise UsageError(f"{key.key}: '-' means a stream, and there is none here; give a file or a text", "two_stdin")
    if key.name in WRITES and not opening.real(Path(folder, value)).is_relative_to(opening.real(folder)):
        raise UsageError(
            f"{key.key} {printable(value)}: is not beneath {printable(folder)}; give a path there", "elsewhere"
        )


def _check_enclosed(key: Key, value: str, folder: Path) -> None:
    """Refuse a value that names a file or a folder elsewhere, whatever the key: those that are meant for files are
    spelt in several ways (`cat.png@0,0,64,64:cat`, `cat.png@1s`), and a model may be a folder.
    """
    if key.kind == "SCENE" and "\n" in value:
        raise UsageError(f"{key.key}: must be the path of a scene file here, not its text", "elsewhere")
    path, _, _ = parted_subject(value)
    spelt = {value, path, value.rpartition("@")[0], value.rpartition(":")[0], value.partition(":")[0]} - {""}
    for name in spelt:
        place = Path(folder, name)
        inside = opening.real(place).is_relative_to(opening.real(folder))
        if not inside and (key.kind in PATHS or os.path.lexists(place)):
            raise UsageError(
                f"{key.key} {printable(value)}: is not beneath the folder of results; give a path there", "elsewhere"
            )


def tools(root: Any, *, private: bool = True) -> dict[str, Tool]:
    """Tool by name: every verb that renders, and those that look. root: the command `sora`. private: also PRIVATE."""
    known = schema.verbs(root)
    verbs = [verb for verb in known if verb in calls.RENDERING or verb in (*LOOKS, "resume")]
    verbs = [verb for verb in verbs if private or verb not in PRIVATE]
    return {tool.name: tool for tool in (Tool(verb, known[verb]) for verb in verbs)}
