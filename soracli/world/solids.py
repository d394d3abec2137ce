"""Solids and planets in real 3D, lit by the panorama around them, under a camera that may circle.

How a scene of domain `solid` is read:
    place: a panorama's name, or `space` for planets under the Milky Way. time: that of the place.
    performer.name: `ball`, `cube`, `ring`, `cone`, `capsule`, `cylinder`; or a planet's name.
    performer.colour: a word of COLOURS, alone (matte) or after `shiny`, `metal` or `striped`; or a word of METALS.
    performer.size: diameter in frame heights. x: 0..1 across the frame. depth: 0 far, 1 near.
    performer.partner: the one that `circle` goes around; alone, it circles the middle.
    camera: `static`, `orbit`, `zoom in`, `zoom out`. seed: which way the camera looks, and the floor.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch

from soracli.world.assets import ActorBank
from soracli.world.domain import Frame, Painted
from soracli.world.language.captions import slots
from soracli.world.maps import PLACES, PLANETS, SPACE, Maps, maps_of, tone
from soracli.world.poses import View, view
from soracli.world.scene import Performer, Scene
from soracli.world.scenes import SECONDS, SPEED, Split, is_heldout
from soracli.world.shading import camera_rays, radiance
from soracli.world.staging import COLOURS, METALS, build
from soracli.world.tracing import SHAPES, Rays, World, rotate, trace

MATERIALS = ("", "shiny", "metal", "striped")
VERBS = {
    "ball": ("bounce", "roll", "float", "fall", "stand", "circle"),
    "cube": ("spin", "slide", "float", "fall", "stand", "circle"),
    "ring": ("spin", "roll", "float", "bounce"),
    "cone": ("slide", "float", "bounce", "stand"),
    "capsule": ("spin", "roll", "float", "fall"),
    "cylinder": ("spin", "roll", "slide", "stand"),
}
CAMERAS = ("static", "orbit", "zoom in", "zoom out")
RAYS, CPU_RAYS = 6_000_000, 500_000  # traced at a time
GRID = 24  # rays across a bounding ball that is cut by the frame
SUB = ((-0.125, -0.375), (0.375, -0.125), (0.125, 0.375), (-0.375, 0.125))  # samples of a pixel on an edge


def paint(scenes: Sequence[Scene], frame: Frame, bank: ActorBank, device: torch.device) -> Painted:
    """Render solid scenes; see `domain`."""
    maps = maps_of(bank)
    most = max(len(scene.performers) for scene in scenes)
    each = len(frame.times) * frame.width * frame.height
    group = max(1, (CPU_RAYS if device.type == "cpu" else RAYS) // each)
    parts = [_paint(scenes[i : i + group], frame, maps, most, device) for i in range(0, len(scenes), group)]
    return Painted(*(torch.cat(part) for part in zip(*parts, strict=True)))


def _paint(scenes: Sequence[Scene], frame: Frame, maps: Maps, solids: int, device: torch.device) -> Painted:
    stage = build(scenes, frame, maps, solids, device)
    views = [view(scene, frame) for scene in scenes]
    camera = View(*(torch.cat(part).float().to(device) for part in zip(*views, strict=True)))
    width, height, pictures = frame.width, frame.height, len(scenes) * len(frame.times)
    gain = torch.tensor([_gain(maps, scene) for scene in scenes], device=device).repeat_interleave(len(frame.times))

    def shot(picture: torch.Tensor, x: torch.Tensor, y: torch.Tensor) -> Rays:
        """Rays through points of the film, in pixels."""
        film_x, film_y = (x - width / 2) / height, (y - height / 2) / height
        start, way = camera_rays(camera.position[picture], camera.axes[picture], camera.focal[picture], film_x, film_y)
        return Rays(picture, start, way, torch.full_like(picture, -1))

    number = torch.arange(pictures * height * width, device=device)
    picture, row, column = number // (height * width), number // width % height, number % width
    rays = shot(picture, column + 0.5, row + 0.5)
    light, hits = radiance(stage, rays)
    pixels = tone(light * gain[picture][:, None])
    edge = _edges(hits.solid, hits.normal, (pictures, height, width)).nonzero().flatten()
    finer = edge.repeat(len(SUB))
    dx, dy = (torch.tensor(offset, device=device).repeat_interleave(len(edge)) for offset in zip(*SUB, strict=True))
    again = shot(picture[finer], column[finer] + 0.5 + dx, row[finer] + 0.5 + dy)
    samples = tone(radiance(stage, again)[0] * gain[picture[finer]][:, None]).reshape(len(SUB), -1, 3)
    pixels[edge] = (samples[0] + samples[1] + samples[2] + samples[3]) / len(SUB)
    film = (len(scenes), len(frame.times))
    seen = hits.solid.reshape(*film, height, width)
    touched = hits.touched.reshape(solids, *film, height, width)
    boxes, visible = _tracks(seen, touched, stage.world, camera, frame)
    picture = (pixels * 255).round().to(torch.uint8).reshape(*film, height, width, 3)
    return Painted(picture, boxes, visible, camera.track.reshape(*film, 3).cpu())


def _gain(maps: Maps, scene: Scene) -> float:
    return 1.0 if scene.place == SPACE else maps.light(scene.place).gain


def _edges(solid: torch.Tensor, normal: torch.Tensor, shape: tuple[int, int, int]) -> torch.Tensor:
    """Pixels beside which another solid or another face begins: bool (K * H * W,)."""
    key = solid.reshape(shape)
    face = normal.reshape(*shape, 3)
    out = torch.zeros(shape, dtype=torch.bool, device=solid.device)
    for axis, length in ((1, shape[1] - 1), (2, shape[2] - 1)):
        one, other = key.narrow(axis, 0, length), key.narrow(axis, 1, length)
        bend = (face.narrow(axis, 0, length) * face.narrow(axis, 1, length)).sum(-1) < 0.75
        jump = (one != other) | bend
        out.narrow(axis, 0, length).logical_or_(jump)
        out.narrow(axis, 1, length).logical_or_(jump)
    return out.flatten()


def _tracks(
    seen: torch.Tensor, touched: torch.Tensor, world: World, camera: View, frame: Frame
) -> tuple[torch.Tensor, torch.Tensor]:
    """Boxes (B, T, A, 4) and visible shares (B, T, A). seen: (B, T, H, W); touched: (A, B, T, H, W)."""
    boxes = torch.zeros(*seen.shape[:2], len(touched), 4)
    visible = torch.zeros(*seen.shape[:2], len(touched))
    for a, alone in enumerate(touched):
        drawn = seen == a
        for side, along in enumerate((drawn.any(2).cpu().float(), drawn.any(3).cpu().float())):  # columns, rows
            found = along.amax(-1)
            boxes[:, :, a, side] = along.argmax(-1) * found
            boxes[:, :, a, side + 2] = (along.shape[-1] - along.flip(-1).argmax(-1)) * found
        share = drawn.sum((2, 3)) / alone.sum((2, 3)).clamp(min=1)
        visible[:, :, a] = (share * _framed(world, a, camera, frame).reshape(share.shape)).cpu()
    return boxes, visible


def _framed(world: World, solid: int, camera: View, frame: Frame) -> torch.Tensor:
    """Share of a solid's whole outline that lies inside the frame, (K,), from rays over its bounding ball."""
    place = rotate(camera.axes.transpose(-1, -2), world.middle[:, solid] - camera.position)
    depth = -place[:, 2]
    bounds = torch.tensor([shape.bound for shape in SHAPES.values()], device=depth.device)
    ball = bounds[world.kind[:, solid].clamp(min=0)] * world.radius[:, solid]
    x, y = camera.focal * place[:, 0] / depth, -camera.focal * place[:, 1] / depth
    half = 1.15 * camera.focal * ball / (depth**2 - ball**2).clamp(min=1e-4).sqrt()
    present = (world.kind[:, solid] >= 0) & (depth > ball)
    share = present.float()
    cut = (present & ((x.abs() + half > frame.aspect / 2) | (y.abs() + half > 0.5))).nonzero().flatten()
    if not len(cut):
        return share
    steps = (torch.arange(GRID, device=depth.device) + 0.5) * (2 / GRID) - 1
    across, down = steps.repeat(GRID), steps.repeat_interleave(GRID)
    picture = cut.repeat_interleave(GRID * GRID)
    film_x = (x[cut, None] + half[cut, None] * across).flatten()
    film_y = (y[cut, None] + half[cut, None] * down).flatten()
    start, way = camera_rays(camera.position[picture], camera.axes[picture], camera.focal[picture], film_x, film_y)
    only = slice(solid, solid + 1)
    alone = World(
        world.kind[:, only],
        world.middle[:, only],
        world.turn[:, only],
        world.radius[:, only],
        torch.zeros_like(world.floor),
    )
    hit = (trace(alone, Rays(picture, start, way, torch.full_like(picture, -1))).solid == 0).reshape(len(cut), -1)
    inside = ((film_x.abs() <= frame.aspect / 2) & (film_y.abs() <= 0.5)).reshape(len(cut), -1)
    share[cut] = (hit & inside).sum(1) / hit.sum(1).clamp(min=1)
    return share


