"""The domain `scenery`: procedural places with animated actors, composited in layers with true parallax."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import torch

from soracli.world import air, ensemble, motion, snow
from soracli.world.assets import ActorBank
from soracli.world.domain import Frame, Painted
from soracli.world.language.surroundings import BARE, PLACES
from soracli.world.layers import Backdrop, View, graded, light_of, shining
from soracli.world.places import backdrop
from soracli.world.planes import Planes, Scenery
from soracli.world.scene import Scene
from soracli.world.sprites import SEEN, Cast, paste, place, prepare, shadow
from soracli.world.strips import ONE
from soracli.world.weather import fall

Box = tuple[float, float, float, float]
ORBS = frozenset(("full moon", "crescent moon", "sun"))


def paint(scenes: Sequence[Scene], frame: Frame, bank: ActorBank, device: torch.device) -> Painted:
    """Render scenes of this domain; see `domain` for what comes back."""
    count, length = len(scenes), len(frame.times)
    most = max(len(scene.performers) for scene in scenes)
    pixels = torch.empty(count, length, frame.height, frame.width, 3, dtype=torch.uint8, device=device)
    boxes, visible = torch.zeros(count, length, most, 4), torch.zeros(count, length, most)
    cameras = torch.zeros(count, length, 3)
    for b, scene in enumerate(scenes):
        _clip(scene, frame, bank, pixels[b], boxes[b], visible[b], cameras[b])
    return Painted(pixels, boxes, visible, cameras)


def _clip(
    scene: Scene,
    frame: Frame,
    bank: ActorBank,
    pixels: torch.Tensor,
    boxes: torch.Tensor,
    visible: torch.Tensor,
    cameras: torch.Tensor,
) -> None:
    """Render one scene into pixels (T, H, W, 3), boxes (T, A, 4), visible (T, A) and cameras (T, 3)."""
    device, light = pixels.device, shining(scene.time, scene.weather, scene.place, scene.seed)
    camera = ensemble.camera(scene, frame.times, frame.aspect)
    travel = camera.x * frame.aspect
    scenery = Scenery(Planes.of(built(scene, travel, frame), device), travel, frame)
    together = ensemble.staged(scene, frame.times, frame.aspect)
    order = sorted(range(len(together)), key=lambda i: together[i].performer.depth)
    casts = [prepare(*together[i], camera.x, frame, bank, light, scene.style).to(device) for i in order]
    grounded = scene.place not in PLACES or PLACES[scene.place].ground
    cameras[:, 0], cameras[:, 2] = travel.float(), camera.zoom.float()
    cameras[:, 1] = camera.middle[:, 1].float() - 0.5
    flat = pixels.view(len(frame.times), frame.height, frame.width * 3)
    for t in range(len(frame.times)):
        canvas = scenery.behind(t)
        for cast in casts if grounded else ():
            shadow(canvas, cast, t)
        placed = [place(cast, t) for cast in casts]
        for cast, (drawing, x, y) in zip(casts, placed, strict=True):
            if cast.shown[t] and not frame.bare:
                paste(canvas, drawing, x, y)
        scenery.in_front(canvas, t)
        seen = window(frame, camera, t)
        flat[t] = cropped(canvas, seen)
        for k, i in enumerate(order):
            if casts[k].shown[t]:
                boxes[t, i], visible[t, i] = _seen(casts, placed, k, t, seen, float(camera.zoom[t]))


def built(scene: Scene, travel: torch.Tensor, frame: Frame) -> Backdrop:
    """The layers of a scene's place. travel: (T,) of the camera, frame heights, at the times of the frame."""
    light = graded(light_of(scene.time, scene.weather, scene.place), scene.seed)
    if any(performer.name in ORBS and not performer.picture for performer in scene.performers):
        light = light._replace(played=True)
    low, high, latest = float(travel.min()), float(travel.max()), float(frame.times[-1])
    outdoors = scene.place not in BARE and not (scene.place in PLACES and PLACES[scene.place].indoors)
    season = scene.season if outdoors else ""
    view = View(frame.width, frame.height, low, high, light, scene.seed, latest, scene.weather, season)
    drawn = air.changed(backdrop(scene.place, view), view, scene.place)
    return snow.covered(drawn, view) if snow.lies(scene.place, scene.weather, scene.season) else drawn


def without_performers(scene: Scene) -> Scene:
    """A scene whose performers are too small and too far away to be seen, their shadows too."""
    return replace(scene, performers=tuple(replace(p, size=0.02, x=-9.0, partner=-1) for p in scene.performers))


def plate(scene: Scene, frame: Frame, bank: ActorBank) -> torch.Tensor:
    """uint8 (T, H, W, 3) of a scene without what falls in its weather; of performers, if `frame.bare`, the shadows."""
    painted = paint([scene], frame, bank, torch.device("cpu"))
    pixels = painted.pixels[0]
    if scene.weather == "fog":
        fall(pixels, scene, frame, painted.camera[0])
    return pixels


