"""The animatic of a scene: its performers alone, in flat light, along their paths, with the scene's camera.

It is a draft: what the network is told in pixels. Light, shadow, place and weather are the network's work. Everything
moves by pure functions of time, so that any frames can be drawn alone, at any rate, and a long clip piece by piece.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import torch

from soracli.scenes import library
from soracli.world import effects, ensemble
from soracli.world.assets import ActorBank
from soracli.world.domain import Frame
from soracli.world.effects import Marks, stroke
from soracli.world.language.surroundings import PLACES
from soracli.world.layers import WHITE, shining
from soracli.world.motion import Camera
from soracli.world.scene import Performer, Scene
from soracli.world.scenery import cropped, window
from soracli.world.sprites import Cast, paste, place, prepare, shadow

PIECE = 48  # frames drawn together
ONE = 128  # full cover in the painter's fixed point


class Animatic(NamedTuple):
    """rgb: uint8 (T, H, W, 3) premultiplied. alpha: uint8 (T, H, W)."""

    rgb: torch.Tensor
    alpha: torch.Tensor


def animatic(
    scene: Scene, times: torch.Tensor, width: int, height: int, bank: ActorBank, *, shadows: bool = False
) -> Animatic:
    """Draw the performers of a scene. times: float64 (T,) seconds. bank: from `bank_of`, or the training material's.

    shadows: with theirs on the ground, for a ground that knows nothing of them.
    """
    parts = list(pieces(scene, times, width, height, bank, shadows=shadows))
    if not parts:
        empty = torch.zeros(len(times), height, width, 4, dtype=torch.uint8)
        return Animatic(empty[..., :3], empty[..., 3])
    return Animatic(torch.cat([part.rgb for part in parts]), torch.cat([part.alpha for part in parts]))


def pieces(
    scene: Scene, times: torch.Tensor, width: int, height: int, bank: ActorBank, *, shadows: bool = False
) -> Iterator[Animatic]:
    """The same, at most PIECE frames at a time: what is in memory does not grow with the length.

    Nobody begins another action within a piece.
    """
    begun = (int((times < act.time).sum()) for performer in scene.performers for act in performer.then)
    cuts = sorted({*range(0, len(times), PIECE), len(times), *begun})
    for start, stop in pairwise(cuts):
        yield _piece(scene, Frame(width, height, times[start:stop]), bank, shadows)


def bank_of(*scenes: Scene) -> ActorBank:
    """The drawings that scenes need, read from the library and from the user's own pictures."""
    cast = [performer for scene in scenes for performer in scene.performers]
    return library.bank(
        [performer.name for performer in cast if not performer.picture],
        [performer.picture for performer in cast if performer.picture],
    )


def _piece(scene: Scene, frame: Frame, bank: ActorBank, shadows: bool) -> Animatic:
    shadows = shadows and (scene.place not in PLACES or PLACES[scene.place].ground)
    flat = shining(scene.time, scene.weather, scene.place, scene.seed)._replace(actors=WHITE)  # tints are `Draft.light`
    camera = ensemble.camera(scene, frame.times, frame.aspect)
    together = ensemble.staged(scene, frame.times, frame.aspect)
    marks = effects.around(together, frame, camera.x, lambda performer: _tone(bank, performer))
    order = sorted(range(len(together)), key=lambda i: together[i].performer.depth)
    casts = [(prepare(*together[i], camera.x, frame, bank, flat, "3d"), marks[i]) for i in order]
    rgb = torch.empty(len(frame.times), frame.height, frame.width * 3, dtype=torch.uint8)
    alpha = torch.empty(len(frame.times), frame.height, frame.width, dtype=torch.uint8)
    for t in range(len(frame.times)):
        rgb[t], alpha[t] = _frame(casts, camera, frame, t, shadows)
    return Animatic(rgb.view(len(rgb), frame.height, frame.width, 3), alpha)


def _tone(bank: ActorBank, performer: Performer) -> tuple[int, int, int]:
    """The mean colour of the lower half of a performer's drawing."""
    own = bank.pictures.get(performer.picture or performer.name)
    cell = (bank.frames[bank.index(performer.name)][0] if own is None else own).to(torch.float32)
    low = cell[cell.shape[0] // 2 :].sum((0, 1))
    red, green, blue = (low[:3] * 255 / low[3].clamp(min=1.0)).clamp(0, 255).round().int().tolist()
    return red, green, blue


def _frame(
    casts: list[tuple[Cast, Marks | None]], camera: Camera, frame: Frame, t: int, shadows: bool
) -> tuple[torch.Tensor, torch.Tensor]:
    """One frame: uint8 (H, W * 3) premultiplied, and alpha (H, W)."""
    colour = torch.zeros(frame.height, frame.width * 3, dtype=torch.int16)
    cover = torch.zeros_like(colour)
    if shadows:
        light = torch.full_like(cover, 255)  # what shadows leave of it is what they do not cover
        for cast, _ in casts:
            if cast.shown[t]:
                shadow(light, cast, t)
        cover = 255 - light
    for cast, marks in casts:
        if cast.shown[t]:
            behind, before = ([], []) if marks is None else (marks.behind[t], marks.before[t])
            for drawing, x, y in (*map(stroke, behind), place(cast, t), *map(stroke, before)):
                paste(colour, drawing, x, y)
                paste(cover, torch.stack([_full(drawing[1]), drawing[1]]), x, y)
    seen = window(frame, camera, t)
    colour, cover = (cropped(canvas, seen).clamp(0, 255).to(torch.uint8) for canvas in (colour, cover))
    cover = cover[:, ::3]
    return torch.minimum(colour.view(frame.height, frame.width, 3), cover[..., None]).flatten(1), cover


def _full(cover: torch.Tensor) -> torch.Tensor:
    """Cover 0..128 as a colour 0..255: what a white drawing of the same outline would be."""
    return ((cover.to(torch.int32) * 255 + ONE // 2) // ONE).to(torch.int16)
