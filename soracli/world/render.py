"""Scenes to pixels, in batches: one call renders any mix of domains at any size, rate and length.

Each domain has a painter in its own module (`scenery`, `panorama`, `solids`, `studio`), listed in `PAINTERS` as
`module:function` and loaded when first used. The signature of a painter is written down in `domain`:

    paint(scenes: Sequence[Scene], frame: Frame, bank: ActorBank, device: torch.device) -> Painted

Weather and style are laid over every domain here (`weather`, `styles`), so painters need not know them.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence

import torch

from soracli.errors import UsageError
from soracli.world.assets import ActorBank
from soracli.world.domain import Frame, Painted
from soracli.world.scene import Rendered, Scene
from soracli.world.styles import held, styled
from soracli.world.weather import fall

Painter = Callable[[Sequence[Scene], Frame, ActorBank, torch.device], Painted]

PAINTERS = {
    "scenery": "soracli.world.scenery:paint",
    "panorama": "soracli.world.panorama:paint",
    "solid": "soracli.world.solids:paint",
    "studio": "soracli.world.studio:paint",
}


def render(
    scenes: Sequence[Scene],
    *,
    width: int,
    height: int,
    frames: int,
    fps: float,
    bank: ActorBank,
    start: float = 0.0,
    device: str | torch.device = "cpu",
) -> Rendered:
    """Render scenes of any domains. The same scene gives the same pixels in any batch and on any device.

    width, height: pixels. frames: number of frames, 1 for a still. fps: frames per second. start: seconds into the
    scene at which the first frame lies.
    """
    if not scenes or frames < 1 or width < 16 or height < 16 or fps <= 0:
        size = f"{len(scenes)} scenes, {width}x{height}, {frames} frames, {fps} fps"
        raise UsageError(f"render: cannot render {size}; pass at least one scene, 16x16 pixels and one frame")
    where = torch.device(device)
    times = start + torch.arange(frames, dtype=torch.float64) / fps
    most = max(len(scene.performers) for scene in scenes)
    pixels = torch.empty(len(scenes), frames, height, width, 3, dtype=torch.uint8, device=where)
    boxes, visible = torch.zeros(len(scenes), frames, most, 4), torch.zeros(len(scenes), frames, most)
    camera = torch.zeros(len(scenes), frames, 3)
    for domain, clay in dict.fromkeys((scene.domain, scene.style == "claymation") for scene in scenes):
        places = [i for i, s in enumerate(scenes) if (s.domain, s.style == "claymation") == (domain, clay)]
        film = Frame(width, height, held(times, scenes[places[0]].style))
        painted = painter(domain)([scenes[i] for i in places], film, bank, where)
        picture = painted.pixels if painted.pixels.dtype == torch.uint8 else _bytes(painted.pixels)
        if len(places) == len(scenes):
            pixels = picture
        else:
            pixels[places] = picture
        here = painted.boxes.shape[2]
        boxes[places, :, :here], visible[places, :, :here] = painted.boxes, painted.visible
        camera[places] = painted.camera
        for i in places:
            fall(pixels[i], scenes[i], film, camera[i])
            if scenes[i].style != "3d":
                pixels[i] = styled(pixels[i], scenes[i], film)
    return Rendered(pixels, boxes, visible, _ids(scenes, bank, most), camera)


def painter(domain: str) -> Painter:
    """The painter of a domain; its module is imported now."""
    if domain not in PAINTERS:
        raise UsageError(f"scene: no domain is called '{domain}'; use one of {', '.join(PAINTERS)}")
    module, name = PAINTERS[domain].split(":")
    found: Painter = getattr(importlib.import_module(module), name)
    return found


def _bytes(picture: torch.Tensor) -> torch.Tensor:
    """Float 0..1 to uint8."""
    return (picture.clamp(0, 1) * 255).round().to(torch.uint8)


def _ids(scenes: Sequence[Scene], bank: ActorBank, most: int) -> torch.Tensor:
    ids = torch.full((len(scenes), most), -1, dtype=torch.int64)
    for b, scene in enumerate(scenes):
        for a, performer in enumerate(scene.performers):
            ids[b, a] = bank.index(performer.name) if performer.name in bank else -1
    return ids
