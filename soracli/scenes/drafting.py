"""A film of scenes as a draft: its animatic, the weather over it, the light on it, its cameras and its look."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
import torch

from soracli.draft import PLAIN, Draft, Layer, Light, Moves, Plates, stacked
from soracli.scenes.adapters import graded, joined
from soracli.scenes.animatic import animatic, bank_of
from soracli.scenes.plot import Film
from soracli.system.threads import alone
from soracli.types import Frames
from soracli.world import ensemble, weather
from soracli.world.assets import ActorBank
from soracli.world.domain import Frame
from soracli.world.language.actors import SHINING
from soracli.world.layers import light_of
from soracli.world.multiplane import Multiplane, moments
from soracli.world.scene import Scene
from soracli.world.scenery import cropped, window
from soracli.world.storms import Draw
from soracli.world.styles import held, styled

PIECE = 16  # frames in which performers are drawn together: to set them up takes as long as to draw eight of them


def times(film: Film, which: int, start: int, stop: int) -> torch.Tensor:
    """Seconds since a scene began, float64, of frames of the film."""
    seconds = (torch.arange(start, stop, dtype=torch.float64) - film.starts[which]) / float(film.fps) + film.begin
    return held(seconds, film.scenes[which].style)


def drafted(
    film: Film,
    above: Callable[[int, int], Layer] | None = None,
    place: npt.NDArray[np.uint8] | None = None,
    grade: Light = PLAIN,
) -> Draft:
    """The draft of a film. Its pictures are read when they are first drawn.

    above: a draft of the user's own, which lies over the performers in the same light. place: a picture (H, W, 3) of
    the user's own of what lies behind them, instead of the world's. grade: what becomes of the colours of performers
    and of the world's own places.
    """
    size = film.width, film.height

    @functools.cache
    def bank() -> ActorBank:
        return bank_of(*film.scenes)

    performed = _in_pieces(
        lambda start, stop: _stacked([_performed(film, *part, bank()) for part in film.parts(start, stop)])
    )

    def drawn(start: int, stop: int) -> Layer:
        layer = performed(start, stop)
        return layer if above is None else stacked(layer, above(start, stop))

    def camera(start: int, stop: int) -> Moves:
        rows = [_moves(film, which, first, last) for which, first, last in film.parts(start, stop)]
        return np.concatenate(rows).astype(np.float32)

    def finish(frames: Frames, start: int) -> Frames:
        parts = film.parts(start, start + len(frames))
        return np.concatenate([_styled(frames[a - start : b - start], film.scenes[k], size) for k, a, b in parts])

    multiplane = functools.lru_cache(maxsize=1)(functools.partial(_multiplane, film))  # of many shots one at a time

    def plates(start: int, stop: int, ends: tuple[int, ...] = ()) -> Plates:
        if place is not None:
            return _of_picture(place, film, start)
        return _plates(film, start, stop, ends, multiplane, grade)

    def sketch(start: int, stop: int) -> Frames:
        if place is not None:
            return np.repeat(place[None], stop - start, 0)
        parts = film.parts(start, stop)
        return graded(np.concatenate([multiplane(*part).filmed(0, part[2] - part[1]) for part in parts]), grade)

    def lit(frame: int) -> Light:
        return joined(light(film.scenes[film.at(frame)]), grade)

    return Draft(alone(drawn), alone(_weathers(film)), lit, camera, alone(finish), plates, alone(sketch))


def _multiplane(film: Film, which: int, start: int, stop: int) -> Multiplane:
    """The place of a scene as its camera passes it in frames of the film."""
    scene, seconds = film.scenes[which], times(film, which, start, stop)
    camera = ensemble.camera(scene, seconds, film.aspect)
    return Multiplane(scene, camera, Frame(film.width, film.height, seconds))


def _plates(
    film: Film, start: int, stop: int, ends: Sequence[int], place: Callable[[int, int, int], Multiplane], grade: Light
) -> Plates:
    """The place behind frames of one scene. ends: see `Draft.plates`. place: of a scene and frames."""
    which = film.at(start)
    travel = ensemble.camera(film.scenes[which], times(film, which, start, stop), film.aspect).x * film.aspect
    numbers = moments(travel, film.aspect, [end - start for end in ends if start < end < stop])

    def sketch(frame: int) -> Frames:
        return graded(place(which, start, stop).pictures([frame - start]).numpy(), grade)

    def filmed(pictures: Frames) -> Callable[[int, int], Frames]:
        painted = place(which, start, stop).painted(numbers, torch.from_numpy(pictures))
        return alone(lambda first, last: painted.filmed(first - start, last - start).numpy())

    return Plates(tuple(start + number for number in numbers), alone(sketch), alone(filmed))


def _of_picture(place: npt.NDArray[np.uint8], film: Film, start: int) -> Plates:
    """A picture of the user's own (H, W, 3), over which the camera moves."""
    which = film.at(start)

    def filmed(pictures: Frames) -> Callable[[int, int], Frames]:
        return lambda first, last: _filmed(pictures[0], film, which, first, last)

    return Plates((start,), lambda frame: place[None], filmed)


