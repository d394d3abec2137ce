"""Photographed places under a camera that really turns, with performers who stand in them.

How a scene of domain `panorama` is read:
    place: a name of `maps.PLACES`. time: that of the place, `` indoors.
    performers: actors of the bank, moving as in `motion`, in the frame that the camera shows after 2 seconds.
    camera: `static`, `pan left`, `pan right`, `tilt up`, `tilt down`, `zoom in`, `zoom out`, `handheld`, `tracking`.
    seed: which way the camera looks.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F

from soracli.world import motion
from soracli.world.assets import ActorBank
from soracli.world.billboards import SOLE, Board, drawings, overlay, shade, tracks
from soracli.world.domain import Frame, Painted
from soracli.world.language.actors import CORE_ACTORS
from soracli.world.language.captions import slots
from soracli.world.maps import PLACES, Maps, maps_of
from soracli.world.scene import Performer, Scene
from soracli.world.scenes import CORE_ACTIONS, GROUND_SIZE, MOVES, SECONDS, SPEED, Split, is_heldout, signed

CAMERAS = ("static", "pan left", "pan right", "tilt up", "tilt down", "zoom in", "zoom out", "handheld", "tracking")
PAN, TILT = math.radians(10), math.radians(5)  # per second
LEVEL = -0.1  # radians above the horizon that the camera looks at
NIGHT = (0.5, 0.53, 0.66)  # tint of performers in the dark


class Turning(NamedTuple):
    """The camera in time, float64 (T,): yaw and pitch in radians, right and up; focal in frame heights."""

    yaw: torch.Tensor
    pitch: torch.Tensor
    focal: torch.Tensor


def turning(scene: Scene, frame: Frame) -> Turning:
    """Where the camera looks. Its yaw is 0, its pitch LEVEL and its frame the performers' own after 2 seconds."""
    t, since = frame.times, frame.times - SECONDS / 2
    still = torch.zeros_like(t)
    yaw = {"pan left": -PAN * since, "pan right": PAN * since}.get(scene.camera, still)
    pitch = {"tilt up": TILT * since, "tilt down": -TILT * since}.get(scene.camera, still)
    if scene.camera == "handheld":
        yaw = 0.012 * (2.3 * t).sin() + 0.007 * (5.9 * t + 1).sin() + 0.003 * (13 * t).sin()
        pitch = 0.010 * (2.9 * t + 2).sin() + 0.006 * (6.7 * t).sin() + 0.003 * (11 * t + 1).sin()
    zoom = {"zoom in": 0.9 + 0.1 * t, "zoom out": 1.25 / (1 + 0.1 * t)}.get(scene.camera, torch.ones_like(t))
    focal = lens(frame)
    if scene.camera == "tracking":
        lead = scene.performers[0]
        yaw = ((motion.path(lead, t).x - 0.5) * frame.aspect / focal).atan()
    return Turning(yaw, LEVEL + pitch, focal * zoom)


def lens(frame: Frame) -> float:
    """Focal length in frame heights: 90 degrees across, less where the frame is upright."""
    return max(frame.aspect / 2, 0.7)


def heading(scene: Scene) -> float:
    """The way that yaw 0 faces, radians from the panorama's middle."""
    rng = np.random.default_rng(scene.seed)
    views = PLACES[scene.place].views
    return (2 * views[int(rng.integers(len(views)))] - 1 + float(rng.uniform(-0.03, 0.03))) * math.pi


def backdrop(picture: torch.Tensor, facing: float, camera: Turning, frame: Frame) -> torch.Tensor:
    """A panorama through the camera: (T, 3, H, W). picture: (h, w, 3) display values."""
    x = (torch.arange(frame.width, dtype=torch.float64) + 0.5) / frame.height - frame.aspect / 2
    y = 0.5 - (torch.arange(frame.height, dtype=torch.float64) + 0.5) / frame.height
    right = (x / camera.focal[:, None])[:, None].float().to(picture.device)  # (T, 1, W)
    up = (y / camera.focal[:, None])[..., None].float().to(picture.device)  # (T, H, 1)
    c = camera.pitch.cos()[:, None, None].float().to(picture.device)
    s = camera.pitch.sin()[:, None, None].float().to(picture.device)
    ahead, high = c - s * up, s + c * up  # (T, H, 1)
    turned = torch.atan2(right, ahead) + (camera.yaw + facing)[:, None, None].float().to(picture.device)
    u = turned / math.pi
    u = u - 2 * ((u + 1) / 2).floor()  # -1..1
    v = torch.atan2(high, (right**2 + ahead**2).sqrt()) * (-2 / math.pi)
    # One column from either end goes to the other, so that the seam interpolates.
    around = torch.cat([picture[:, -1:], picture, picture[:, :1]], 1).permute(2, 0, 1)[None]
    wide = picture.shape[1]
    grid = torch.stack([u * (wide / (wide + 2)), v], -1).reshape(1, -1, frame.width, 2)
    out = F.grid_sample(around, grid, mode="bilinear", padding_mode="border", align_corners=False)
    return out.reshape(3, -1, frame.height, frame.width).transpose(0, 1).contiguous()


