"""The verbs by which other programs call verbs."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from soracli.cli.command import Verb
from soracli.cli.options import TALK, Debug, Device, FirstModel, examples, given, option
from soracli.errors import UsageError
from soracli.formatting import printable

app = typer.Typer(rich_markup_mode=None)


@app.command(cls=Verb, epilog=examples("sora mcp", "sora mcp --folder cats -m spark"))
def mcp(
    folder: Annotated[
        str,
        given(
            "Where results go, and nowhere else; paths are relative to it. Default: here.", "--folder", metavar="DIR"
        ),
    ] = ".",
    model: FirstModel = None,
    device: Device = "auto",
    dry_run: Annotated[bool, option(TALK, "Say which tools there would be, and stop.", "--dry-run")] = False,
    debug: Debug = False,
    *,
    context: typer.Context,
) -> None:
    """Serve the verbs as tools for AI assistants (MCP).

    Speaks the Model Context Protocol on standard input and output, and ends when standard input is closed. Assistants
    start it themselves: see sora help agents.
    """
    if not Path(folder).is_dir():
        raise UsageError(f"--folder {printable(folder)}: is no folder; make it first", "no_folder")
    from soracli.servers.tools import tools

    known = tools(context.find_root().command)
    if dry_run:
        typer.echo(" ".join(known))
        return
    try:
        from soracli.servers import mcp as server
    except ModuleNotFoundError as error:
        if error.name not in ("mcp", "mcp_types", "anyio"):
            raise
        raise UsageError('mcp: the package is not installed; pip install "soracli[mcp]"', "no_mcp") from None
    server.serve(known, Path(folder).absolute(), model, device)


def mounted(root: Any) -> Callable[[Any, Path], Any] | None:
    """What makes the tools for `/mcp` of `sora serve --http`; None = the package is not installed."""
    if importlib.util.find_spec("mcp") is None:
        return None

    def make(calls: Any, folder: Path) -> Any:
        from soracli.servers import mcp as server
        from soracli.servers.tools import tools

        return server.Mounted(server.Door(tools(root, private=False), folder, calls, enclosed=True))

    return make
