"""`sora help`: topics, each a text file in `topics` whose first line says what it is about; and the manual page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import typer

from soracli import __version__
from soracli.errors import UsageError
from soracli.formatting import printable, suggest

FOLDER = Path(__file__).resolve().parent / "topics"
ABOUT = "make and remake video from the command line"
FIRST = ("start", "prompts", "sizes", "seeds")  # the others follow by name


def topics() -> dict[str, str]:
    """Every topic and what it is about."""
    names = sorted(path.stem for path in FOLDER.glob("*.txt"))
    ordered = [*FIRST, *(name for name in names if name not in FIRST)]
    return {name: text(name).partition("\n")[0] for name in ordered}


def text(name: str) -> str:
    """The text of a topic; its first line says what it is about."""
    return (FOLDER / f"{name}.txt").read_text(encoding="utf-8")


def overview() -> str:
    """All topics, a line each."""
    found = topics()
    wide = max(map(len, found))
    lines = [f"  {name:<{wide}}  {about}" for name, about in found.items()]
    return "\n".join(["Topics (sora help TOPIC):", *lines, "", "Every verb has its own: sora help VERB", ""])


def show(topic: str | None, helps: Callable[[], dict[str, str]]) -> str:
    """The text of a topic, or of a verb. helps: gives the help of every verb by its name."""
    if topic is None:
        return overview()
    name = topic.lower().replace(" ", "-")
    if name in topics():
        return text(name)
    verbs = helps()
    if name in verbs:
        return verbs[name]
    known = [*topics(), *verbs]
    raise UsageError(
        f"help {printable(topic)}: no such topic{suggest(name, known)}; there are {', '.join(topics())}",
        "unknown_topic",
    )


def verbs(root: Any) -> Iterator[tuple[str, Any, Any]]:
    """(name, command, context) of every verb of `sora` that is not hidden; verbs of groups as `model list`."""
    yield from _walk(root, "", typer.Context(root, info_name="sora", **root.context_settings))


def _walk(group: Any, name: str, context: typer.Context) -> Iterator[tuple[str, Any, Any]]:
    for key, command in group.commands.items():
        if command.hidden:
            continue
        inner = typer.Context(command, info_name=key, parent=context)
        if hasattr(command, "commands"):
            yield from _walk(command, f"{name}{key} ", inner)
        else:
            yield f"{name}{key}", command, inner


def helps(root: Any) -> dict[str, str]:
    """Name of every verb -> its help, for `sora help VERB`."""
    return {name.replace(" ", "-"): context.get_help() + "\n" for name, _, context in verbs(root)}


def page(root: Any) -> str:
    """roff, for `man`."""
    out = [f'.TH SORA 1 "" "soracli {__version__}"', ".SH NAME", f"sora \\- {ABOUT}", ".SH SYNOPSIS"]
    out += [".B sora", ".I VERB", "[ARGUMENTS] [FLAGS]", ".SH VERBS"]
    for name, command, context in verbs(root):
        out += [f".SS sora {_plain(name)}", _plain((command.help or "").strip())]
        for parameter in command.get_params(context):
            if (record := parameter.get_help_record(context)) is not None:
                named = parameter.metavar if parameter.param_type_name == "argument" else record[0]
                out += [".TP", f".B {_plain(named or record[0])}", _plain(record[1]) or "\\&"]
        if command.epilog:
            out += [".PP", ".nf", _plain(command.epilog), ".fi"]
    for topic, about in topics().items():
        body = text(topic).partition("\n")[2].strip("\n")
        out += [f".SH {_plain(topic.upper())}", _plain(about), ".PP", ".nf", _plain(body), ".fi"]
    return "\n".join(out) + "\n"


def _plain(text: str) -> str:
    """Text that roff prints as it stands."""
    escaped = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq")
    return "\n".join(f"\\&{line}" if line.startswith((".", "\\(aq")) else line for line in escaped.split("\n"))
