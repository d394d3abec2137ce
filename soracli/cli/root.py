"""`sora`: the tree of its verbs, and the way in. Imports nothing slow; the work is imported inside the verbs."""

from __future__ import annotations

import functools
import importlib
import signal
import sys
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, NamedTuple, cast

import typer

from soracli import __version__
from soracli.cli import runner
from soracli.cli.groups import Group
from soracli.errors import SoraError
from soracli.system import startup


class Entry(NamedTuple):
    """A verb in the list of all. module: of `soracli.cli`, whose `app` holds it. about: the first line of its help."""

    module: str
    about: str


# In the order of the help.
VERBS = {
    "generate": Entry("render", "Make a video from a text."),
    "image": Entry("render", "Make a picture from a text."),
    "animate": Entry("render", "Bring a picture to life."),
    "extend": Entry("remake", "Make a clip longer."),
    "edit": Entry("remake", "Change what a clip shows, keeping how it moves."),
    "inpaint": Entry("remake", "Paint a part of a clip or picture anew, or around it."),
    "blend": Entry("remake", "Join two clips by a transition."),
    "views": Entry("render", "Go round a thing, in a clip that begins with its picture."),
    "vary": Entry("remake", "Make variations of a clip, one per seed."),
    "enhance": Entry("remake", "Make a clip larger and, with --fps, smoother."),
    "info": Entry("media", "Say what a file is, and how it was made if `sora` made it."),
    "verify": Entry("trust", "Check a file's content credential (C2PA)."),
    "detect": Entry("trust", "Say whether sora made a file."),
    "doctor": Entry("help", "Check this installation and this machine."),
    "train": Entry("training", "Teach a model your own pictures and clips: lora."),
    "model": Entry("models", "The models: list, pull, show, verify, path, rm."),
    "batch": Entry("jobs", "Do a list of jobs with one load of the model."),
    "replay": Entry("jobs", "Make a result again from the recipe inside it."),
    "resume": Entry("jobs", "Go on with a render that was stopped."),
    "decode": Entry("jobs", "Make frames from the latents of an earlier render."),
    "serve": Entry("jobs", "Keep a model loaded for the calls that follow."),
    "schema": Entry("help", "Print the JSON schema of a verb's arguments and result."),
    "runs": Entry("jobs", "Renders and what became of them: list, show, prune."),
    "sheet": Entry("media", "Make a contact sheet of clips, as one picture."),
    "compare": Entry("media", "Show two clips side by side, and where they differ."),
    "frame": Entry("media", "Take one frame out of a clip, as a lossless picture."),
    "recaption": Entry("prompts", "Write full captions of a short prompt, one per line."),
    "scene": Entry("prompts", "Print the scene that a prompt is read as."),
    "help": Entry("help", "Explain a topic, such as prompts, sizes or settings."),
    "config": Entry("settings", "Defaults of flags: list, get, set, path."),
    "preset": Entry("settings", "Named sets of flags: list, save, show."),
    "policy": Entry("prompts", "What sora refuses to paint: show, check."),
    "animatic": Entry("scenes", "Draw the performers of a scene along their paths."),
    "cast": Entry("scenes", "The pictures that play in scenes: list, show, search."),
    "keys": Entry("trust", "Keys to sign and mark with: show, new, export."),
    "curate": Entry("curation", "Choose clips to train on."),
    "mcp": Entry("protocols", "Serve the verbs as tools for AI assistants (MCP)."),
}


@functools.cache
def commands_of(module: str) -> Mapping[str, Any]:
    """The commands of a module of verbs by their names, made when one is asked for: most calls need one."""
    from soracli.cli import jobs, remake, render  # noqa: F401 (fill calls.RENDERING, which other verbs look into)

    found: Mapping[str, Any] = typer.main.get_group(importlib.import_module(f"soracli.cli.{module}").app).commands
    return found


class Commands(Mapping[str, Any]):
    """Name of a verb -> its command, for all verbs."""

    def __iter__(self) -> Iterator[str]:
        return iter(VERBS)

    def __len__(self) -> int:
        return len(VERBS)

    def __getitem__(self, name: str) -> Any:
        return commands_of(VERBS[name].module)[name]


class Sora(Group):
    """All verbs, in order."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.commands = cast(Any, Commands())

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the list of verbs, without making their commands."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.about) for name, entry in VERBS.items()])


app = typer.Typer(
    name="sora",
    cls=Sora,
    help="Make video from the command line.",
    epilog='Start with:\n  sora generate "a dog walks to the right across a grassy meadow"\n\nMore: sora help',
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback(invoke_without_command=True)
def sora(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version and stop.")] = False,
    color: Annotated[
        str, typer.Option("--color", help="Colours: auto, always or never.", metavar="WHEN", show_default=False)
    ] = "auto",
) -> None:
    if version:
        typer.echo(f"sora {__version__}")
    elif context.invoked_subcommand is None:
        typer.echo(context.get_help())


@functools.cache
def parser() -> Any:
    """The tree of verbs."""
    return typer.main.get_command(app)


run = functools.partial(runner.run, parser)  # one command line: words -> exit code


def main(argv: list[str] | None = None) -> None:
    """Run `sora` and exit with the code that the error tree names."""
    args = sys.argv[1:] if argv is None else argv
    signal.signal(signal.SIGTERM, runner.terminate)
    signal.signal(signal.SIGINT, runner.interrupt)
    try:
        startup.prepare()
        code = run(args)
    except SoraError as error:
        code = runner.fail(args, error)
    except KeyboardInterrupt:  # before the command began, or after it ended
        code = runner.interrupted(args)
    sys.exit(code)
