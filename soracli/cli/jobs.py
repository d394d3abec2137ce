"""The verbs about renders as such: many at once, once more, gone on with."""

from __future__ import annotations

import functools
import sys
from typing import Annotated

import typer

from soracli.cli import runner
from soracli.cli.command import Verb, rendering, with_options
from soracli.cli.groups import group
from soracli.cli.options import TALK, Debug, Device, FirstModel, Json, examples, given
from soracli.errors import UsageError
from soracli.options.flags import FileFlags, Flags, TalkFlags

app = typer.Typer(rich_markup_mode=None)
PART_FAILED = 9  # exit code of a batch some of whose jobs failed
HTTP_WORKER = (sys.executable, "-m", "soracli.cli.http_worker")  # starts a process that runs verbs for `serve --http`
runs_app = group("Renders and what became of them: list, show, prune.")
app.add_typer(runs_app, name="runs")


@app.command(
    cls=Verb,
    epilog=examples(
        "sora batch jobs.jsonl --continue-on-error",
        "sora batch jobs.jsonl --shard 1/4 --json",
        """echo '{"verb": "generate", "prompt": "a dog in a meadow", "seed": 7}' | sora batch -""",
    ),
)
@with_options
def batch(
    jobs: Annotated[
        str,
        typer.Argument(help="One JSON object a line; '-' reads standard input.", metavar="JOBS", show_default=False),
    ],
    continue_on_error: Annotated[bool, given("Go on when a job fails.", "--continue-on-error")] = False,
    shard: Annotated[
        str | None, given("Do the I-th of N parts of the list; torchrun sets it by itself.", "--shard", metavar="I/N")
    ] = None,
    *,
    flags: TalkFlags,
) -> None:
    """Do a list of jobs with one load of the model.

    Run again, it does only what is missing. A job is {"verb": "generate", "prompt": "a dog", "seed": 7, "output":
    "dog.mp4"}: the arguments and long flags of any verb that renders, see sora schema. Exit code 9 = some of them
    failed.
    """
    from soracli.commands import batch as batches

    if batches.batch(jobs, batches.Plan(continue_on_error, shard), flags):
        raise typer.Exit(PART_FAILED)


@app.command(
    cls=Verb,
    epilog=examples(
        "sora replay car.mp4 --check",
        "sora replay car.mp4 --seed 9 -o car9.mp4",
        'sora replay car.mp4 --prompt "a blue car in the snow" --set style=noir',
        "sora replay scene.mp4 --set performer.1.direction=left --set time=night",
    ),
)
@rendering
def replay(
    file: Annotated[
        str, typer.Argument(help="A file that sora made. '-' reads standard input.", metavar="FILE", show_default=False)
    ],
    check: Annotated[bool, given("Write nothing: say whether the same frames come out.", "--check")] = False,
    prompt: Annotated[str | None, given("Another prompt.", "--prompt", metavar="TEXT")] = None,
    input: Annotated[
        list[str] | None,
        given(
            "A picture or clip that it was made from, if it is not beside it; may be repeated.",
            "--input",
            metavar="FILE",
        ),
    ] = None,
    set: Annotated[
        list[str] | None,
        given(
            "Another argument of its verb (strength=0.5), or part of its scene (performer.1.action=run, time=night, "
            "shot.2.seed=9); may be repeated.",
            "--set",
            metavar="KEY=VALUE",
        ),
    ] = None,
    shot: Annotated[
        str | None, given("Only this shot anew, with another --seed; the others stay.", "--shot", metavar="N")
    ] = None,
    *,
    flags: Flags,
) -> None:
    """Make a result again from the recipe inside it.

    As it was, or with other flags.
    """
    from soracli.commands import replay as replays

    replays.replay(file, replays.Changes(prompt, tuple(input or ()), tuple(set or ()), check, shot), flags)


@app.command(cls=Verb, epilog=examples("sora resume", "sora resume 8f3a"))
@with_options
def resume(
    run: Annotated[
        str | None,
        typer.Argument(
            help="A run, by its name or the beginning of it. Default: the last unfinished one.",
            metavar="RUN",
            show_default=False,
        ),
    ] = None,
    input: Annotated[
        str | None,
        given("What it read from standard input, as a file; needed if it was over 256 MB.", "--input", metavar="FILE"),
    ] = None,
    *,
    flags: TalkFlags,
) -> None:
    """Go on with a render that was stopped.

    The frames are those of one that was not.
    """
    from soracli.commands import replay as replays

    replays.resume(run, input, flags)


