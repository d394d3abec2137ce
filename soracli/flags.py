"""The flags that every rendering verb shares, written once. Imports nothing slow: `sora --help` shows them."""

from __future__ import annotations

import dataclasses
import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, Any, get_type_hints

import typer
import typer.core

from soracli import calls, complete
from soracli.calls import Origin

Complete = Callable[[str], list[str]]
GIVEN, OUTPUT, PICTURE, SAMPLING, TALK = "What is given", "Output", "Size and length", "Sampling", "Talk"
OPEN = "Open models"


class Verb(typer.core.TyperCommand):
    """A command whose help groups its options and leaves its examples as they were typed.

    Plain text, without rich: help is read in pipes as often as on terminals, and starts in half the time.
    """

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        """Flags that are not typed come from the configuration, if this is a verb that renders."""
        renders = info_name != "save" and "preset" in {param.name for param in self.params}
        if renders and info_name and not extra.get("resilient_parsing"):
            from soracli.defaults import Defaults

            extra["default_map"] = Defaults(info_name)
        return super().make_context(info_name, args, parent, **extra)

    def format_options(self, ctx: Any, formatter: Any) -> None:
        ctx.default_map = None  # help must not fail over a configuration that is broken
        panels: dict[str, list[tuple[str, str]]] = {}
        for param in self.get_params(ctx):
            if (record := param.get_help_record(ctx)) is not None:
                argument = param.param_type_name == "argument"
                title = getattr(param, "rich_help_panel", None) or ("Arguments" if argument else TALK)
                name = param.metavar if argument and param.metavar else record[0]
                panels.setdefault(title, []).append((name, record[1]))
        for title, records in sorted(panels.items(), key=lambda panel: _place(panel[0])):
            with formatter.section(title):
                formatter.write_dl(records)

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        _verbatim(self.epilog, formatter)


def _place(panel: str) -> int:
    """Where a panel stands in the help: what is given, the result, how it is painted, talk."""
    order = ("Arguments", GIVEN, OUTPUT, PICTURE, SAMPLING, OPEN, TALK)
    return order.index(panel) if panel in order else len(order)


class StdoutClosed(Exception):
    """Whatever read our standard output has gone. Not an OSError: Typer turns those into exit code 1 on its own."""


class Group(typer.core.TyperGroup):
    """The list of verbs, with the epilog as it was typed."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise StdoutClosed from None
        except EOFError as error:  # a bug of ours; Typer would take it for an interrupt
            raise RuntimeError("unexpected end of input") from error

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        _verbatim(self.epilog, formatter)


def _verbatim(text: str | None, formatter: Any) -> None:
    if text:
        formatter.write_paragraph()
        formatter.write(text + "\n")


def examples(*lines: str) -> str:
    """Runnable examples for the end of a verb's help. They are executed by the tests."""
    return "\n".join(["Examples:", *("  " + line for line in lines)])


Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on standard output.", rich_help_panel=TALK)]
Debug = Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.", rich_help_panel=TALK)]


def _option(panel: str, text: str, *names: str, metavar: str | None = None, complete: Complete | None = None) -> Any:
    return typer.Option(
        *names, help=text, rich_help_panel=panel, metavar=metavar, show_default=False, autocompletion=complete
    )


def _choose(context: typer.Context, preset: str | None) -> str | None:
    """Called before all other flags are looked at."""
    choose = getattr(context.default_map, "choose", None)
    if preset is not None and choose is not None:
        choose(preset)
    return preset


@dataclass(frozen=True, kw_only=True)
class TalkFlags:
    """What was typed about the talk. origin: not a flag, how the call came about."""

    dry_run: Annotated[bool, _option(TALK, "Say what would be done, with time and memory, and stop.", "--dry-run")] = (
        False
    )
    json: Json = False
    print0: Annotated[bool, _option(TALK, "End each printed path with NUL, for xargs -0.", "--print0")] = False
    progress: Annotated[
        str, _option(TALK, "auto (default), plain, json or none; on standard error.", "--progress", metavar="HOW")
    ] = "auto"
    color: Annotated[
        str, _option(TALK, "auto (default: on terminals, unless NO_COLOR), always or never.", "--color", metavar="WHEN")
    ] = "auto"
    quiet: Annotated[bool, _option(TALK, "Print paths and errors only.", "-q", "--quiet")] = False
    verbose: Annotated[bool, _option(TALK, "Say more: the plan and the time of each stage.", "-v", "--verbose")] = False
    debug: Debug = False
    origin: Origin = field(default_factory=Origin)


