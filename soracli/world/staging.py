"""Solid scenes as geometry, materials and light: what `shading` needs to know of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch

from soracli.world.domain import Frame
from soracli.world.maps import PLACES, PLANETS, SPACE, Maps
from soracli.world.poses import level, pose, view
from soracli.world.scene import Scene
from soracli.world.shading import FLOORS, Stage
from soracli.world.tracing import KINDS, SHAPES, World

COLOURS = {
    "red": (0.72, 0.04, 0.04), "orange": (0.9, 0.27, 0.02), "yellow": (0.9, 0.66, 0.04), "green": (0.06, 0.42, 0.08),
    "turquoise": (0.03, 0.5, 0.48), "blue": (0.04, 0.12, 0.65), "purple": (0.28, 0.06, 0.5), "pink": (0.85, 0.2, 0.42),
    "white": (0.82, 0.82, 0.82), "black": (0.02, 0.02, 0.022), "brown": (0.22, 0.09, 0.035),
}  # fmt: skip
METALS = {"golden": (1.0, 0.71, 0.25), "silver": (0.92, 0.92, 0.93), "copper": (0.93, 0.5, 0.32)}


def build(scenes: Sequence[Scene], frame: Frame, maps: Maps, solids: int, device: torch.device) -> Stage:
    """Scenes as geometry, materials and light."""
    names = list(dict.fromkeys(scene.place for scene in scenes))
    planets = [name for name in PLANETS if any(p.name == name for scene in scenes for p in scene.performers)]
    skies = torch.stack([maps.sky(name) for name in names]).float()  # (P, 512, 1024, 3)
    lights = [light_of(scene, maps) for scene in scenes]
    looks = [_looks(scene, planets, solids) for scene in scenes]

    def spread(parts: Sequence[torch.Tensor]) -> torch.Tensor:
        """One tensor a scene, for each of its pictures: (B, ...) to (B * T, ...)."""
        return torch.stack(list(parts)).to(device).repeat_interleave(len(frame.times), 0)

    eyes = [view(scene, Frame(frame.width, frame.height, torch.zeros(1).double())) for scene in scenes]
    return Stage(
        world=_world(scenes, frame, solids, device),
        skies=skies.to(device),
        blurred=torch.stack([maps.mirror(name) for name in names]).to(device),
        ambient=torch.stack([maps.light(name).ambient for name in names]).to(device),
        maps=torch.stack([maps.planet(name) for name in planets] or [torch.zeros(2, 2, 3)]).to(device),
        sky=spread([torch.tensor(names.index(scene.place)) for scene in scenes]),
        towards=spread([towards for towards, _, _ in lights]),
        lamp=spread([lamp for _, lamp, _ in lights]),
        softness=spread([torch.tensor(soft) for _, _, soft in lights]),
        eye=spread([eye.position[0].float() for eye in eyes]),
        floor=spread([torch.tensor(look.floor) for look in looks]),
        colour=spread([look.colour for look in looks]),
        mirror=spread([look.mirror for look in looks]),
        metal=spread([look.metal for look in looks]),
        stripes=spread([look.stripes for look in looks]),
        skin=spread([look.skin for look in looks]),
    )


def light_of(scene: Scene, maps: Maps) -> tuple[torch.Tensor, torch.Tensor, float]:
    """Unit vector to the lamp (3,), its light (3,), and how soft the edges of shadows are."""
    if scene.place == SPACE:  # a sun to the side of the camera
        side = 1.0 if scene.seed % 2 else -1.0
        sun = level(scene).float() @ torch.tensor([side * 0.75, 0.35, 0.55])
        return sun / sun.norm(), torch.tensor([2.3, 2.2, 2.1]), 0.02
    light = maps.light(scene.place)
    flat = light.towards.clone()
    flat[1] = 0
    flat = flat / flat.norm().clamp(min=1e-6)
    high = min(max(float(light.towards[1]), 0.55), 0.85)  # neither endless shadows nor none
    towards = flat * math.sqrt(1 - high**2)
    towards[1] = high
    sharp = float(light.lamp.mean() / light.ambient[:3].mean())  # a sun, or a bright sky
    return towards, light.lamp, 0.1 if sharp > 1.2 else 0.16


class Looks(NamedTuple):
    """The materials of a scene's A solids and, last, of its floor: see `Stage`."""

    floor: int
    colour: torch.Tensor
    mirror: torch.Tensor
    metal: torch.Tensor
    stripes: torch.Tensor
    skin: torch.Tensor


def _looks(scene: Scene, planets: Sequence[str], solids: int) -> Looks:
    rng = np.random.default_rng([scene.seed, 1])
    # A photographed floor is true from one side only.
    floor = int(rng.choice(len(FLOORS), p=(0.4, 0.4, 0.2) if scene.camera == "orbit" else (0.85, 0.1, 0.05)))
    colour, mirror, metal = torch.zeros(solids + 1, 3), torch.zeros(solids + 1), torch.zeros(solids + 1)
    stripes, skin = torch.zeros(solids + 1, dtype=torch.int64), torch.full((solids + 1,), -1)
    for a, performer in enumerate(scene.performers):
        material, _, word = performer.colour.rpartition(" ")
        if performer.name in planets:
            skin[a] = planets.index(performer.name)
            continue
        polished = material == "metal" or word in METALS
        colour[a] = torch.tensor((METALS | COLOURS).get(word, COLOURS["white"]))
        mirror[a] = 0.85 if polished else 0.05 if material == "shiny" else 0.0
        metal[a] = float(polished)
        if material == "striped":
            stripes[a] = 2 if performer.name in ("ring", "cylinder") else 1
    tint = rng.uniform(0.2, 0.6) + rng.uniform(-0.06, 0.06, 3)
    colour[-1] = torch.from_numpy(tint).float()
    wet = scene.place in PLACES and not PLACES[scene.place].ground
    floor = 0 if wet else floor
    mirror[-1] = 0.25 if wet else 0.04 if floor and rng.random() < 0.5 else 0.0
    return Looks(floor, colour, mirror, metal, stripes, skin)


def _world(scenes: Sequence[Scene], frame: Frame, solids: int, device: torch.device) -> World:
    count = len(frame.times)
    kind = torch.full((len(scenes), solids), -1)
    middle, radius = torch.zeros(len(scenes), count, solids, 3), torch.zeros(len(scenes), count, solids)
    turn = torch.eye(3).expand(len(scenes), count, solids, 3, 3).clone()
    for b, scene in enumerate(scenes):
        base = level(scene)
        for a, performer in enumerate(scene.performers):
            shape = "ringed" if performer.name == "saturn" else performer.name if performer.name in SHAPES else "ball"
            kind[b, a] = KINDS.index(shape)
            now = pose(scene, a, frame)
            middle[b, :, a] = (now.middle @ base.T).float()
            turn[b, :, a] = (base @ now.turn).float()
            radius[b, :, a] = now.radius.float()
    floor = torch.tensor([scene.place != SPACE for scene in scenes])
    return World(
        kind.to(device).repeat_interleave(count, 0),
        middle.flatten(0, 1).to(device),
        turn.flatten(0, 1).to(device),
        radius.flatten(0, 1).to(device),
        floor.to(device).repeat_interleave(count, 0),
    )