@app.command(cls=Verb, epilog=examples("sora decode 7.safetensors -o car.webm"))
@with_options
def decode(
    latents: Annotated[
        str, typer.Argument(help="A file of latents; see sora runs show.", metavar="LATENTS", show_default=False)
    ],
    *,
    flags: FileFlags,
) -> None:
    """Make frames from the latents of an earlier render.

    Of one that was stopped, or had --save-latents. Nothing is painted.
    """
    from soracli.commands import replay as replays

    replays.decode(latents, flags)


@app.command(
    cls=Verb,
    epilog=examples("sora serve", "sora serve -m tiny --verbose", "sora serve --http 127.0.0.1:8472 --data videos"),
)
@with_options
def serve(
    address: Annotated[
        str | None,
        typer.Argument(
            help="Address of --http. Default: 127.0.0.1:8472; port 0 = any that is free.",
            metavar="HOST:PORT",
            show_default=False,
        ),
    ] = None,
    http: Annotated[bool, given("Serve OpenAI's video API over HTTP, and a page.", "--http")] = False,
    data: Annotated[
        str | None, given("With --http: the folder for jobs and their files.", "--data", metavar="DIR")
    ] = None,
    keep: Annotated[
        str,
        given("With --http: how much may lie there (default 20G); the oldest goes first.", "--keep", metavar="SIZE"),
    ] = "20G",
    model: FirstModel = None,
    device: Device = "auto",
    *,
    flags: TalkFlags,
    context: typer.Context,
) -> None:
    """Keep a model loaded for the calls that follow.

    Calls of sora find it by themselves, and start at once. Runs until Ctrl-C; put it in the background with &.
    SORA_SOCKET says where it listens, empty = calls do without. With --http it serves other programs instead:
    /v1/videos, /v1/images/generations and a page; SORA_TOKEN is their password.
    """
    if http:
        from soracli.cli.protocols import mounted
        from soracli.server.http import start

        start.serve(
            start.Arguments(address, model, data, keep), flags, HTTP_WORKER, mounted(context.find_root().command)
        )
        return
    if address is not None or data is not None:
        raise UsageError("HOST:PORT, --data: mean nothing without --http", "no_effect")
    from soracli.server import daemon as serves

    serves.serve(model, device, flags, functools.partial(runner.run, lambda: context.find_root().command))


RunName = Annotated[
    str | None,
    typer.Argument(
        help="A run, or the beginning of its name. Default: the last unfinished one.", metavar="RUN", show_default=False
    ),
]


@runs_app.command("list", cls=Verb, epilog=examples("sora runs list"))
def runs_list(json: Json = False, debug: Debug = False) -> None:
    """Every render that is remembered, the last one first."""
    from soracli.commands import runs

    runs.runs_list(as_json=json)


@runs_app.command("show", cls=Verb, epilog=examples("sora runs show", "sora runs show 8f3a --json"))
def runs_show(run: RunName = None, json: Json = False, debug: Debug = False) -> None:
    """What was asked for, what is done, and where latents are."""
    from soracli.commands import runs

    runs.runs_show(run, as_json=json)


@runs_app.command("prune", cls=Verb, epilog=examples("sora runs prune --yes", "sora runs prune --older 0d --all --yes"))
def runs_prune(
    older: Annotated[
        str,
        typer.Option("--older", help="How old they must be: 12h, 30d (default).", metavar="AGE", show_default=False),
    ] = "30d",
    all: Annotated[bool, typer.Option("--all", help="Unfinished ones too, with their latents.")] = False,
    yes: Annotated[bool, typer.Option("-y", "--yes", help="Do not ask.", rich_help_panel=TALK)] = False,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Forget old runs, and what open models made of old prompts. Results stay.

    Part files that killed runs left where their results were to go are removed.
    Batches go on knowing what they have made; prompts are encoded again when they are used.
    """
    from soracli.commands import runs

    runs.runs_prune(older, unfinished=all, yes=yes, as_json=json)