def sample_solid(rng: np.random.Generator, split: Split = "train") -> Scene:
    """A scene of solids or planets whose triple lies in the split."""
    while True:
        scene = _planets(rng) if rng.random() < 0.25 else _solids(rng)
        if split == "any" or is_heldout(scene.triple) == (split == "heldout"):
            return scene


def _solids(rng: np.random.Generator) -> Scene:
    count = int(rng.choice((1, 2, 3), p=(0.45, 0.35, 0.2)))
    spots, ranks = rng.permutation(3)[:count], rng.permutation(count)
    performers: list[Performer] = []
    names = rng.permutation(tuple(VERBS))
    for number, spot in enumerate(spots):
        name = str(names[number])
        verbs = VERBS[name] if count > 1 or name not in ("ball", "cube") else VERBS[name][:-1]
        action = str(rng.choice(verbs))
        if number and (action == "circle" or performers[0].action == "circle"):
            action = "stand" if "stand" in verbs else "spin"
        moving = action in SPEED
        direction = str(rng.choice(("left", "right"))) if moving else ""
        sign = {"left": -1.0, "right": 1.0, "": 0.0}[direction]
        middle = 0.5 if count == 1 else 0.24 + 0.26 * int(spot)
        x = 0.5 - sign * SPEED[action] * SECONDS / 2 if moving else middle + float(rng.uniform(-0.03, 0.03))
        depth = 0.5 + 0.42 * (int(ranks[number]) - (count - 1) / 2) + float(rng.uniform(-0.05, 0.05))
        size = float(rng.uniform(0.26, 0.36)) * (1.4 if count == 1 else 1.1)
        colour = _colour(rng, name)
        performers.append(Performer(name, action, direction, size, x, depth, float(rng.uniform()), colour))
    if performers[0].action == "circle":
        performers[0] = replace(performers[0], partner=1, size=0.22)
        performers[1] = replace(performers[1], x=0.5, depth=0.45)
    place = str(rng.choice([name for name, place in PLACES.items() if place.bright]))
    camera = str(rng.choice(CAMERAS, p=(0.3, 0.4, 0.15, 0.15)))
    return Scene("solid", tuple(performers), place, PLACES[place].time, camera=camera, seed=int(rng.integers(2**31)))