def window(frame: Frame, camera: motion.Camera, t: int) -> Box:
    """x0 y0 x1 y1 of what the picture shows, in pixels of the frame before the zoom; always inside it."""
    zoom = float(camera.zoom[t])
    wide, high = frame.width / zoom, frame.height / zoom
    x, y = float(camera.middle[t, 0]) * frame.width - wide / 2, float(camera.middle[t, 1]) * frame.height - high / 2
    x, y = min(max(x, 0.0), frame.width - wide), min(max(y, 0.0), frame.height - high)
    return x, y, x + wide, y + high


def cropped(canvas: torch.Tensor, window: Box) -> torch.Tensor:
    """A window of int16 (H, W * 3), enlarged to the whole picture, bilinear, in fixed point."""
    height, width = canvas.shape[0], canvas.shape[1] // 3
    if window == (0, 0, width, height):
        return canvas
    a, b, weight = _taps(height, window[1], window[3], canvas.device)
    weight = weight[:, None]
    tall = canvas[a].mul_(ONE - weight).add_(canvas[b].mul_(weight)).add_(ONE // 2).bitwise_right_shift_(7)
    tall = tall.view(height, width, 3)
    a, b, weight = _taps(width, window[0], window[2], canvas.device)
    weight = weight[None, :, None].expand(height, width, 3)
    wide = tall.index_select(1, a).mul_(ONE - weight).add_(tall.index_select(1, b).mul_(weight))
    return wide.add_(ONE // 2).bitwise_right_shift_(7).view(height, width * 3)


def _taps(
    length: int, start: float, stop: float, device: torch.device
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """For each output pixel the two source pixels and the int16 weight of the second."""
    source = (torch.arange(length, dtype=torch.float64) + 0.5) * ((stop - start) / length) + start - 0.5
    source = source.clamp(0, length - 1)
    first = source.floor().long()
    weight = ((source - first) * ONE).round().to(torch.int16)
    return first.to(device), (first + 1).clamp(max=length - 1).to(device), weight.to(device)


def _seen(
    casts: list[Cast],
    placed: list[tuple[torch.Tensor, int, int]],
    k: int,
    t: int,
    window: Box,
    zoom: float,
) -> tuple[torch.Tensor, float]:
    """Box (x0 y0 x1 y1 pixels of the finished frame) and visible share of the k-th drawing, behind those after it."""
    drawing, x, y = placed[k]
    inner = casts[k].boxes[casts[k].picks[t]]
    left, top = casts[k].left[t], casts[k].top[t]
    box = torch.tensor([inner[0] + left, inner[1] + top, inner[2] + left, inner[3] + top])
    corner, limit = torch.tensor(window[:2] * 2), torch.tensor(window[2:] * 2)
    after = zip(casts[k + 1 :], placed[k + 1 :], strict=True)
    nearer = [(other[1, :, ::3], nx, ny) for cast, (other, nx, ny) in after if cast.shown[t]]
    inside = bool((box[:2] >= corner[:2]).all()) and bool((box[2:] <= limit[2:]).all())
    if inside and not any(_meets(drawing, x, y, *other) for other in nearer):
        return (box - corner) * zoom, 1.0
    cover = drawing[1, :, ::3]
    whole = int(cover.sum())
    for other in nearer:
        cover = _hidden(cover, x, y, *other)
    first, above = max(math.floor(window[0]) - x, 0), max(math.floor(window[1]) - y, 0)
    right, bottom = max(math.ceil(window[2]) - x, 0), max(math.ceil(window[3]) - y, 0)
    cover = cover[above:bottom, first:right]
    drawn = cover >= SEEN
    rows, columns = drawn.any(1).nonzero().flatten().tolist(), drawn.any(0).nonzero().flatten().tolist()
    if not rows:
        return torch.zeros(4), 0.0
    x, y = x + first, y + above
    box = torch.tensor([x + columns[0], y + rows[0], x + columns[-1] + 1, y + rows[-1] + 1], dtype=torch.float32)
    return (torch.minimum(torch.maximum(box, corner), limit) - corner) * zoom, int(cover.sum()) / whole


def _meets(drawing: torch.Tensor, x: int, y: int, nearer: torch.Tensor, nx: int, ny: int) -> bool:
    """Whether a placed drawing and a cover overlap as rectangles."""
    rows, columns = drawing.shape[1], drawing.shape[2] // 3
    return x < nx + nearer.shape[1] and nx < x + columns and y < ny + nearer.shape[0] and ny < y + rows


def _hidden(cover: torch.Tensor, x: int, y: int, nearer: torch.Tensor, nx: int, ny: int) -> torch.Tensor:
    """What is left of a cover at (x, y) behind a nearer one at (nx, ny)."""
    x0, x1 = max(x, nx), min(x + cover.shape[1], nx + nearer.shape[1])
    y0, y1 = max(y, ny), min(y + cover.shape[0], ny + nearer.shape[0])
    if x0 >= x1 or y0 >= y1:
        return cover
    left = cover.clone()
    rest = left[y0 - y : y1 - y, x0 - x : x1 - x]
    rest.mul_(ONE - nearer[y0 - ny : y1 - ny, x0 - nx : x1 - nx]).bitwise_right_shift_(7)
    return left
