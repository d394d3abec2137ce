"""What can be done to the look of any footage without painting it anew: styles, other light, weather laid over.

style      a grade of `world.styles`, a painting of `modifiers.PAINTINGS`, or a picture in whose manner it is painted
tone       colours and contrast of a picture
time       the light of another time of day
weather    falling things or fog before everything
They are laid on in the order tone, time, weather, style: what is painted is painted with its snow.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import torch

from soracli.footage import stylisation
from soracli.footage.look_reader import Look
from soracli.prompts.modifiers import PAINTINGS
from soracli.types import Frames
from soracli.world.domain import Frame as Film
from soracli.world.layers import DULL, LIGHTS
from soracli.world.scene import Scene
from soracli.world.styles import CLAY_RATE, styled
from soracli.world.weather import overlay

if TYPE_CHECKING:
    from soracli.footage.optical_flow import Frame

NIGHT = 1.25  # exponent of brightness by night: shadows close
FADED = {True: 0.45, False: 0.8}  # share of the colour that stays by night, and in weather that hides the sun
LUMA = np.array([0.299, 0.587, 0.114], np.float32)


# --- frames -----------------------------------------------------------------------------------------------------------

Filter = Callable[[Iterable["Frame"]], Iterator["Frame"]]  # consecutive frames, all of a size


@dataclass(frozen=True)
class Given:
    """The film that a look is laid over: from its first frame on that is changed.

    seed: of snowflakes and paper. device: of networks.
    """

    width: int
    height: int
    fps: Fraction
    frames: int
    seed: int = 0
    device: str = "cpu"

    @property
    def seconds(self) -> torch.Tensor:
        return torch.arange(self.frames, dtype=torch.float64) / float(self.fps)

    @property
    def film(self) -> Film:
        return Film(self.width, self.height, self.seconds)


def filters(look: Look, given: Given, picture: Frame | None = None, toned: Frames | None = None) -> list[Filter]:
    """What to send the frames through, in order. picture: to paint in the manner of. toned: the frames in the tone."""
    scene = Scene(
        "scenery", (), "meadow", look.time or "day", look.weather or "clear", style=look.style, seed=given.seed
    )
    found: list[Filter] = []
    if toned is not None:
        found.append(lambda frames: (tone for _, tone in zip(frames, toned, strict=True)))
    if look.time or look.weather in DULL:
        found.append(lambda frames: (relit(frame, look.time, look.weather) for frame in frames))
    if look.weather:
        found.append(lambda frames: _fallen(frames, scene, given))
    if picture is not None:
        found.append(
            lambda frames: stylisation.painted(frames, *stylisation.of_picture(picture, given.device), given.device)
        )
    elif look.style in PAINTINGS:
        found.append(
            lambda frames: stylisation.painted(frames, *stylisation.known(look.style, given.device), given.device)
        )
    elif look.style:
        found.append(lambda frames: _graded(frames, scene, given))
    return found


def _graded(frames: Iterable[Frame], scene: Scene, given: Given) -> Iterator[Frame]:
    """A grade of `world.styles`; clay holds each pose for a while."""
    shown, pose = None, -1
    for number, frame in enumerate(frames):
        now = math.floor(number / given.fps * CLAY_RATE)
        if shown is None or scene.style != "claymation" or now != pose:
            shown = np.asarray(styled(torch.tensor(frame)[None], scene, given.film)[0].numpy(), np.uint8)
            pose = now
        yield shown


def _fallen(frames: Iterable[Frame], scene: Scene, given: Given) -> Iterator[Frame]:
    draws = overlay(scene, given.film)
    for number, frame in enumerate(frames):
        canvas = torch.tensor(frame).flatten(1).to(torch.int16)
        for draw in draws:
            draw(canvas, float(number / given.fps), 0.0)
        yield np.asarray(canvas.view(frame.shape).clamp(0, 255).to(torch.uint8).numpy(), np.uint8)


def relit(frame: Frame, time: str, weather: str) -> Frame:
    """A frame taken by day in the light of another time: less of its colour, tinted, by night with closed shadows."""
    night = time == "night"
    light = LIGHTS[time or "overcast"]
    tint = np.array(light.actors if time in ("sunset", "dawn") else light.scenery, np.float32)
    tint = np.minimum(tint * (1.6 if night else 1.0), 1.0)
    x = frame.astype(np.float32) / 255
    if night or time == "overcast" or weather in DULL:
        grey = (x @ LUMA)[..., None]
        x = grey + (x - grey) * FADED[night]
    if night:
        x = x**NIGHT * 0.62
    return np.asarray(np.rint((x * tint).clip(0, 1) * 255), np.uint8)


# --- where and how much -----------------------------------------------------------------------------------------------


def mixed(frames: Iterable[Frame], looks: Iterable[Filter], shares: npt.NDArray[np.float32]) -> Iterator[Frame]:
    """Frames with a look, each pixel as far as shares (T, H, W) or (T, 1, 1) say: 0 = exactly as it was."""
    given: list[Frame] = []

    def kept() -> Iterator[Frame]:
        for frame in frames:
            given.append(frame)
            yield frame

    changed: Iterable[Frame] = kept()
    for look in looks:
        changed = look(changed)
    for frame, share in zip(changed, shares, strict=True):
        before, weight = given.pop(0), share[..., None]
        yield np.where(weight > 0, np.rint(before + (frame.astype(np.float32) - before) * weight), before).astype(
            np.uint8
        )