def _filmed(picture: Frames, film: Film, which: int, start: int, stop: int) -> Frames:
    """A picture (H, W, 3) as the camera of a scene shows it, (T, H, W, 3)."""
    moments = times(film, which, start, stop)
    frame, camera = Frame(film.width, film.height, moments), ensemble.camera(film.scenes[which], moments, film.aspect)
    canvas = torch.from_numpy(picture).to(torch.int16).flatten(1)
    shown = [cropped(canvas, window(frame, camera, t)) for t in range(len(moments))]
    return torch.stack(shown).clamp(0, 255).to(torch.uint8).view(-1, *picture.shape).numpy()


def _performed(film: Film, which: int, start: int, stop: int, bank: ActorBank) -> Layer:
    """The performers with their shadows, before a place that was painted without them."""
    scene, moments = film.scenes[which], times(film, which, start, stop)
    colour, alpha = animatic(scene, moments, film.width, film.height, bank, shadows=True)
    return Layer(colour.numpy(), alpha.numpy())


def light(scene: Scene) -> Light:
    """What falls on the performers of a scene; nothing on those who all shine by themselves."""
    if scene.performers and all(performer.name in SHINING for performer in scene.performers):
        return PLAIN
    tint = np.diag(light_of(scene.time, scene.weather, scene.place).actors).astype(np.float32)
    made = np.concatenate([tint, np.zeros((3, 1), np.float32)], 1)
    return PLAIN if np.array_equal(made, PLAIN) else made


def _moves(film: Film, which: int, start: int, stop: int) -> np.ndarray:
    moves = ensemble.camera(film.scenes[which], times(film, which, start, stop), film.aspect)
    travel = moves.x * film.aspect
    middle = moves.middle - 0.5
    return torch.stack([travel, moves.zoom.log(), middle[:, 0], middle[:, 1]], 1).numpy()


def _weathers(film: Film) -> Callable[[int, int], Layer | None]:
    """Draws the weather over frames of a film; None where there is none."""

    @functools.cache
    def sheets(which: int) -> list[Draw]:
        return weather.overlay(film.scenes[which], Frame(film.width, film.height, torch.zeros(1, dtype=torch.float64)))

    def over(start: int, stop: int) -> Layer | None:
        parts = film.parts(start, stop)
        if not any(sheets(which) for which, *_ in parts):
            return None
        return _stacked([_weather(film, *part, sheets(part[0])) for part in parts])

    return over


def _weather(film: Film, which: int, start: int, stop: int, draws: Sequence[Draw]) -> Layer:
    """Weather alone: what it makes of black is its colour, and how far white stays apart its cover.

    draws: of the scene at its first moment; fog drifts in from the side, and is drawn as wide as it has come.
    """
    moments, scene = times(film, which, start, stop), film.scenes[which]
    if scene.weather == "fog":
        draws = weather.overlay(scene, Frame(film.width, film.height, moments))
    travel = ensemble.camera(scene, moments, film.aspect).x * film.aspect
    shape = film.height, film.width, 3
    frames, alpha = np.zeros((len(moments), *shape), np.uint8), np.zeros((len(moments), *shape[:2]), np.uint8)
    for t, (seconds, moved) in enumerate(zip(moments.tolist(), travel.tolist(), strict=True)):
        black, white = (torch.full((film.height, film.width * 3), level, dtype=torch.int16) for level in (0, 255))
        for draw in draws:
            draw(black, seconds, moved)
            draw(white, seconds, moved)
        frames[t] = black.view(shape).clamp(0, 255).to(torch.uint8).numpy()
        alpha[t] = (255 - (white - black)).view(shape).amax(-1).clamp(0, 255).to(torch.uint8).numpy()
    return Layer(np.minimum(frames, alpha[..., None]), alpha)


def _stacked(layers: Sequence[Layer]) -> Layer:
    return Layer(np.concatenate([layer.frames for layer in layers]), np.concatenate([layer.alpha for layer in layers]))


def _in_pieces(drawn: Callable[[int, int], Layer]) -> Callable[[int, int], Layer]:
    """The same layers, drawn `PIECE` frames at a time; a frame that is asked for alone is drawn alone."""

    @functools.lru_cache(maxsize=2)
    def piece(number: int) -> Layer:
        return drawn(number * PIECE, (number + 1) * PIECE)

    def cut(start: int, stop: int) -> Layer:
        if stop - start == 1:
            return drawn(start, stop)
        numbers = range(start // PIECE, -(-stop // PIECE))
        layer, first = _stacked([piece(number) for number in numbers]), start - numbers.start * PIECE
        return Layer(layer.frames[first : first + stop - start], layer.alpha[first : first + stop - start])

    return cut


def _styled(frames: Frames, scene: Scene, size: tuple[int, int]) -> Frames:
    if scene.style == "3d" or not len(frames):
        return frames
    film = Frame(*size, torch.zeros(1, dtype=torch.float64))
    return np.ascontiguousarray(styled(torch.from_numpy(np.ascontiguousarray(frames)), scene, film).numpy())