@dataclass(frozen=True, kw_only=True)
class FileFlags(TalkFlags):
    """The same with what says where the result goes, unparsed. `values` and `naming` give it meaning."""

    output: Annotated[
        str | None,
        _option(
            OUTPUT,
            "File, folder or '-' (standard output). May hold {slug} {seed} {n} {model} {width} {height} {ext}. "
            "Default: {slug}-{seed}.{ext} here.",
            "-o", "--output", metavar="PATH",
        ),
    ] = None  # fmt: skip
    format: Annotated[
        str | None,
        _option(
            OUTPUT,
            "mp4, mov, webm, mkv, gif, webp, avif, png or frames. Default: by suffix.",
            "--format",
            metavar="NAME",
            complete=complete.formats,
        ),
    ] = None
    quality: Annotated[
        str,
        _option(
            OUTPUT,
            "draft, good (default), lossless, or a CRF number.",
            "--quality",
            metavar="LEVEL",
            complete=complete.qualities,
        ),
    ] = "good"
    force: Annotated[bool, _option(OUTPUT, "Replace the output if it exists.", "-f", "--force")] = False
    device: Annotated[str, _option(SAMPLING, "auto (default), cpu, cuda or cuda:N.", "--device", metavar="NAME")] = (
        "auto"
    )
    threads: Annotated[str | None, _option(SAMPLING, "CPU threads. Default: all cores.", "--threads", metavar="N")] = (
        None
    )


@dataclass(frozen=True, kw_only=True)
class OutputFlags(FileFlags):
    """The same with what every verb that renders takes."""

    preset: Annotated[
        str | None,
        typer.Option(
            "-p", "--preset", help="A named set of flags; see sora preset list.", rich_help_panel=OUTPUT,
            metavar="NAME", show_default=False, is_eager=True, callback=_choose, autocompletion=complete.presets,
        ),
    ] = None  # fmt: skip
    fps: Annotated[str | None, _option(PICTURE, "Frames per second.", "--fps", metavar="RATE")] = None
    audio: Annotated[
        str | None,
        _option(
            OUTPUT, "Music to lay under it: fitted, faded, and as loud as EBU R128 has it.", "--audio", metavar="SOUND"
        ),
    ] = None
    no_audio: Annotated[bool, _option(OUTPUT, "Leave out the sound of what is given.", "--no-audio")] = False
    keep_held: Annotated[
        bool, _option(OUTPUT, "Keep what review withholds, as NAME.held; see sora help safety.", "--keep-held")
    ] = False


