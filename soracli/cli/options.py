"""The options of verbs: panels of the help, and arguments that several verbs take. Shared flags: `flag_options`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from soracli.cli import completion

if TYPE_CHECKING:
    from soracli.pipeline.composite import Overlay

Complete = Callable[[str], list[str]]
GIVEN, OUTPUT, PICTURE, SAMPLING, TALK = "What to do", "Output", "Size and length", "Sampling", "General"
OPEN = "Open models"


def argument(text: str, metavar: str, complete: Complete | None = None) -> Any:
    """A positional argument. text: its help. complete: the values that begin as what was typed, for the shell."""
    return typer.Argument(help=text, show_default=False, metavar=metavar, autocompletion=complete)


def option(panel: str, text: str, *names: str, metavar: str | None = None, complete: Complete | None = None) -> Any:
    """An option in a panel of the help. text: its help. names: such as `-o`, `--output`. complete: see `argument`."""
    return typer.Option(
        *names, help=text, rich_help_panel=panel, metavar=metavar, show_default=False, autocompletion=complete
    )


def given(text: str, *names: str, metavar: str | None = None, complete: Complete | None = None) -> Any:
    """An option of the panel of what to do."""
    return option(GIVEN, text, *names, metavar=metavar, complete=complete)


def examples(*lines: str) -> str:
    """Runnable examples for the end of a verb's help. They are executed by the tests."""
    return "\n".join(["Examples:", *("  " + line for line in lines)])


JSON = typer.Option("--json", help="Print one JSON object on standard output.", rich_help_panel=TALK)
DEBUG = typer.Option("--debug", help="Show the traceback of an error.", rich_help_panel=TALK)
Json = Annotated[bool, JSON]
Debug = Annotated[bool, DEBUG]
Device = Annotated[
    str, option(GIVEN, "Where it runs: auto (default), cpu, cuda or cuda:N.", "--device", metavar="NAME")
]
FirstModel = Annotated[
    str | None,
    option(GIVEN, "The model that is loaded first; calls may name another.", "-m", "--model", metavar="NAME"),
]
Quality = Annotated[
    str,
    option(OUTPUT, "draft, good (default), lossless, or a CRF number (lower is better).", "--quality", metavar="LEVEL"),
]
Force = Annotated[bool, option(OUTPUT, "Replace the output if it exists.", "-f", "--force")]


def source(text: str, metavar: str) -> Any:
    """An argument that is a file to read, or standard input."""
    return argument(text + " '-' reads standard input.", metavar)


Prompt = Annotated[
    str | None,
    typer.Argument(help="What to show, in quotes; '-' reads standard input.", show_default=False, metavar="PROMPT"),
]
Image = Annotated[str, source("A picture.", "IMAGE")]
ClipFile = Annotated[str, source("A clip.", "CLIP")]
Keyframes = Annotated[
    list[str] | None,
    given("A picture and the time at which it is shown; may be repeated.", "--keyframe", metavar="IMAGE@TIME"),
]
Camera = Annotated[
    str | None,
    given(
        "Camera move: static, tracking, zoom-in, zoom-out, pan-left, ...",
        "--camera",
        metavar="MOVE",
        complete=completion.cameras,
    ),
]
Motion = Annotated[str | None, given("How much moves: 0 (nothing) .. 10 (much).", "--motion", metavar="N")]
Style = Annotated[
    str | None,
    given("Style: noir, pixel, watercolour, sepia, neon, ...", "--style", metavar="NAME", complete=completion.styles),
]
Partial = Annotated[bool, given("Use the readable part of a file that ends early.", "--allow-partial")]
SceneFile = Annotated[
    str | None, given("A scene file (TOML) instead of a prompt: see sora scene.", "--scene", metavar="SCENE")
]
Engine = Annotated[
    str,
    given(
        "What makes new frames: motion (moves the source's own pixels), model (paints), or auto (default): motion for "
        "real footage.",
        "--engine",
        metavar="NAME",
    ),
]
Draft = Annotated[
    str | None,
    given(
        "A picture or clip to lay over the result, transparent by its alpha or by --key.", "--draft", metavar="DRAFT"
    ),
]
KeyColour = Annotated[
    str | None, given("Colour of --draft that is transparent: green, #00b140.", "--key", metavar="COLOUR")
]
Subject = Annotated[
    list[str] | None,
    given(
        "Your own picture as a performer: a cut-out with alpha, or PHOTO@X,Y,W,H. VACE models take any picture. May be "
        "repeated.",
        "--subject",
        metavar="PICTURE[:NAME]",
    ),
]
Sketch = Annotated[
    str | None,
    given("A rough picture of the place: its colours are kept where they lie.", "--sketch", metavar="IMAGE"),
]
Move = Annotated[
    list[str] | None,
    given(
        "Cut out a region and move it by DX,DY, in pixels or %; may be repeated.",
        "--move",
        metavar="X,Y,W,H:DX,DY[@T0-T1]",
    ),
]
Lora = Annotated[
    list[str] | None,
    given("A performer of your own, made by sora train lora; may be repeated.", "--lora", metavar="FILE"),
]
Fit = Annotated[str, given("Where aspect ratios differ: crop, pad (default) or stretch.", "--fit", metavar="HOW")]
Look = Annotated[
    str | None,
    given(
        "A look: noir, sepia, watercolour, starry-night, ..., or a picture to imitate.",
        "--style",
        metavar="STYLE",
        complete=completion.looks,
    ),
]
Region = Annotated[str | None, given("Only this changes: a mask picture or X,Y,W,H.", "--region", metavar="AREA")]
PromptFile = Annotated[str | None, given("Read the prompt from a file.", "--prompt-file", metavar="FILE")]


@dataclass(frozen=True)
class OverlayOptions:
    """What is laid over the result. As the type of a verb's argument it stands for an option per field."""

    draft: Draft = None
    key: KeyColour = None
    subject: Subject = None


@dataclass(frozen=True)
class SketchOptions(OverlayOptions):
    """The same, and a sketch of the place behind it."""

    sketch: Sketch = None

    def overlay(self, fit: str = "pad") -> Overlay | None:
        """The overlay that the options name, its files read; None if none was typed."""
        from soracli.pipeline.composite import Overlay

        return Overlay.of(self.draft, self.key, self.subject, how=fit, sketch=self.sketch)


@dataclass(frozen=True)
class MoveOptions(OverlayOptions):
    """The same, and regions of the source that are moved."""

    move: Move = None

    def overlay(self, fit: str) -> Overlay | None:
        """The overlay that the options name, its files read; None if none was typed."""
        from soracli.pipeline.composite import Overlay

        return Overlay.of(self.draft, self.key, self.subject, self.move, fit)
