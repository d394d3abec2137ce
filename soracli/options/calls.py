"""A call of a verb as data: what a batch lists, a run remembers and a recipe repeats. Standard library only.

Verbs are functions whose signatures Typer reads; the same signatures say here which keys a call may have.
"""

from __future__ import annotations

import functools
import inspect
import os
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, get_args, get_origin

from soracli.errors import UsageError
from soracli.formatting import suggest
from soracli.scenes.notation import parted_subject, with_pictures

if TYPE_CHECKING:
    from soracli.console.report import Reporter

Verb = Callable[..., None]
RENDERING: dict[str, Verb] = {}  # the verbs that render, by name; `cli.command.rendering` fills it in

# What values are called in the help is what they are. These name files to read, and `-` is standard input for them.
SUBJECT = "PICTURE[:NAME]"
MEDIA = ("IMAGE", "CLIP", "A", "B", "AREA", "STYLE", "SOUND", "IMAGE@TIME", "SCENE", "DRAFT", SUBJECT)
READS = (*MEDIA, "PROMPT", "FILE", "JOBS")

# The one list of what a file may say of the call that made it. Nothing else in a recipe is followed: not where results
# go, what is replaced, which policy holds, nor files that are read for their text. A file that is named under one of
# these keys is known by its digest (`recipes`). A new key of a verb is not for files until it stands here.
FROM_FILES = frozenset((
    "prompt", "shot", "camera", "motion", "style", "fit", "image", "to", "region", "keyframe", "clip", "forward",
    "backward", "both", "loop", "by", "overlap", "strength", "from", "style_ref", "allow_partial", "mask", "outpaint",
    "a", "b", "mode", "elevation", "scale", "slow", "denoise", "engine", "fps", "duration", "scene", "invert_mask",
    "draft", "key", "subject", "move", "sketch",
    "track",
    "size", "audio", "no_audio",
))  # fmt: skip
REPEATABLE = (
    "generate",
    "image",
    "animate",
    "extend",
    "edit",
    "inpaint",
    "blend",
    "views",
    "vary",
    "enhance",
)  # fmt: skip  verbs that a file may tell of


@dataclass(frozen=True)
class Key:
    """One argument or flag of a verb.

    name: of the function's parameter. key: in JSON, the long flag with `_` for `-`. shown: in messages.
    kind: what the help calls its value. many: may be repeated. switch: is there or not. positional: has no flag.
    """

    name: str
    key: str
    shown: str
    kind: str
    help: str
    panel: str
    default: Any
    many: bool = False
    switch: bool = False
    positional: bool = False

    @property
    def required(self) -> bool:
        """Whether a call must have it."""
        return self.default is inspect.Parameter.empty


@dataclass(frozen=True)
class Call:
    """verb: its name. arguments: by parameter name; what is left out has its default."""

    verb: str = ""
    arguments: Mapping[str, Any] = field(default_factory=dict)

    def run(self, **more: Any) -> None:
        """Do it. more: arguments beside, or instead of, its own."""
        RENDERING[self.verb](**{**self.arguments, **more})

    def having(self, **changes: Any) -> Call:
        """The same with other arguments; None takes one away."""
        arguments = {name: value for name, value in {**self.arguments, **changes}.items() if value is not None}
        return replace(self, arguments=arguments)

    def as_data(self) -> dict[str, Any]:
        """JSON-able, `parse` takes it back."""
        table = {key.name: key.key for key in keys(RENDERING[self.verb])}
        return {"verb": self.verb, **{table[name]: value for name, value in self.arguments.items()}}


@dataclass(frozen=True)
class Origin:
    """How a call came about. call: itself. run: the run that it goes on with, or None.

    latents: a file to develop instead of painting. foreign: whether this installation did not write that file, so that
    nothing is known of what was painted. expected: digest of the frames that should come out, or None;
    they are compared, and not written. assumed: arguments that were not typed -> the place that gave them.
    notes: what there is to say about those. marked: whether painting starts from marked noise (`noise_mark`).
    reporter: who is told how it goes; None = the shell. growing: file for a copy of the clip that can be watched while
    it is made, see `media.growing`, or None. source: the file that the call was read from, or None.
    """

    call: Call = field(default_factory=Call)
    run: str | None = None
    latents: str | None = None
    foreign: bool = False
    expected: str | None = None
    assumed: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    marked: bool = True
    reporter: Reporter | None = None
    growing: str | None = None
    source: str | None = None


