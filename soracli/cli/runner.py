"""Running one command line: the ways out, with the exit codes that the error tree names."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import signal
import sys
import traceback
from collections.abc import Callable
from types import FrameType
from typing import Any

import typer

from soracli.console import output
from soracli.console.output import StdoutClosed
from soracli.errors import BROKEN_PIPE, INTERRUPTED, TERMINATED, SoraError, UsageError, understood
from soracli.formatting import red
from soracli.system import startup

# Typer carries its own copy of click in some versions; this is the parse error of whichever it is.
ParseError: type[Exception] = typer.BadParameter.__bases__[0]


def terminate(number: int, frame: FrameType | None) -> None:
    """Handler of SIGTERM: end with its exit code."""
    raise SystemExit(TERMINATED)  # unwinds, so that part files are removed


def interrupt(number: int, frame: FrameType | None) -> None:
    """Unwind, and keep what is painted; if that takes too long for the user, a second Ctrl-C ends it at once."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    raise KeyboardInterrupt


def run(tree: Callable[[], Any], args: list[str]) -> int:
    """Run one command line and return its exit code, having said what went wrong. tree: gives the verbs."""
    try:
        code = tree()(args, prog_name="sora", standalone_mode=False)
        with output.sending():
            sys.stdout.flush()
    except (StdoutClosed, BrokenPipeError):
        return _unheard()
    except SystemExit as end:  # Typer's way out where it prints, as for --help; and ours, where we are to end
        if not isinstance(end.__context__, BrokenPipeError):
            raise
        return _unheard()
    except (KeyboardInterrupt, typer.Abort):
        code = INTERRUPTED
    except SoraError as error:
        if error.code == output.CODE:
            _close_stdout()
        return fail(args, error)
    except ParseError as error:
        return fail(args, UsageError(_parse_message(error, args)))
    except Exception as error:
        return fail(args, understood(error))
    return interrupted(args) if code == INTERRUPTED else int(code or 0)


def _unheard() -> int:
    """Nobody reads standard output any more, or it was closed when we began."""
    if isinstance(getattr(sys.stdout, "wrapped", sys.stdout), startup.Closed):  # Typer wraps it where it met this first
        sys.stderr.write("sora: error: standard output is closed; send it to a file, or to /dev/null\n")
    _close_stdout()
    return BROKEN_PIPE


def interrupted(args: list[str]) -> int:
    """Say that a command line was ended by SIGINT; returns its exit code."""
    details = {"code": "interrupted", "message": "interrupted; the result in hand was not written"}
    if _asked(args, "--progress") == "json":
        sys.stderr.write(json.dumps({"event": "error", **details, "exit_code": INTERRUPTED}) + "\n")
    else:
        sys.stderr.write(f"sora: {details['message']}\n")
    if "--json" in args:
        _write_out({"ok": False, "error": {**details, "exit_code": INTERRUPTED}})
    return INTERRUPTED


def fail(args: list[str], error: SoraError) -> int:
    """Say what went wrong: one line on standard error, an object on standard output if JSON was asked for."""
    if "--debug" in args:
        traceback.print_exc()
    details = error.details()
    if _asked(args, "--progress") == "json":
        sys.stderr.write(json.dumps({"event": "error", **details}) + "\n")
    else:
        start = red("sora: error:", _asked(args, "--color"), sys.stderr)
        sys.stderr.write(f"{start} {details['message']}\n")
    if "--json" in args:
        _write_out({"ok": False, "error": details, **({} if error.data is None else {"data": error.data})})
    return error.exit_code


def _write_out(data: object) -> None:
    """What went wrong, as an object, to whoever still reads it; standard error has said it, too."""
    try:
        sys.stdout.write(json.dumps(data) + "\n")
        sys.stdout.flush()
    except OSError:
        _close_stdout()


def _asked(args: list[str], flag: str) -> str:
    """What was typed for a flag, though the command line as a whole may make no sense; `auto` if nothing was."""
    for word, following in itertools.pairwise([*args, ""]):
        if word == flag or word.startswith(flag + "="):
            return following if word == flag else word[len(flag) + 1 :]
    return "auto"


def _parse_message(error: Any, args: list[str]) -> str:
    """A parser's complaint in our form: `WHAT: WHY; WHAT TO DO`."""
    message = str(error.format_message()).rstrip(".")
    context = getattr(error, "ctx", None)
    verb = getattr(context, "command_path", "sora")
    if "unexpected extra argument" in message and getattr(context, "info_name", "") in ("generate", "image"):
        return f'{message}; put the prompt in quotes: {verb} "a red fox in the snow"'
    for words in ("Invalid value for ", "Missing argument ", "Missing option "):
        if message.startswith(words):
            what, _, why = message.removeprefix(words).partition(":")
            message = f"{what.strip(chr(39))}: {why.strip() or 'is missing'}"
    return f"{message}; see: {verb} --help"


def _close_stdout() -> None:
    """Let the interpreter's last flush go nowhere instead of complaining."""
    with contextlib.suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
