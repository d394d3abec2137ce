"""The light that comes back along rays: materials, lamps, shadows, mirrored surroundings and floors."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import torch

from soracli.world.maps import decode, look
from soracli.world.tracing import FAR, Hits, Rays, World, covered, dot, lit, norm, rotate, trace

FLOORS = ("photo", "checker", "plain")  # what the floor shows: the panorama itself, squares, or one colour


@dataclass(frozen=True)
class Stage:
    """A world with its light: K pictures, A solids, P panoramas, Q surface maps. Light is linear RGB.

    skies: (P, 512, 1024, 3) 8-bit log. blurred: (P, 128, 256, 3) the same, for reflections.
    ambient: (P, 16, 32, 3) diffuse light. maps: (Q, h, w, 3) colours of planets.
    sky: int64 (K,) each picture's panorama. towards, lamp: (K, 3). softness: (K,) of shadow edges.
    eye: (K, 3) where the panorama was taken from, for photographed floors. floor: int64 (K,) place in FLOORS.
    Of each solid and, in the last place, of the floor (K, A + 1): colour (.., 3); mirror, reflectance seen head-on;
    metal, whether reflections take its colour; stripes, int64, 0 for none, 1 for white bands around it, 2 for white
    sectors; skin, int64, surface map, -1 for none.
    """

    world: World
    skies: torch.Tensor
    blurred: torch.Tensor
    ambient: torch.Tensor
    maps: torch.Tensor
    sky: torch.Tensor
    towards: torch.Tensor
    lamp: torch.Tensor
    softness: torch.Tensor
    eye: torch.Tensor
    floor: torch.Tensor
    colour: torch.Tensor
    mirror: torch.Tensor
    metal: torch.Tensor
    stripes: torch.Tensor
    skin: torch.Tensor


class Surface(NamedTuple):
    """What rays meet, (M,) or (M, 3) each: point, normal towards the viewer, colour, head-on mirror, metal."""

    point: torch.Tensor
    normal: torch.Tensor
    colour: torch.Tensor
    mirror: torch.Tensor
    metal: torch.Tensor


def radiance(stage: Stage, rays: Rays, bounces: int = 1) -> tuple[torch.Tensor, Hits]:
    """Light along rays, (N, 3), and what they hit. bounces: mirrorings that still see solids and the floor."""
    hits = trace(stage.world, rays)
    sky = stage.sky[rays.picture]
    out = decode(look(stage.skies if bounces else stage.blurred, sky, rays.way))
    met = (hits.solid >= 0).nonzero().flatten()
    if len(met):
        some = rays.pick(met)
        here = Hits(hits.distance[met], hits.solid[met], hits.normal[met], hits.local[met], hits.touched[:, met])
        light = _shade(stage, some, here, bounces)
        haze = torch.where(here.solid == stage.world.kind.shape[1], here.distance / 16, 0.0)
        haze = torch.where(stage.floor[some.picture] == 0, 0.0, haze.clamp(max=1) ** 2)[:, None]
        out[met] = torch.lerp(light, out[met], haze)
    return out, hits


def _shade(stage: Stage, rays: Rays, hits: Hits, bounces: int) -> torch.Tensor:
    """Light that leaves the surfaces which rays have met, (M, 3)."""
    surface = _surface(stage, rays, hits)
    picture, normal = rays.picture, surface.normal
    start = surface.point + normal * 1e-3
    towards, sky = stage.towards[picture], stage.sky[picture]
    out = Rays(picture, start, towards, hits.solid)
    facing = dot(normal, towards).clamp(min=0)
    share = torch.zeros_like(facing)
    close = stage.world.floor[picture]  # planets are too far apart to shade one another
    bright = ((facing > 0) & close).nonzero().flatten()
    share[~close] = 1
    share[bright] = lit(stage.world, out.pick(bright), stage.softness[picture[bright]])
    soft = look(stage.ambient, sky, normal)
    direct = stage.lamp[picture] * facing[:, None]
    hidden = torch.where(close, covered(stage.world, out, normal), 0.0)
    light = soft * (1 - hidden)[:, None] + direct * (share * (1 - 0.5 * hidden))[:, None]
    photo = (hits.solid == stage.world.kind.shape[1]) & (stage.floor[picture] == 0)
    light = torch.where(photo[:, None], light / (soft + direct).clamp(min=1e-4), light)
    glance = 1 - dot(-rays.way, normal).clamp(0, 1)
    strength = surface.mirror + (1 - surface.mirror) * glance**5 * (surface.mirror > 0)
    colour = surface.colour * light * (1 - torch.maximum(strength, surface.metal))[:, None]
    mirrored = (strength > 0.015).nonzero().flatten()
    if len(mirrored):
        bounced = rays.way - 2 * dot(rays.way, normal)[:, None] * normal
        again = Rays(picture, start, bounced, hits.solid).pick(mirrored)
        seen = radiance(stage, again, 0)[0] if bounces else decode(look(stage.blurred, sky[mirrored], again.way))
        glint = dot(again.way, towards[mirrored]).clamp(min=0) ** 160 * share[mirrored] * 4
        seen = seen.clamp(max=12) + stage.lamp[picture[mirrored]] * glint[:, None]
        tint = torch.lerp(torch.ones_like(seen), surface.colour[mirrored], surface.metal[mirrored][:, None])
        colour[mirrored] += seen * tint * strength[mirrored][:, None]
    return colour


def _surface(stage: Stage, rays: Rays, hits: Hits) -> Surface:
    """Material at each hit."""
    picture, solid, local = rays.picture, hits.solid, hits.local
    point = rays.start + rays.way * hits.distance.clamp(max=FAR)[:, None]
    normal = torch.where((dot(hits.normal, rays.way) > 0)[:, None], -hits.normal, hits.normal)
    colour = stage.colour[picture, solid]
    stripes = stage.stripes[picture, solid]
    sector = torch.atan2(local[:, 2], local[:, 0]) * (5 / math.pi)
    band = torch.where(stripes == 2, sector, local[:, 1] * 2.5 + 0.25).floor().long() % 2 == 0
    colour = torch.where((band & (stripes > 0))[:, None], 0.85, colour)
    on_floor = solid == stage.world.kind.shape[1]
    floor = stage.floor[picture]
    squares = ((local[:, 0] * 1.25).floor() + (local[:, 2] * 1.25).floor()).long() % 2 == 1
    contrast = 0.35 * (1 - hits.distance / 14).clamp(0, 1)
    checks = 1 - contrast * torch.where(squares, 1.0, 0.0)
    colour = torch.where((on_floor & (floor == 1))[:, None], colour * checks[:, None], colour)
    photo = (on_floor & (floor == 0)).nonzero().flatten()
    if len(photo):
        from_eye = point[photo] - stage.eye[picture[photo]]
        from_eye = from_eye / norm(from_eye).clamp(min=1e-6)[:, None]
        colour[photo] = decode(look(stage.skies, stage.sky[picture[photo]], from_eye))
    skin = stage.skin[picture, solid]
    mapped = (skin >= 0).nonzero().flatten()
    if len(mapped):
        colour[mapped] = _skinned(stage, skin[mapped], local[mapped])
    return Surface(point, normal, colour, stage.mirror[picture, solid], stage.metal[picture, solid])


def _skinned(stage: Stage, skin: torch.Tensor, local: torch.Tensor) -> torch.Tensor:
    """Colour of a planet, and of the bands of its ring beyond the surface."""
    length = norm(local).clamp(min=1e-6)
    ground = look(stage.maps, skin, local / length[:, None])
    bands = 0.62 + 0.2 * (length * 37).sin() + 0.14 * (length * 83).sin()
    bands = bands * torch.where((length - 1.86).abs() < 0.035, 0.12, 1.0)
    ring = bands[:, None] * torch.tensor([0.78, 0.68, 0.52], device=local.device)
    return torch.where((length > 1.08)[:, None], ring, ground)


def camera_rays(
    position: torch.Tensor, frame_axes: torch.Tensor, focal: torch.Tensor, x: torch.Tensor, y: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """Rays through points of the film. position: (N, 3). frame_axes: (N, 3, 3) columns right, up, back.

    focal: (N,) frame heights. x, y: (N,) frame heights right of and below the middle. Gives start and way, (N, 3).
    """
    way = torch.stack([x / focal, -y / focal, -torch.ones_like(x)], -1)
    way = rotate(frame_axes, way)
    return position, way / norm(way)[:, None]
