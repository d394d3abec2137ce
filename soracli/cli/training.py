"""The verbs that train."""

from __future__ import annotations

from typing import Annotated

import typer

from soracli.cli import completion
from soracli.cli.command import Verb, with_options
from soracli.cli.groups import group
from soracli.cli.options import GIVEN, OUTPUT, PICTURE, SAMPLING, Force, argument, examples, option
from soracli.options.flags import TalkFlags

app = typer.Typer(rich_markup_mode=None)
train_app = group("Teach a model your own pictures and clips: lora.")
app.add_typer(train_app, name="train")

_Folder = Annotated[
    str,
    argument("Pictures or clips; NAME.txt beside NAME.png says what it shows. Or a list of sora curate.", "DIR"),
]
_Model = Annotated[
    str | None,
    option(
        SAMPLING,
        "The model that it is for; see sora model list.",
        "-m",
        "--model",
        metavar="NAME",
        complete=completion.models,
    ),
]
_Learn = Annotated[
    str | None,
    option(
        GIVEN,
        "Of spark: performer (default), cut-outs that play in scenes; or look, a style for all that is painted.",
        "--as",
        metavar="KIND",
    ),
]
_Name = Annotated[
    str | None,
    option(GIVEN, "Its name in prompts. Default: the folder's name.", "--name", "--trigger", metavar="WORD"),
]
_Moves = Annotated[
    str | None,
    option(
        GIVEN, "Performer: how it moves: walker (default), driver, flyer, swimmer or thing.", "--moves", metavar="KIND"
    ),
]
_Metres = Annotated[
    str | None, option(GIVEN, "Performer: length of its longer side in metres. Default: 1.", "--metres", metavar="N")
]
_Faces = Annotated[
    str | None,
    option(
        GIVEN, "Performer: where it looks in your pictures: left, right or front (default).", "--faces", metavar="SIDE"
    ),
]
_Size = Annotated[
    str | None,
    option(PICTURE, "Wan, LTX: largest size of an example. Default: the model's.", "-s", "--size", metavar="SIZE"),
]
_Frames = Annotated[
    str | None,
    option(PICTURE, "Wan, LTX: most frames of an example. Default: those of 2 s.", "--frames", metavar="N"),
]
_Rank = Annotated[str | None, option(SAMPLING, "Rank of the adapter's matrices. Default: 16.", "--rank", metavar="N")]
_Steps = Annotated[
    str | None, option(SAMPLING, "Training steps. Default: 400 for a look, else 1000.", "--steps", metavar="N")
]
_Minutes = Annotated[
    str | None, option(SAMPLING, "Stop after so many minutes. Default: 8 for a look.", "--minutes", metavar="N")
]
_LearningRate = Annotated[
    str | None, option(SAMPLING, "Learning rate. Default: 1e-3 for a look, else 1e-4.", "--lr", metavar="X")
]
_Batch = Annotated[str | None, option(SAMPLING, "Examples per step, over all processes.", "--batch", metavar="N")]
_Expert = Annotated[
    str | None,
    option(SAMPLING, "Of a model with two experts, which: high or low (noise).", "--expert", metavar="WHICH"),
]
_Shard = Annotated[bool, option(SAMPLING, "Under torchrun: spread the weights over the GPUs (FSDP2).", "--shard")]
_Seed = Annotated[str | None, option(SAMPLING, "Random seed. Default: 0.", "--seed", metavar="N")]
_Device = Annotated[
    str, option(SAMPLING, "Where it runs: auto (default), cpu, cuda or cuda:N.", "--device", metavar="NAME")
]
_Output = Annotated[
    str | None,
    option(
        OUTPUT,
        "The adapter. Default: WORD.safetensors here; log and checkpoint lie beside it.",
        "-o",
        "--output",
        metavar="OUT.safetensors",
    ),
]
_Resume = Annotated[bool, option(OUTPUT, "Go on from the checkpoint beside the output.", "--resume")]


@train_app.command(
    "lora",
    cls=Verb,
    epilog=examples(
        "sora train lora . --name zorp",
        "sora train lora . --name zorp --moves flyer -o my-zorp.safetensors",
        "sora train lora . --as look --name inkwash --minutes 5",
        "sora train lora . -m wan-t2v-1.3b --name zorp --steps 500 --dry-run",
    ),
)
@with_options
def lora(
    folder: _Folder,
    model: _Model = None,
    learn: _Learn = None,
    name: _Name = None,
    moves: _Moves = None,
    metres: _Metres = None,
    faces: _Faces = None,
    size: _Size = None,
    frames: _Frames = None,
    rank: _Rank = None,
    steps: _Steps = None,
    minutes: _Minutes = None,
    lr: _LearningRate = None,
    batch: _Batch = None,
    expert: _Expert = None,
    shard: _Shard = False,
    seed: _Seed = None,
    device: _Device = "auto",
    output: _Output = None,
    resume: _Resume = False,
    force: Force = False,
    *,
    flags: TalkFlags,
) -> None:
    """Make an adapter for --lora from a folder of your pictures or clips.

    See docs/training-your-own.md. Of spark it is a performer, at once, or a look, in minutes on a CPU; of Wan and
    LTX-Video a low-rank adapter that diffusers loads as well, on a GPU, or on several under torchrun.
    """
    from soracli.finetuning import plan, train_lora

    args = plan.Arguments(
        model, learn, name, moves, metres, faces, output, force, resume, rank, steps, minutes, lr, batch, size, frames,
        expert, shard, seed, device,
    )  # fmt: skip
    train_lora.train(folder, args, flags)