def _colour(rng: np.random.Generator, name: str) -> str:
    if rng.random() < 0.2:
        return str(rng.choice(tuple(METALS)))
    material = str(rng.choice(MATERIALS, p=(0.5, 0.28, 0.1, 0.12)))
    word = str(rng.choice([word for word in COLOURS if word != "white" or material != "striped"]))
    return f"{material} {word}".strip()


def _planets(rng: np.random.Generator) -> Scene:
    first, second = (str(name) for name in rng.permutation(PLANETS)[:2])
    camera = str(rng.choice(CAMERAS))
    lead = Performer(first, "spin", size=float(rng.uniform(0.6, 0.85)), phase=float(rng.uniform()))
    others: tuple[Performer, ...] = ()
    if rng.random() < 0.4:
        if first != "moon" and rng.random() < 0.6:
            others = (lead,)
            lead = Performer("moon", "circle", size=0.16, phase=float(rng.uniform()), partner=1)
        else:
            lead = replace(lead, x=0.3, size=0.45)
            others = (Performer(second, "spin", size=0.3, x=0.72, depth=0.2, phase=float(rng.uniform())),)
    return Scene("solid", (lead, *others), SPACE, "", camera=camera, seed=int(rng.integers(2**31)))


def describe(scene: Scene) -> dict[str, str]:
    """What is visible, as slots for a caption: those of `captions.slots`, `where`, the place in words, and
    `second_colour` and `third_colour` of the other solids."""
    where = "in outer space" if scene.place == SPACE else PLACES[scene.place].words
    said = slots(scene) | {"where": where}
    colours = {performer.name: performer.colour for performer in scene.performers}
    more = {f"{order}_colour": colours[said[order]] for order in ("second", "third") if order in said}
    return said | {slot: colour for slot, colour in more.items() if colour}
