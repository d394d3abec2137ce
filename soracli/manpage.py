"""The manual page, `sora help --man`: made of the same words as the help of the verbs and the topics."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import typer

from soracli import __version__, guide

ABOUT = "make and remake video from the command line"


def verbs(app: typer.Typer) -> Iterator[tuple[str, Any, Any]]:
    """(name, command, context) of every verb that is not hidden; verbs of groups as `model list`."""
    root = typer.main.get_command(app)
    yield from _walk(root, "", typer.Context(root, info_name="sora"))


def _walk(group: Any, name: str, context: typer.Context) -> Iterator[tuple[str, Any, Any]]:
    for key, command in group.commands.items():
        if command.hidden:
            continue
        inner = typer.Context(command, info_name=key, parent=context)
        if hasattr(command, "commands"):
            yield from _walk(command, f"{name}{key} ", inner)
        else:
            yield f"{name}{key}", command, inner


def helps(app: typer.Typer) -> dict[str, str]:
    """Name of every verb -> its help, for `sora help VERB`."""
    return {name.replace(" ", "-"): context.get_help() + "\n" for name, _, context in verbs(app)}


def page(app: typer.Typer) -> str:
    """roff, for `man`."""
    out = [f'.TH SORA 1 "" "soracli {__version__}"', ".SH NAME", f"sora \\- {ABOUT}", ".SH SYNOPSIS"]
    out += [".B sora", ".I VERB", "[ARGUMENTS] [FLAGS]", ".SH VERBS"]
    for name, command, context in verbs(app):
        out += [f".SS sora {_plain(name)}", _plain((command.help or "").strip())]
        for parameter in command.get_params(context):
            if (record := parameter.get_help_record(context)) is not None:
                named = parameter.metavar if parameter.param_type_name == "argument" else record[0]
                out += [".TP", f".B {_plain(named or record[0])}", _plain(record[1]) or "\\&"]
        if command.epilog:
            out += [".PP", ".nf", _plain(command.epilog), ".fi"]
    for topic, about in guide.topics().items():
        body = guide.text(topic).partition("\n")[2].strip("\n")
        out += [f".SH {_plain(topic.upper())}", _plain(about), ".PP", ".nf", _plain(body), ".fi"]
    return "\n".join(out) + "\n"


def _plain(text: str) -> str:
    """Text that roff prints as it stands."""
    escaped = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq")
    return "\n".join(f"\\&{line}" if line.startswith((".", "\\(aq")) else line for line in escaped.split("\n"))