@functools.cache
def keys(function: Callable[..., Any]) -> tuple[Key, ...]:
    """What a verb takes, read off its signature, once: a list of calls asks for it at every line."""
    return tuple(found for p in inspect.signature(function, eval_str=True).parameters.values() if (found := _key(p)))


def _key(parameter: inspect.Parameter) -> Key | None:
    plain, *extra = get_args(parameter.annotation) or (parameter.annotation,)
    info = next((one for one in extra if hasattr(one, "param_decls")), None)
    if info is None:
        return None
    names = (
        info.default,
        *(info.param_decls or ()),
    )  # Typer takes the first for a default at first
    flags = [name.partition("/")[0] for name in names if isinstance(name, str) and name.startswith("--")]
    key = flags[0][2:].replace("-", "_") if flags else parameter.name
    kind = info.metavar or ""
    return Key(
        parameter.name, key, flags[0] if flags else kind or parameter.name.upper(), kind, info.help or "",
        getattr(info, "rich_help_panel", None) or "", parameter.default, many=list in _origins(plain),
        switch=plain is bool, positional=not flags,
    )  # fmt: skip


def _origins(annotation: Any) -> set[Any]:
    """`list[str] | None` -> {list, ...}."""
    return {get_origin(part) or part for part in (annotation, *get_args(annotation))}


def of_seed(call: Call, seed: int) -> Call:
    """The one result of a call that has this seed. (Where `--count` counts something else, it stays.)"""
    return call.having(seed=str(seed), count=call.arguments.get("count") if call.verb == "views" else None)


def from_file(verb: str, key: str) -> bool:
    """Whether a file may say this of a call of a verb."""
    return key in FROM_FILES or (verb, key) == ("views", "count")


def with_files(call: Call, change: Callable[[str], str], known: Container[str] = ()) -> Call:
    """The call with the name of every file that it reads changed, `-` included.

    known: names that mean files, and not boxes, though they may not lie here.
    """
    arguments = dict(call.arguments)
    for key in keys(RENDERING[call.verb]):
        if key.kind in MEDIA and key.name in arguments:
            value = arguments[key.name]
            arguments[key.name] = (
                [_renamed(key, one, change, known) for one in value]
                if key.many
                else _renamed(key, value, change, known)
            )
    return replace(call, arguments=arguments)


def _renamed(key: Key, value: str, change: Callable[[str], str], known: Container[str]) -> str:
    if key.kind in ("AREA", "STYLE") and value != "-" and value not in known and not os.path.lexists(value):
        return value  # a box, a name
    if key.kind == "SCENE" and "\n" in value:
        return with_pictures(value, change)
    if key.kind == SUBJECT:
        path, box, name = parted_subject(value)
        return change(path) + box + (f":{name}" if name else "")
    path, at, when = value.rpartition("@") if key.kind == "IMAGE@TIME" else (value, "", "")
    return change(path) + at + when


TALK = ("dry_run", "json", "print0", "progress", "color", "quiet", "verbose", "debug")  # flags that change no result


def lasting(call: Call, prompt: str | None = None) -> Call:
    """The call as it can be made again later, from elsewhere, with the prompt that was read for it."""
    whole = with_files(call, lambda path: path if path == "-" else os.path.abspath(path))
    preview = whole.arguments.get("preview")
    path = preview if preview is None or preview.partition(":")[0] == "term" else os.path.abspath(preview)
    settled = {"prompt": prompt} if "prompt" in (key.name for key in keys(RENDERING[call.verb])) and prompt else {}
    return whole.having(**dict.fromkeys(TALK), prompt_file=None, **settled, preview=path)


