"""What a verb wants, before its flags are worked out: see `task_specs` for the verbs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from soracli.media import Area, Audio, Source
from soracli.pipeline.composite import Overlay
from soracli.types import Canvas, Clip, SamplingOptions

if TYPE_CHECKING:
    from soracli.scenes.plot import Plot


@dataclass(frozen=True)
class TaskSpec:
    """A verb's own arguments, read and checked."""

    verb: str
    # Makes the canvas, once size, rate and length are known. Its second argument: how many frames a latent frame has,
    # on whose borders joints should lie; 1 = they may lie anywhere.
    canvas: Callable[[SamplingOptions, int], Canvas]
    still: bool = False  # a picture is made

    # prompt
    prompted: bool = True  # a prompt is needed
    words: tuple[str, ...] = ()  # added to the prompt
    shots: tuple[str, ...] = ()  # `TIME:TEXT` as typed, instead of a prompt
    scene: str = ""  # path of a scene file instead of a prompt, or its text
    plot: Plot | None = None  # what the scenes are made from, where no prompt is to say it
    staged: bool = False  # the prompt may become scenes, since nothing is given

    # sources
    source: Clip | None = None  # gives size and rate where flags do not
    given: tuple[Source, ...] = ()  # inputs whose pixels go into the result, for its content credentials
    areas: tuple[Area, ...] = ()  # what says which of their pixels to paint
    keyed: bool = False  # all that is given are key frames
    sound: Callable[[Fraction], Audio | None] | None = None  # of the result, from its first frame on, by its rate

    # how it is made
    overlay: Overlay | None = None  # what is composited over the canvas
    rests: str = ""  # when all but the work of that overlay is kept: `always`, `unprompted`, or never (empty)
    engine: str = ""  # of `real_footage.ENGINES`, what makes the new frames; empty = the model
    camera: str = ""  # the move that is asked for
    filled: bool = False  # without a prompt, holes are filled from the clip by models that take drafts
    unprompted: bool = False  # they are, whatever the prompt says
    cast: Plot | None = None  # who plays over what is filled, inside the mask
    stage: tuple[float, float, float, float] = (0.0, 0.0, 1.0, 1.0)  # where: x, y, width, height, shares of the frame
    rim: int = 0  # pixels of a soft edge inside the mask
    onward: bool = False  # the last shot alone is painted, and frames of it that are given are kept

    # the result
    stem: str = ""  # of its file name
    length: str = ""  # why --duration is refused; empty = it is the user's
    lasts: Fraction | None = None  # seconds where --duration says nothing; None = the card's
    compare: bool = False  # results are told apart by figures
    notes: tuple[str, ...] = ()
    record: dict[str, Any] = field(default_factory=dict)  # for the recipe
