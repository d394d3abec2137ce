"""How a film of scenes goes on after its end: the same scene for longer, or a new shot that begins there."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from soracli.draft import extent
from soracli.scenes import file, file_format
from soracli.scenes.file_format import Shot
from soracli.scenes.read import Reading, read
from soracli.scenes.vocabulary import Library
from soracli.world import ensemble, motion
from soracli.world.language.actors import actor
from soracli.world.language.verbs import feet, signed
from soracli.world.scene import Event, Performer, Scene

SETTING = (
    "place",
    "time",
    "weather",
    "season",
    "style",
)  # of a shot, which stay in the next one if nothing else is said
FILLED = 0.9  # of a hole that those who are put there fill
LARGER = (2.4, 2.1, 1.8, 1.5, 1.25)  # factors that are tried on the sizes of who is to fill a frame
WHOEVER = re.compile(r"\b(?:it|he|she|they)\b", re.IGNORECASE)


def shots(text: str) -> tuple[Shot, ...]:
    """Those of the text of a scene file."""
    return file.parse(text, Path(), "scene")


def understood(prompt: str, scene: Scene, seconds: float, aspect: float, known: Library) -> Reading:
    """A prompt about a scene that is there: `it` is who is in it, and `snow` falls where that is, and is no place."""
    reading = read(prompt, seconds, aspect, scene.seed, known)
    if not reading.scene.performers and scene.performers and WHOEVER.search(prompt):
        told = WHOEVER.sub(f"the {scene.performers[0].name}", prompt, count=1)
        other = read(told, seconds, aspect, scene.seed, known)
        reading = other if "action" in other.said else reading
    if reading.scene.place == "snowy field" and "field" not in prompt.lower():
        said = (reading.said - {"place"}) | {"weather"}
        reading = reading._replace(scene=replace(reading.scene, place=scene.place, weather="snow"), said=said)
    return reading


def longer(text: str, frames: int, fps: Fraction) -> str:
    """The text of a scene file whose last shot takes so many frames more. Until then nothing in it differs."""
    *before, last = shots(text)
    scene = replace(last.scene, onward=True)
    return file.text([*before, Shot(scene, last.seconds + float(frames / fps), last.prompt)])


def ahead(text: str) -> str:
    """The text of a scene file whose last shot goes on for as long as a shot can."""
    *before, last = shots(text)
    scene, longest = replace(last.scene, onward=True), file_format.NUMBERS["seconds"][1]
    return file.text([*before, replace(last, scene=scene, seconds=longest)])


def cut(text: str, prompt: str, start: float, seconds: float, aspect: float, known: Library) -> tuple[str, list[str]]:
    """The same with another shot from a moment on, of which a prompt tells, and notes on what was not understood.

    start, seconds: of the new shot. What the prompt does not say stays as it was: place, time, weather and style, the
    looks of those who were there and where they stand, unless the camera goes along with them, and all of them if it
    names nobody.
    """
    *before, last = shots(text)
    began = sum(shot.seconds for shot in before)
    scene = last.scene
    reading = understood(prompt, scene, seconds, aspect, known)
    kept = {slot: getattr(scene, slot) for slot in SETTING if slot not in reading.said}
    new = replace(reading.scene, seed=scene.seed, length=seconds, **kept)
    if not new.performers:
        camera = new.camera if "camera" in reading.said else scene.camera
        new = replace(new, performers=scene.performers, camera=camera)
    cast = _gone_on(new, scene, start - began, aspect, led="direction" in reading.said)
    new = replace(new, performers=cast)
    return file.text([*before, Shot(scene, start - began, last.prompt), Shot(new, seconds)]), list(reading.notes)


def beside(text: str, prompt: str, hole: npt.NDArray[np.bool_], known: Library) -> tuple[str, list[str]] | None:
    """The text of a scene file of one shot, with whom a prompt names in the place of those who were there, and notes.

    They stand in the hole (H, W), as high as it is. The place, its light and weather, the camera and the style stay.
    None if there are several shots.
    """
    if len(found := shots(text)) != 1:
        return None
    (shot,) = found
    scene, (height, width) = shot.scene, hole.shape
    aspect = width / height
    reading = understood(prompt, scene, shot.seconds, aspect, known)
    new = replace(scene, performers=within(reading.scene.performers, _box(hole), aspect))
    if reading.notes and not new.performers and not reading.said:
        return None
    return file.text([replace(shot, scene=new, prompt=prompt)]), list(reading.notes)


def _box(hole: npt.NDArray[np.bool_]) -> tuple[float, float, float, float]:
    """x0 y0 x1 y1 of a hole (H, W), shares of the frame."""
    (height, width), (rows, columns) = hole.shape, extent(hole)
    return columns.start / width, rows.start / height, columns.stop / width, rows.stop / height


def within(
    performers: Sequence[Performer], box: tuple[float, float, float, float], aspect: float
) -> tuple[Performer, ...]:
    """Performers moved and scaled together so that they fill a box x0 y0 x1 y1, shares of the frame."""
    if not performers:
        return ()
    drawn = [actor(one.name).box for one in performers]
    tall = max(one.size * (y1 - y0) for one, (_, y0, _, y1) in zip(performers, drawn, strict=True))
    left = min(one.x - one.size * (x1 - x0) / 2 / aspect for one, (x0, _, x1, _) in zip(performers, drawn, strict=True))
    right = max(
        one.x + one.size * (x1 - x0) / 2 / aspect for one, (x0, _, x1, _) in zip(performers, drawn, strict=True)
    )
    scale = FILLED * min((box[3] - box[1]) / tall, (box[2] - box[0]) / max(right - left, 1e-6))
    middle, centre = (left + right) / 2, (box[0] + box[2]) / 2
    low = box[3] - (1 - FILLED) / 2 * (box[3] - box[1])
    depth = min(max(0.5 + (low - feet(0.5)) / (feet(1.0) - feet(0.5)) * 0.5, 0.0), 1.0)
    return tuple(
        replace(
            one, size=round(one.size * scale, 4), x=round(centre + (one.x - middle) * scale, 4), depth=round(depth, 4)
        )
        for one in performers
    )  # fmt: skip


def enlarged(scene: Scene, aspect: float) -> Scene:
    """A scene whose performers are as large as they can be, all by one factor, without leaving the frame upwards."""
    times = torch.linspace(0, max(scene.length, 0.1), 16, dtype=torch.float64)
    for factor in LARGER:
        cast = tuple(replace(one, size=round(one.size * factor, 4)) for one in scene.performers)
        made = replace(scene, performers=cast)
        if all(_top(*one) > 0 for one in ensemble.staged(made, times, aspect)):
            return made
    return scene


def _top(performer: Performer, way: motion.Path) -> float:
    """The highest that the drawing of a performer gets, frame heights from the top."""
    _, top, _, bottom = ensemble.drawn(performer)
    return float((way.feet - way.lift - performer.size * (bottom - top) * way.scale * way.squash).min())


def _gone_on(new: Scene, old: Scene, at: float, aspect: float, *, led: bool) -> tuple[Performer, ...]:
    """The performers of a new shot, those who were in the old one as they were there at `at` seconds.

    led: whether the prompt says which way they go.
    """
    there = ensemble.staged(old, torch.tensor([at], dtype=torch.float64), aspect)
    fixed = new.camera == old.camera == "static"
    free = list(range(len(old.performers)))
    cast = []
    for performer in new.performers:
        same = next((i for i in free if old.performers[i].name == performer.name), None)
        if same is None:
            cast.append(performer)
            continue
        free.remove(same)
        was, way = old.performers[same], there[same].way
        performer = _as_it_was(performer, was, at)
        if performer.direction and was.direction and not led:
            turned = signed(was.direction) * float(way.turn) < 0
            performer = replace(performer, direction="left" if (was.direction == "right") == turned else "right")
        if fixed and not (performer.relation or was.relation):
            performer = replace(performer, x=round(float(way.x), 4))
        cast.append(performer)
    return tuple(cast)


def _as_it_was(performer: Performer, was: Performer, at: float) -> Performer:
    """One with the looks that another has got by a moment."""
    events = tuple(Event(event.kind, 0.0) for event in was.events if event.time <= at)
    own = () if performer is was else performer.events
    if performer is was:  # it goes on with what it did last
        performer = replace(ensemble.acting(was, torch.tensor([at], dtype=torch.float64)), then=())
    return replace(
        performer, picture=was.picture, colour=performer.colour or was.colour, size=was.size, depth=was.depth,
        phase=was.phase, events=(*events, *own), enters=0.0, leaves=math.inf,
    )  # fmt: skip