def files(call: Call) -> list[str]:
    """The files that a call reads, in the order of its keys."""
    found: list[str] = []
    with_files(call, lambda path: found.append(path) or path)  # type: ignore[func-returns-value]
    return found


def reads(origin: Origin) -> list[str]:
    """Every file that a call reads, also for its text, its weights or the call itself: results replace none of them."""
    one = origin.call.arguments
    weights = [part for text in one.get("lora", ()) for part in (text, text.rpartition(":")[0])]
    others = [one.get("prompt_file"), one.get("model"), origin.latents, origin.source, *weights]
    return [*files(origin.call), *(str(name) for name in others if name)]


def given(verb: Verb, arguments: Mapping[str, Any]) -> Call:
    """The call that a verb's arguments are, without those that say nothing."""
    defaults = {key.name: key.default for key in keys(verb)}
    return Call(verb.__name__, {name: value for name, value in arguments.items() if value not in (defaults[name], [])})


def check_stdin(verb: Verb, call: Call) -> None:
    """Standard input can be read once only."""
    asked = [key.shown for key in keys(verb) if _reads_stdin(key, call.arguments.get(key.name))]
    if len(asked) > 1:
        raise UsageError(f"'-' is given for {' and '.join(asked)}; only one can be standard input", "two_stdin")


def _reads_stdin(key: Key, typed: Any) -> bool:
    parts = typed if isinstance(typed, list) else [typed]
    return key.kind in READS and any(part == "-" or str(part).startswith(("-@", "-:")) for part in parts)


# --- from JSON --------------------------------------------------------------------------------------------------------


def parse(data: object, refused: Mapping[str, str] | None = None) -> Call:
    """A call from JSON, every key and type checked. refused: keys that may not be there -> why.

    Raises UsageError, which names the key and the nearest one that there is.
    """
    if not isinstance(data, dict):
        raise UsageError('must be an object such as {"verb": "generate", "prompt": "a dog"}', "bad_job")
    verb = data.get("verb")
    if not isinstance(verb, str) or verb not in RENDERING:
        near = suggest(verb, RENDERING) if isinstance(verb, str) else ""
        what = "is missing" if verb is None else f"{verb!r} is not a verb that renders{near}"
        raise UsageError(f"verb: {what}; there are {', '.join(RENDERING)}", "bad_job")
    table = {key.key: key for key in keys(RENDERING[verb])}
    arguments = {}
    for word, value in data.items():
        name = str(word).replace("-", "_")
        if name == "verb" or value is None:
            continue
        if name in (refused or {}):
            raise UsageError(f"{word}: {(refused or {})[name]}", "bad_job")
        if name not in table:
            raise UsageError(f"{word}: sora {verb} has no such key{suggest(name, table)}", "unknown_key")
        arguments[table[name].name] = typed(table[name], value)
    for key in table.values():
        if key.required and key.name not in arguments:
            raise UsageError(f"{key.key}: is missing; sora {verb} needs it", "bad_job")
    return given(RENDERING[verb], arguments)


def typed(key: Key, value: Any) -> Any:
    """A value as the verb takes it: numbers are text there."""
    if key.switch:
        if not isinstance(value, bool):
            raise UsageError(f"{key.key}: must be true or false, not {value!r}", "bad_job")
        return value
    parts = value if isinstance(value, list) and key.many else [value]
    if any(isinstance(part, bool) or not isinstance(part, str | int | float) for part in parts):
        wanted = "a text or a list of texts" if key.many else "a text or a number"
        raise UsageError(f"{key.key}: must be {wanted}, not {value!r}", "bad_job")
    for part in parts:
        _check_text(key.key, str(part))
    return [str(part) for part in parts] if key.many else str(value)


def _check_text(key: str, text: str) -> None:
    """Refuse what no command line can hold."""
    if "\0" in text:
        raise UsageError(f"{key}: contains a NUL character; take it out", "bad_job")
    try:
        os.fsencode(text)
    except UnicodeEncodeError:
        raise UsageError(f"{key}: holds half a character (a lone surrogate); take it out", "bad_job") from None
