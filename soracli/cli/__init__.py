"""The command line: a signature and a call per verb. Nothing but Typer, options, help and exit codes."""

from soracli.cli.root import app, main, parser, run

__all__ = ["app", "main", "parser", "run"]