def seen_at(
    x: torch.Tensor, y: torch.Tensor, camera: Turning, frame: Frame
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Where a point of the performers' frame appears. x: frame widths, y: frame heights, each (T,).

    Gives x, y in pixels and the factor on sizes there.
    """
    focal = lens(frame)
    right, up = (x - 0.5) * frame.aspect / focal, (0.5 - y) / focal
    ahead, high = math.cos(LEVEL) - math.sin(LEVEL) * up, math.sin(LEVEL) + math.cos(LEVEL) * up
    ahead, right = (
        camera.yaw.cos() * ahead + camera.yaw.sin() * right,
        (camera.yaw.cos() * right - camera.yaw.sin() * ahead),
    )
    c, s = camera.pitch.cos(), camera.pitch.sin()
    ahead, high = c * ahead + s * high, c * high - s * ahead
    ahead = ahead.clamp(min=0.05)
    size = camera.focal / focal / ahead
    return (
        (right / ahead * camera.focal / frame.aspect + 0.5) * frame.width,
        (0.5 - high / ahead * camera.focal) * frame.height,
        size,
    )


def paint(scenes: Sequence[Scene], frame: Frame, bank: ActorBank, device: torch.device) -> Painted:
    """Render panorama scenes; see `domain`."""
    maps = maps_of(bank)
    most = max(len(scene.performers) for scene in scenes)
    pixels = torch.empty(len(scenes), len(frame.times), frame.height, frame.width, 3, dtype=torch.uint8, device=device)
    boxes = torch.zeros(len(scenes), len(frame.times), most, 4)
    visible, travels = torch.zeros(boxes.shape[:3]), torch.zeros(*boxes.shape[:2], 3)
    for b, scene in enumerate(scenes):
        camera = turning(scene, frame)
        display = maps.picture(scene.place).to(device).float() / 255
        picture = backdrop(display, heading(scene), camera, frame)
        order = sorted(range(len(scene.performers)), key=lambda a: scene.performers[a].depth)
        boards = [_stand(scene.performers[a], camera, frame, bank, picture) for a in order]
        found, share = tracks(*overlay(picture, boards, tint(scene, maps)))
        boxes[b, :, order], visible[b, :, order] = found, share
        pixels[b] = (picture.clamp_(0, 1) * 255).round().to(torch.uint8).permute(0, 2, 3, 1)
        travel = [camera.yaw * lens(frame), (LEVEL - camera.pitch) * lens(frame), camera.focal / lens(frame)]
        travels[b] = torch.stack(travel, 1).float()
    return Painted(pixels, boxes, visible, travels)


def _stand(performer: Performer, camera: Turning, frame: Frame, bank: ActorBank, picture: torch.Tensor) -> Board:
    """A performer set into the place; its shadow goes straight onto the picture."""
    way = motion.path(performer, frame.times)
    size = performer.size * way.scale
    x, y, factor = seen_at(way.x, way.feet - way.lift - (SOLE - 0.5) * size, camera, frame)
    side = size * factor * frame.height
    art, picks = drawings(performer, way.cycle, bank)
    foot_x, foot_y, _ = seen_at(way.x, way.feet, camera, frame)
    height = (way.lift / size).clamp(0, 3)
    wide = _width(art) * side / 2
    shade(picture, foot_x, foot_y, wide * (1.05 + 0.5 * height), 0.5 / (1 + 4 * height))
    shade(picture, foot_x, foot_y, wide * 0.75, 0.45 * (1 - 4 * height).clamp(min=0))
    return Board(art, picks, x, y, side, torch.deg2rad(way.angle))


def _width(art: torch.Tensor) -> float:
    """Share of its cell's width that a drawing fills."""
    columns = (art[:, 3] > 0.1).any(0).any(0).nonzero().flatten().tolist()
    return (columns[-1] + 1 - columns[0]) / art.shape[-1] if columns else 1.0


def tint(scene: Scene, maps: Maps) -> torch.Tensor:
    """Colour of the light on performers, (3,)."""
    if not PLACES[scene.place].bright:
        return torch.tensor(NIGHT)
    light = maps.light(scene.place)
    hue = (light.ambient[4:9].mean((0, 1)) + light.lamp).clamp(min=1e-4)
    return (hue / hue.max()) ** 0.3


def sample_panorama(rng: np.random.Generator, split: Split = "train") -> Scene:
    """A scene in a photographed place whose triple lies in the split: one performer, or two."""
    while True:
        scene = _draw(rng)
        if split == "any" or is_heldout(scene.triple) == (split == "heldout"):
            return scene


def _draw(rng: np.random.Generator) -> Scene:
    verbs = dict(CORE_ACTIONS)
    place = str(rng.choice(tuple(PLACES)))
    cast = [who for who in CORE_ACTORS if PLACES[place].ground or who.kind == "flyer"]
    count = int(rng.choice((1, 2), p=(0.75, 0.25)))
    performers = []
    for number, index in enumerate(rng.permutation(len(cast))[:count]):
        who = cast[int(index)]
        action = str(rng.choice(verbs[who.kind]))
        direction = str(rng.choice(("left", "right"))) if action in MOVES else ""
        middle = 0.5 if count == 1 else (0.3, 0.7)[number]
        x = middle - signed(direction) * SPEED.get(action, 0.0) * SECONDS / 2 + float(rng.uniform(-0.04, 0.04))
        depth = 0.5 + (0.0 if count == 1 else (0.14, -0.14)[number]) + float(rng.uniform(-0.06, 0.06))
        size = GROUND_SIZE * who.scale * (1 + 0.9 * (depth - 0.5)) * float(rng.uniform(0.92, 1.1))
        performers.append(Performer(who.name, action, direction, size, x, depth, float(rng.uniform())))
    cameras = CAMERAS if performers[0].direction else CAMERAS[:-1]
    seed = int(rng.integers(2**31))
    return Scene("panorama", tuple(performers), place, PLACES[place].time, camera=str(rng.choice(cameras)), seed=seed)


def describe(scene: Scene) -> dict[str, str]:
    """What is visible, as slots for a caption: those of `captions.slots`, and `where`, the place in words."""
    return slots(scene) | {"where": PLACES[scene.place].words}
