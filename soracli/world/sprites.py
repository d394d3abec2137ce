"""Performers as pixels: sprites made ready once per clip, laid over frames with sub-pixel positions."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import torch
import torch.nn.functional as F

from soracli.world.assets import FRAMES, ActorBank
from soracli.world.bodies import seated
from soracli.world.colours import recoloured
from soracli.world.domain import Frame
from soracli.world.ensemble import drawn
from soracli.world.language.actors import SKY, actor
from soracli.world.language.verbs import SOLE, feet, ground_factor, signed
from soracli.world.layers import Light
from soracli.world.motion import Path
from soracli.world.persistent import changed
from soracli.world.scene import Performer
from soracli.world.strips import ONE, darken, fixed_bytes, lerp, over

ROOM = 1.45  # cell of a turned drawing, against that of the drawing
LARGE = 5.0  # metres from which what flies is high up
SEEN = 10  # cover (of 128) from which a pixel counts as part of the drawing


@dataclass(frozen=True)
class Cast:
    """A performer in a clip.

    layers: int16 (K, 2, rows, columns * 3): premultiplied colour 0..255 and cover 0..128 of its K drawings, with an
    empty rim of one pixel. picks: which drawing each frame shows. left, top: its corner, pixels, per frame.
    boxes: tight x0 y0 x1 y1 of each drawing inside the layers.
    shades: int16 (rows, columns * 3) covers of its shadow with an empty rim, and spots: which one each frame shows
    (-1 = none) and its corner, pixels. shown: whether it is there at all, per frame. cut: row of pixels from which on
    it is hidden, per frame; empty if it is not.
    """

    layers: torch.Tensor
    picks: list[int]
    left: list[float]
    top: list[float]
    boxes: list[tuple[int, int, int, int]]
    shades: list[torch.Tensor]
    spots: list[tuple[int, float, int]]
    shown: list[bool]
    cut: tuple[int, ...] = ()

    def to(self, device: torch.device) -> Cast:
        """The same, on a device."""
        return replace(self, layers=self.layers.to(device), shades=[shade.to(device) for shade in self.shades])


def prepare(
    performer: Performer, way: Path, travel: torch.Tensor, frame: Frame, bank: ActorBank, light: Light, style: str
) -> Cast:
    """Draw a performer at its size, posed, mirrored and lit. travel: float64 (T,) the camera's x, frame widths."""
    h, entry = frame.height, actor(performer.name)
    side = max(round(performer.size * h), 2)
    kinds, picks = torch.unique((way.cycle * FRAMES).floor().long() % FRAMES, return_inverse=True)
    art = _drawings(bank, performer, kinds, style)  # uint8 (K, 4, 128, 128), channels last
    picks = picks.clamp(max=len(art) - 1)
    art = F.interpolate(art, size=(side, side), mode="bilinear", antialias=True, align_corners=False)
    if performer.colour and not any(event.kind == "painted" for event in performer.events):
        art = recoloured(art, performer.colour)
    if performer.events:
        art, picks = changed(art[picks], performer, drawn(performer), frame.times), torch.arange(len(picks))
    heading = signed(performer.direction)
    faces = "front" if performer.picture else entry.faces
    if (heading > 0 and faces == "left") or (heading < 0 and faces == "right"):
        art = art.flip(-1)
    art, picks = _posed(art, picks, way)
    rows, columns = _extent(art)
    cell = art.shape[2:]
    x = (way.x - travel * ground_factor(feet(performer.depth))) * frame.width
    towards = 3 * (light.orb_x - performer.x)
    art = art[..., rows, columns]
    if any(light.rim):
        art = rimmed(art, min(max(towards, -1.0), 1.0), light, side)
    colour, cover = fixed_bytes(art.permute(0, 2, 3, 1))
    tint = torch.tensor([round(c * ONE) for c in light.actors], dtype=torch.int16).repeat(columns.stop - columns.start)
    colour = (colour * tint).add_(ONE // 2).bitwise_right_shift_(7)
    layers = F.pad(torch.stack([colour, cover], 1), (3, 3, 1, 1))
    middle = (way.feet - way.lift) * h - (SOLE - 0.5) * side
    boxes = [_box(drawing[1]) for drawing in layers]
    wide = max(box[2] - box[0] for box in boxes) / float(way.scale.max().clamp(min=0.1))
    away = (-min(max(towards, -1.0), 1.0) * light.long, 0.16 * light.long)
    shades, spots = _shadows(x, way, wide, performer.size, h, away)
    return Cast(
        layers,
        picks.tolist(),
        (x - cell[1] / 2 + columns.start - 1).tolist(),
        (middle - cell[0] / 2 + rows.start - 1).tolist(),
        boxes,
        shades,
        [(-1, left, y) for _, left, y in spots] if _casts_none(performer) else spots,
        way.shown.tolist(),
        () if way.cut is None else tuple((way.cut * h).clamp(-1, 2 * h).round().long().tolist()),
    )


def _drawings(bank: ActorBank, performer: Performer, kinds: torch.Tensor, style: str) -> torch.Tensor:
    """The drawings of an actor that a clip shows: uint8 (K, 4, rows, columns); one alone if there are no more."""
    own = bank.pictures.get(performer.picture or performer.name)
    if own is not None:
        return own[None].permute(0, 3, 1, 2)
    i = bank.index(performer.name)
    if style == "flat" and bank.flat is not None and bool(bank.flat[i].any()):
        return bank.flat[i : i + 1].permute(0, 3, 1, 2)
    cells = bank.frames[i][kinds]
    hip = actor(performer.name).hip
    if performer.action == "sit" and hip:
        cells = torch.from_numpy(seated(cells.numpy(), hip, performer.relation == "on"))
    return cells.permute(0, 3, 1, 2)


def _posed(art: torch.Tensor, picks: torch.Tensor, way: Path) -> tuple[torch.Tensor, torch.Tensor]:
    """Drawings turned about their middle and scaled from their feet, in larger cells; and which one each frame shows.

    art: uint8 (K, 4, side, side). Where the pose changes, every frame gets a drawing of its own.
    """
    if way.steady:
        return art, picks
    changes = [bool((part != part[0]).any()) for part in (way.angle, way.scale, way.squash, way.turn)]
    if any(changes):
        art, picks, moments = art[picks], torch.arange(len(picks)), slice(None)
    else:
        moments = slice(0, 1)
    side = math.ceil(art.shape[3] * ROOM / 2) * 2 + art.shape[3] % 2
    room = side / art.shape[3]
    angle = (way.angle[moments] * (math.pi / 180)).float()
    high = (way.scale * way.squash)[moments].float().clamp(min=0.02)
    wide = (way.scale * (1 + 0.7 * (1 - way.squash)))[moments].float().clamp(min=0.02)
    wide = wide * torch.where(way.turn[moments] < 0, -1.0, 1.0) * way.turn[moments].abs().clamp(min=0.08).float()
    c, s, sole = angle.cos(), angle.sin(), 2 * SOLE - 1
    lift = sole * (1 - 1 / high)  # from scaling about the feet, not the middle
    turn = torch.stack(
        [
            torch.stack([c / wide * room, s / high * room, s * lift], 1),
            torch.stack([-s / wide * room, c / high * room, c * lift], 1),
        ],
        1,
    ).expand(len(art), 2, 3)
    grid = F.affine_grid(turn, [len(art), 4, side, side], align_corners=False)
    return F.grid_sample(art.float(), grid, align_corners=False).round().to(torch.uint8), picks


def rimmed(art: torch.Tensor, towards: float, light: Light, side: int) -> torch.Tensor:
    """Drawings lit from behind: bright along the edges towards the light, darker away from it.

    art: uint8 (K, 4, rows, columns), premultiplied. towards: -1 = the light is on the left, 1 = on the right.
    side: of a drawing's cell, pixels.
    """
    reach = max(1.0, 0.02 * side)
    alpha = art[:, 3].to(torch.int16)
    edge = (alpha - _moved(alpha, round(reach * towards), round(0.7 * reach))).clamp_(min=0)
    across = torch.linspace(-1, 1, art.shape[3]) * towards
    shade = (ONE * (1 - 0.5 * max(light.rim) * (0.5 - 0.5 * across))).round().to(torch.int16)
    lit = art.to(torch.int16)
    for channel, rim in enumerate(light.rim):
        colour = lit[:, channel]
        colour.mul_(shade).bitwise_right_shift_(7)
        colour.add_((edge * round(0.85 * rim * ONE)).bitwise_right_shift_(7))  # apart, or it would not fit
        torch.minimum(colour, alpha, out=colour)
    return lit.to(torch.uint8)


def _moved(alpha: torch.Tensor, right: int, up: int) -> torch.Tensor:
    """What lies so many pixels to the right and up of each, nothing beyond the borders. (K, rows, columns)."""
    wide = F.pad(alpha, (max(-right, 0), max(right, 0), up, 0))
    rows, columns = alpha.shape[1:]
    return wide[:, :rows, max(right, 0) : max(right, 0) + columns]


def _casts_none(performer: Performer) -> bool:
    """Whether it is in the sky, or flies so high that its shadow is not seen."""
    entry = actor(performer.name)
    high = entry.kind == "flyer" and entry.metres >= LARGE and performer.action in ("fly", "hover", "float")
    return (performer.name in SKY or high) and not performer.picture


def _shadows(
    x: torch.Tensor, way: Path, wide: float, size: float, height: int, away: tuple[float, float]
) -> tuple[list[torch.Tensor], list[tuple[int, float, int]]]:
    """Soft shadows on the ground, smaller and fainter under a higher performer, in steps. wide: pixels at scale 1.

    away: how far they are cast to the right and down, over the performer's height.
    """
    near = (24 / (1 + 5 * way.lift.clamp(min=0) / max(size, 1e-6))).round().long().tolist()
    scale = (way.scale * 24).round().long().tolist()
    steps = list(zip(near, scale, strict=True))
    kinds = sorted(set(steps))
    made = []
    for a, b in kinds:
        tall = b / 24 * size * height
        cast = (away[0] * tall, away[1] * tall)
        made.append(_shade(a / 24, b / 24 * wide * 0.5, 0.05 * tall, cast))
    places = {kind: i for i, kind in enumerate(kinds)}
    spots = []
    for cx, cy, step in zip(x.tolist(), (way.feet * height).tolist(), steps, strict=True):
        k = places[step]
        rows, columns = made[k].shape
        spots.append((k if min(step) else -1, cx - columns / 6, round(cy) - rows // 2))
    return made, spots


def _shade(near: float, rx: float, ry: float, cast: tuple[float, float]) -> torch.Tensor:
    """A soft ellipse, and what is cast of it away from a low light, fading with the distance.

    int16 (rows, columns * 3) cover, with an empty rim at its sides. near: 1 = on the ground. rx, ry: its half width and
    height, cast: how far, pixels to the right and down.
    """
    rx, ry = rx * (0.6 + 0.4 * near) + 0.5, ry * (0.6 + 0.4 * near) + 0.5
    columns, rows = math.ceil(rx * 1.27 + abs(cast[0])), math.ceil(ry * 1.27 * 1.5 + abs(cast[1]))
    across = torch.arange(-columns, columns + 1, dtype=torch.float32)[None]
    down = torch.arange(-rows, rows + 1, dtype=torch.float32)[:, None]
    cover = _soft(across / rx, down / ry) * 0.42
    if any(cast):
        along = (across * cast[0] + down * cast[1]) / (cast[0] ** 2 + cast[1] ** 2)
        share = along.clamp(0, 1)
        grown = 1 + 0.5 * share
        far = _soft((across - share * cast[0]) / (0.8 * rx), (down - share * cast[1]) / (ry * grown))
        cover = torch.maximum(cover, far * 0.34 * (1 - share) ** 0.7)
    fixed = (cover * (near * ONE)).round().to(torch.int16)
    return F.pad(fixed[..., None].expand(-1, -1, 3).flatten(-2), (3, 3))


def _soft(across: torch.Tensor, down: torch.Tensor) -> torch.Tensor:
    """Cover of a soft round spot, 1 in its middle. across, down: distances over its radii."""
    return (1 - (across**2 + down**2) / 1.6).clamp(min=0) ** 2


def _extent(art: torch.Tensor) -> tuple[slice, slice]:
    """Rows and columns that any of the drawings uses. uint8 (K, 4, rows, columns)."""
    drawn = art[:, 3].amax(0) > 0
    return _range(drawn.any(1)), _range(drawn.any(0))


def _range(used: torch.Tensor) -> slice:
    places = used.nonzero().flatten().tolist() or [0]
    return slice(places[0], places[-1] + 1)


def _box(cover: torch.Tensor) -> tuple[int, int, int, int]:
    drawn = cover[:, ::3] >= SEEN
    rows, columns = _range(drawn.any(1)), _range(drawn.any(0))
    return columns.start, rows.start, columns.stop, rows.stop


def shadow(canvas: torch.Tensor, cast: Cast, t: int) -> None:
    """Darken the ground under a performer. canvas: int16 (H, W * 3), changed in place."""
    k, left, y = cast.spots[t]
    if k < 0 or not cast.shown[t]:
        return
    x = math.floor(left)
    cover = lerp(cast.shades[k][:, 3:], cast.shades[k][:, :-3], round((left - x) * ONE))
    target, cut = _overlap(canvas, cover, x + 1, y)
    if target is not None:
        darken(target, cut)


def place(cast: Cast, t: int) -> tuple[torch.Tensor, int, int]:
    """A drawing at its sub-pixel place: int16 (2, rows, columns * 3), and the pixel (x, y) of its corner."""
    drawing = cast.layers[cast.picks[t]]
    left, top = cast.left[t], cast.top[t]
    x, y = math.floor(left), math.floor(top)
    wx, wy = round((left - x) * ONE), round((top - y) * ONE)
    # The empty rim lets the drawing move right and down by less than a pixel; the first row and column stay empty.
    drawing = lerp(drawing[..., 3:], drawing[..., :-3], wx)
    drawing = lerp(drawing[:, 1:], drawing[:, :-1], wy)
    if cast.cut:
        drawing = drawing[:, : max(cast.cut[t] - y - 1, 0)]
    return drawing, x + 1, y + 1


def paste(canvas: torch.Tensor, drawing: torch.Tensor, x: int, y: int) -> None:
    """Lay a placed drawing over int16 (H, W * 3), cut at the borders."""
    target, cut = _overlap(canvas, drawing, x, y)
    if target is not None:
        over(target, cut[0], cut[1])


def _overlap(canvas: torch.Tensor, drawing: torch.Tensor, x: int, y: int) -> tuple[torch.Tensor | None, torch.Tensor]:
    """The part of a canvas under a drawing (..., rows, columns * 3) at (x, y), if any, and the drawing cut to it."""
    height, width = canvas.shape[0], canvas.shape[1] // 3
    rows, columns = drawing.shape[-2], drawing.shape[-1] // 3
    x0, x1, y0, y1 = max(x, 0), min(x + columns, width), max(y, 0), min(y + rows, height)
    if x0 >= x1 or y0 >= y1:
        return None, drawing
    return canvas[y0:y1, x0 * 3 : x1 * 3], drawing[..., y0 - y : y1 - y, (x0 - x) * 3 : (x1 - x) * 3]
