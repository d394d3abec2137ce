"""`sora schema`: JSON schemas (2020-12) of what goes into verbs and comes out of them, read off their signatures."""

from __future__ import annotations

import dataclasses
import inspect
import json
import types
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any, Literal, NotRequired, Union, get_args, get_origin, get_type_hints, is_typeddict

from soracli.commands import output_types
from soracli.commands.output_types import events
from soracli.console.output import emit, print_out
from soracli.errors import UsageError
from soracli.formatting import suggest
from soracli.options import calls
from soracli.options.calls import Key

DRAFT = "https://json-schema.org/draft/2020-12/schema"
Schema = dict[str, Any]


def show(verb: str | None, root: Any, *, as_json: bool) -> None:
    """Print the schema of one verb, or that of a batch's jobs, events and errors. root: the command `sora`."""
    known = verbs(root)
    found = everything(known) if verb is None else of_verb(" ".join(verb.split()), known)
    if as_json:
        emit(found)
    else:
        print_out(json.dumps(found, indent=2) + "\n")


def verbs(root: Any) -> dict[str, Callable[..., Any]]:
    """Every verb that prints JSON by name, such as `model list`, and its function. root: the command `sora`."""
    return dict(_verbs(root, ""))


def _verbs(group: Any, start: str) -> Iterator[tuple[str, Callable[..., Any]]]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from _verbs(command, f"{start}{name} ")
        elif not command.hidden and any(parameter.name == "json" for parameter in command.params):
            yield start + name, inspect.unwrap(command.callback)


def everything(known: Mapping[str, Callable[..., Any]]) -> Schema:
    """A job of `sora batch` is any verb that renders; events and errors are the same everywhere."""
    return {
        "$schema": DRAFT,
        "verbs": list(known),
        "job": {"oneOf": [arguments(name, function) for name, function in calls.RENDERING.items()]},
        "event": of_type(events.Event),
        "error": of_type(events.Failure),
    }


def of_verb(name: str, known: Mapping[str, Callable[..., Any]]) -> Schema:
    """The JSON schema of a verb's arguments and result. known: see `verbs`. Raises UsageError for no verb."""
    if name not in known:
        raise UsageError(f"VERB {name}: no such verb{suggest(name, known)}; there are {', '.join(known)}", "no_verb")
    kind = output_types.OF.get(name, output_types.RENDERS)
    return {"$schema": DRAFT, "arguments": arguments(name, known[name]), "result": result(kind)}


def arguments(name: str, function: Callable[..., Any]) -> Schema:
    """What a verb takes, as one object; a job of a batch has this form, without the flags of talk."""
    found = [key for key in calls.keys(function) if key.name not in calls.TALK]
    return {
        "title": f"sora {name}",
        "description": inspect.getdoc(function) or "",
        "type": "object",
        "properties": {"verb": {"const": name}, **{key.key: _of_key(key) for key in found}},
        "required": ["verb", *(key.key for key in found if key.required)],
        "additionalProperties": False,
    }


def _of_key(key: Key) -> Schema:
    text = {"type": ["string", "number"]}
    kind: Schema = {"type": "boolean"} if key.switch else {"type": "array", "items": text} if key.many else text
    default = {} if key.required or key.default in (None, []) else {"default": key.default}
    return {**kind, "description": key.help, **default}


def result(kind: Any) -> Schema:
    """What `--json` prints: one object with `data` of that type."""
    return {
        "type": "object",
        "properties": {"ok": {"const": True}, "data": of_type(kind)},
        "required": ["ok", "data"],
    }


_PLAIN = {str: "string", int: "integer", float: "number", bool: "boolean", type(None): "null", Fraction: "string"}


def of_type(kind: Any) -> Schema:
    """The schema of an annotation: plain types, lists, dicts, unions, literals, typed dicts and dataclasses."""
    origin = get_origin(kind)
    if kind in _PLAIN:
        return {"type": _PLAIN[kind]}
    if origin in (Union, types.UnionType):
        return {"anyOf": [of_type(part) for part in get_args(kind)]}
    if origin is Literal:
        return {"enum": list(get_args(kind))}
    if origin in (list, tuple):
        return {"type": "array", "items": of_type(get_args(kind)[0])}
    if dataclasses.is_dataclass(kind) or is_typeddict(kind):
        hints = get_type_hints(kind, include_extras=True)
        needed = sorted(name for name, hint in hints.items() if get_origin(hint) is not NotRequired)
        return {"type": "object", "properties": {n: of_type(h) for n, h in hints.items()}, "required": needed}
    if origin is NotRequired:
        return of_type(get_args(kind)[0])
    return {"type": "object"} if origin is dict or kind is dict else {}
