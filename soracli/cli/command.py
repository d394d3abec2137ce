"""How a verb becomes a command: its help, its flags, and what they are when they are not typed."""

from __future__ import annotations

import dataclasses
import functools
import inspect
from collections.abc import Callable
from typing import Annotated, Any, get_type_hints

import typer
import typer.core

from soracli.cli.flag_options import OPTIONS
from soracli.cli.groups import verbatim
from soracli.cli.options import GIVEN, OPEN, OUTPUT, PICTURE, SAMPLING, TALK
from soracli.options import calls, defaults
from soracli.options.calls import Origin
from soracli.options.flags import TalkFlags


class VerbContext(typer.Context):
    """What is known while a verb is parsed: its flags that are not typed come from the configuration, if it renders."""

    def __init__(self, command: Any, parent: Any = None, **extra: Any) -> None:
        super().__init__(command, parent, **extra)
        directly = parent is not None and parent.parent is None  # unlike `preset save`, which keeps what is typed
        renders = directly and "preset" in {param.name for param in command.params}
        if renders and self.info_name and not self.resilient_parsing:
            self.default_map = defaults.Defaults(self.info_name)


class Verb(typer.core.TyperCommand):
    """A command whose help groups its options and leaves its examples as they were typed.

    Plain text, without rich: help is read in pipes as often as on terminals, and starts in half the time.
    """

    context_class = VerbContext

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the options, a section per panel."""
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
        """Write the examples as they were typed."""
        verbatim(self.epilog, formatter)


def _place(panel: str) -> int:
    """Where a panel stands in the help: what to do, the result, how it is painted, the rest."""
    order = ("Arguments", GIVEN, OUTPUT, PICTURE, SAMPLING, OPEN, TALK)
    return order.index(panel) if panel in order else len(order)


def rendering(verb: Callable[..., None]) -> Callable[..., None]:
    """A verb that renders: `with_options`, and one that `calls.Call` can call."""
    command = calls.RENDERING[verb.__name__] = with_options(verb)
    return command


def with_options(verb: Callable[..., None]) -> Callable[..., None]:
    """Put the fields of each argument of a verb that is a dataclass into its signature, and hand them over as that one:
    those of `flags` at the end, those of others (such as `options.OverlayOptions`) where they stand.
    """
    given_as = inspect.signature(verb, eval_str=True).parameters
    kind: type[TalkFlags] = given_as["flags"].annotation
    hints = get_type_hints(kind)
    joined: dict[str, Any] = {p.name: p.annotation for p in given_as.values() if dataclasses.is_dataclass(p.annotation)}
    joined.pop("flags")
    own = [p for whole in given_as.values() if whole.name not in ("flags", "context") for p in _options_of(whole)]
    shared = [
        inspect.Parameter(
            f.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=f.default,
            annotation=Annotated[hints[f.name], OPTIONS[f.name]],
        )
        for f in dataclasses.fields(kind)
        if f.name != "origin"
    ]

    @functools.wraps(verb)
    def command(origin: Origin | None = None, context: typer.Context | None = None, **given: Any) -> None:
        origin = origin or Origin(assumed=defaults.assumed(context))
        if origin.assumed:
            given, notes = defaults.fitting(command.__name__, given, origin.assumed)
            origin = dataclasses.replace(origin, notes=notes)
        call = calls.given(command, given)
        calls.check_stdin(command, call)
        origin = dataclasses.replace(origin, call=call)
        typed = {p.name: given.pop(p.name) for p in shared if p.name in given}
        for name, form in joined.items():
            fields = [f.name for f in dataclasses.fields(form)]
            given[name] = form(**{field: given.pop(field) for field in fields if field in given})
        flags = kind(**typed, origin=origin)
        verb(flags=flags, **given, **({"context": context} if "context" in given_as else {}))

    del command.__dict__["__wrapped__"]
    told = inspect.Parameter("context", inspect.Parameter.KEYWORD_ONLY, annotation=typer.Context)
    parameters = [*own, *shared, told]
    command.__dict__["__signature__"] = inspect.Signature(parameters)
    command.__annotations__ = {p.name: p.annotation for p in parameters}
    return command


def _options_of(parameter: inspect.Parameter) -> list[inspect.Parameter]:
    """A parameter whose type is a dataclass as one for each of its fields, any other as it is."""
    form = parameter.annotation
    if not dataclasses.is_dataclass(form):
        return [parameter]
    hints = get_type_hints(form, include_extras=True)
    return [
        parameter.replace(name=f.name, default=f.default, annotation=hints[f.name]) for f in dataclasses.fields(form)
    ]
