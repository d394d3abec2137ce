"""Groups of verbs, and their help: plain text, without rich."""

from __future__ import annotations

from typing import Any

import typer
import typer.core

from soracli.console.output import StdoutClosed


class Group(typer.core.TyperGroup):
    """The list of verbs, with the epilog as it was typed."""

    def invoke(self, ctx: Any) -> Any:
        """Run a verb; a closed pipe is StdoutClosed."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise StdoutClosed from None
        except EOFError as error:  # a bug of ours; Typer would take it for an interrupt
            raise RuntimeError("unexpected end of input") from error

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        """Write the epilog as it was typed."""
        verbatim(self.epilog, formatter)


def verbatim(text: str | None, formatter: Any) -> None:
    """Write a text as it was typed at the end of a help."""
    if text:
        formatter.write_paragraph()
        formatter.write(text + "\n")


def group(text: str) -> typer.Typer:
    """Verbs under one name; alone it prints its help."""
    app = typer.Typer(help=text, cls=Group, rich_markup_mode=None)
    app.callback(invoke_without_command=True)(_overview)
    return app


def _overview(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