@dataclass(frozen=True, kw_only=True)
class Flags(OutputFlags):
    """The same with what says how to paint; None = left to the model's card."""

    preview: Annotated[
        str | None,
        _option(
            OUTPUT,
            "A small picture of the work so far, in this file or on the terminal.",
            "--preview",
            metavar="PATH|term",
        ),
    ] = None
    save_latents: Annotated[
        bool, _option(OUTPUT, "Keep the latents too, for sora decode; see sora runs show.", "--save-latents")
    ] = False
    no_prompt_metadata: Annotated[
        bool,
        _option(OUTPUT, "Keep texts and file names out of the result; its credentials stay.", "--no-prompt-metadata"),
    ] = False
    size: Annotated[
        str | None,
        _option(
            PICTURE,
            "WIDTHxHEIGHT, a shape such as 16:9, or 480p / 720p.",
            "-s",
            "--size",
            metavar="SIZE",
            complete=complete.sizes,
        ),
    ] = None
    duration: Annotated[
        str | None, _option(PICTURE, "Seconds (4s, 2.5s) or frames (96f).", "-d", "--duration", metavar="TIME")
    ] = None
    model: Annotated[
        str | None,
        _option(
            SAMPLING,
            "Which model paints; see sora model list.",
            "-m",
            "--model",
            metavar="NAME",
            complete=complete.models,
        ),
    ] = None
    lora: Annotated[
        list[str] | None,
        _option(
            OPEN,
            "An adapter, by its file or its name in sora model list; may be repeated.",
            "--lora",
            metavar="FILE[:SCALE]",
            complete=complete.adapters,
        ),
    ] = None
    weights: Annotated[
        str | None,
        _option(
            OPEN,
            "whole (default), int8 or fp8: half the memory, nearly the same pictures.",
            "--weights",
            metavar="KIND",
            complete=complete.packings,
        ),
    ] = None
    tiles: Annotated[
        str | None,
        _option(
            OPEN,
            "Decode in tiles of so many pixels, for less memory; 0 = whole. Default: as memory allows.",
            "--tiles",
            metavar="PIXELS",
        ),
    ] = None
    guide: Annotated[
        str | None,
        _option(
            OPEN,
            "Noise levels between which the prompt is followed closely, such as 0.2..0.9; others take half the time.",
            "--guide",
            metavar="LOW..HIGH",
        ),
    ] = None
    cache: Annotated[
        str | None,
        _option(
            OPEN,
            "Skip what changes less than this from step to step, such as 0.1: faster, less exact. Default: 0.",
            "--cache",
            metavar="SHARE",
        ),
    ] = None
    compile: Annotated[bool, _option(OPEN, "Compile the network: a slow first step, faster others.", "--compile")] = (
        False
    )
    seed: Annotated[
        str | None,
        _option(SAMPLING, "N, several N,N or a range N..M; one result each. Default: random.", "--seed", metavar="N"),
    ] = None
    count: Annotated[
        str | None, _option(SAMPLING, "How many results, with seeds counting up.", "-n", "--count", metavar="N")
    ] = None
    steps: Annotated[
        str | None, _option(SAMPLING, "Solver steps: more is slower and finer.", "--steps", metavar="N")
    ] = None
    guidance: Annotated[
        str | None, _option(SAMPLING, "How closely to follow the prompt; 1 = off.", "-g", "--guidance", metavar="X")
    ] = None
    negative: Annotated[str | None, _option(SAMPLING, "What not to show.", "-N", "--negative", metavar="TEXT")] = None
    max_memory: Annotated[
        str | None,
        _option(SAMPLING, "Refuse what needs more, such as 6G. Default: what is free.", "--max-memory", metavar="SIZE"),
    ] = None
    expand: Annotated[
        bool, _option(SAMPLING, "Say what the prompt leaves open: sora recaption.", "-e", "--expand/--no-expand")
    ] = False
    prompt_file: Annotated[
        str | None,
        _option(SAMPLING, "Read the prompt from a file, or '-' for standard input.", "--prompt-file", metavar="FILE"),
    ] = None


def rendering(verb: Callable[..., None]) -> Callable[..., None]:
    """A verb that renders: `flagged`, and one that `calls.Call` can call."""
    command = calls.RENDERING[verb.__name__] = flagged(verb)
    return command


def flagged(verb: Callable[..., None]) -> Callable[..., None]:
    """Add every field of the class of a verb's argument `flags` to its signature, and hand them over as that one."""
    given_as = inspect.signature(verb, eval_str=True).parameters
    kind: type[TalkFlags] = given_as["flags"].annotation
    hints = get_type_hints(kind, include_extras=True)
    own = [p for p in given_as.values() if p.name != "flags"]
    shared = [
        inspect.Parameter(f.name, inspect.Parameter.KEYWORD_ONLY, default=f.default, annotation=hints[f.name])
        for f in dataclasses.fields(kind)
        if f.name != "origin"
    ]

    @functools.wraps(verb)
    def command(origin: Origin | None = None, context: typer.Context | None = None, **given: Any) -> None:
        from soracli import defaults

        origin = origin or Origin(assumed=defaults.assumed(context))
        if origin.assumed:
            given, notes = defaults.fitting(command.__name__, given, origin.assumed)
            origin = dataclasses.replace(origin, notes=notes)
        call = calls.given(command, given)
        calls.check_stdin(command, call)
        origin = dataclasses.replace(origin, call=call)
        typed = {p.name: given.pop(p.name) for p in shared if p.name in given}
        flags = kind(**typed, origin=origin)
        verb(flags=flags, **given)

    del command.__dict__["__wrapped__"]
    told = inspect.Parameter("context", inspect.Parameter.KEYWORD_ONLY, annotation=typer.Context)
    parameters = [*own, *shared, told]
    command.__dict__["__signature__"] = inspect.Signature(parameters)
    command.__annotations__ = {p.name: p.annotation for p in parameters}
    return command
