"""Looks laid over a finished clip: film noir, pixel art, watercolour and so on. Integer arithmetic throughout.

Each style is a function (frames uint8 (T, H, W, 3), scene, frame) -> uint8 (T, H, W, 3).
"""

from __future__ import annotations

from collections.abc import Callable

import torch

from soracli.world.domain import Frame
from soracli.world.scene import Scene
from soracli.world.strips import ONE, noise

CLAY_RATE = 8  # new poses per second in claymation


def styled(frames: torch.Tensor, scene: Scene, frame: Frame) -> torch.Tensor:
    """A clip in its scene's style."""
    style = STYLES.get(scene.style)
    if style is None:
        return frames
    return torch.cat([style(frames[t : t + 8], scene, frame) for t in range(0, len(frames), 8)])


def held(times: torch.Tensor, style: str) -> torch.Tensor:
    """The moments that a style shows: claymation holds each pose for several frames."""
    return (times * CLAY_RATE).floor() / CLAY_RATE if style == "claymation" else times


def _luma(frames: torch.Tensor) -> torch.Tensor:
    """int16 (T, H, W), 0..255."""
    wide = frames.to(torch.int16)
    return (wide[..., 0] * 38 + wide[..., 1] * 75 + wide[..., 2] * 15) >> 7


def _looked_up(values: torch.Tensor, table: list[float]) -> torch.Tensor:
    """values 0..255 through a table of 256 levels: uint8."""
    return torch.tensor(table, device=values.device).round().clamp(0, 255).to(torch.uint8)[values.int()]


def _darkened(frames: torch.Tensor, frame: Frame, strength: float) -> torch.Tensor:
    """Corners darkened: a vignette."""
    x = (torch.arange(frame.width, dtype=torch.float32) + 0.5) / frame.width - 0.5
    y = (torch.arange(frame.height, dtype=torch.float32) + 0.5) / frame.height - 0.5
    light = 1 - strength * (x[None] ** 2 + y[:, None] ** 2) * 2
    factor = (light * ONE).round().to(torch.int16)[None, ..., None].to(frames.device)
    return ((frames.to(torch.int16) * factor) >> 7).to(torch.uint8)


def _noir(frames: torch.Tensor, scene: Scene, frame: Frame) -> torch.Tensor:
    curve = [255 * (0.46 + (v / 255 - 0.47) * 1.45) for v in range(256)]
    grey = _looked_up(_luma(frames), curve)
    return _darkened(grey[..., None].expand(-1, -1, -1, 3), frame, 0.75)


def _sepia(frames: torch.Tensor, scene: Scene, frame: Frame) -> torch.Tensor:
    luma = _luma(frames)
    tones = [[24 + v * g for v in range(256)] for g in (0.92, 0.76, 0.54)]
    return _darkened(torch.stack([_looked_up(luma, tone) for tone in tones], -1), frame, 0.5)


def _blocks(frames: torch.Tensor, block: int) -> torch.Tensor:
    """Mean of each block of pixels: int32 (T, h, w, 3)."""
    count, height, width, _ = frames.shape
    rows = torch.arange(-(-height // block) * block).clamp(max=height - 1).to(frames.device)
    columns = torch.arange(-(-width // block) * block).clamp(max=width - 1).to(frames.device)
    full = frames[:, rows][:, :, columns].int()
    full = full.view(count, len(rows) // block, block, len(columns) // block, block, 3)
    return (full.sum((2, 4), dtype=torch.int32) + block * block // 2) // (block * block)


def _pixel(frames: torch.Tensor, scene: Scene, frame: Frame) -> torch.Tensor:
    block = max(2, round(frame.height / 46))
    small = _looked_up(_vivid(_blocks(frames, block), 1.25), _steps(9))
    large = small.repeat_interleave(block, 1).repeat_interleave(block, 2)
    return large[:, : frame.height, : frame.width]


def _steps(levels: int) -> list[float]:
    return [round(v / 255 * (levels - 1)) * 255 / (levels - 1) for v in range(256)]


def _vivid(colours: torch.Tensor, factor: float) -> torch.Tensor:
    """Saturation of int32 (..., 3), 0..255, changed."""
    grey = (colours * torch.tensor([77, 150, 29], device=colours.device)).sum(-1, keepdim=True) >> 8
    return (grey + (((colours - grey) * round(factor * 256)) >> 8)).clamp(0, 255)


def _box_sums(values: torch.Tensor, radius: int) -> torch.Tensor:
    """Sums over (radius + 1)-wide squares that begin at each pixel: int32 (T, H + radius, W + radius, C)."""
    size = radius + 1
    pad = torch.nn.functional.pad(values.permute(0, 3, 1, 2).float(), (radius,) * 4, mode="replicate").int()
    rows = pad.cumsum(2, dtype=torch.int32)
    rows = torch.cat([rows[:, :, size - 1 : size], rows[:, :, size:] - rows[:, :, :-size]], 2)
    columns = rows.cumsum(3, dtype=torch.int32)
    return torch.cat([columns[..., size - 1 : size], columns[..., size:] - columns[..., :-size]], 3).permute(0, 2, 3, 1)


def _smoothed(frames: torch.Tensor, radius: int) -> torch.Tensor:
    """Kuwahara's filter: each pixel takes the mean of its calmest quarter, so that edges stay. int32 (T, H, W, 3)."""
    height, width = frames.shape[1:3]
    luma = _luma(frames).int()[..., None]
    sums = _box_sums(torch.cat([frames.int(), luma, luma * luma], -1), radius)
    area = (radius + 1) ** 2
    best = torch.full(frames.shape[:3], 2**31 - 1, dtype=torch.int32, device=frames.device)
    out = torch.zeros(frames.shape, dtype=torch.int32, device=frames.device)
    for dy in (0, radius):
        for dx in (0, radius):
            part = sums[:, dy : dy + height, dx : dx + width]
            spread = part[..., 4] * area - part[..., 3] * part[..., 3]
            calmer = spread < best
            best = torch.where(calmer, spread, best)
            out = torch.where(calmer[..., None], (part[..., :3] + area // 2) // area, out)
    return out


def _paper(frame: Frame, seed: int, strength: float, scale: float) -> torch.Tensor:
    """Uneven brightness: int16 (H, W, 1), 128 = even."""
    x = torch.arange(frame.width, dtype=torch.float32)[None] / frame.height * scale
    y = torch.arange(frame.height, dtype=torch.float32)[:, None] / frame.height * scale
    uneven = noise(x, y, seed) * 0.6 + noise(x * 2.7, y * 2.7, seed + 1) * 0.4
    return (ONE * (1 + strength * uneven)).round().to(torch.int16)[..., None]


def _watercolour(frames: torch.Tensor, scene: Scene, frame: Frame) -> torch.Tensor:
    smooth = _vivid(_smoothed(frames, max(2, round(frame.height / 50))), 1.15)
    paper = _paper(frame, scene.seed, 0.13, 9).to(frames.device)
    washed = 255 - (255 - smooth) * paper // ONE * 7 // 8  # more or less pigment on white paper
    x = (torch.arange(frame.width, dtype=torch.float32) + 0.5) / frame.height
    y = (torch.arange(frame.height, dtype=torch.float32) + 0.5)[:, None] / frame.height
    border = torch.minimum(torch.minimum(x, frame.aspect - x)[None], torch.minimum(y, 1 - y))
    ragged = border + 0.02 * noise(x[None] * 12, y * 12, scene.seed + 3)
    kept = ((ragged / 0.035).clamp(0, 1) * ONE).round().int()[..., None].to(frames.device)
    return (255 - ((255 - washed) * kept >> 7)).clamp(0, 255).to(torch.uint8)


def _edges(luma: torch.Tensor) -> torch.Tensor:
    """Strength of edges in int16 (T, H, W), 0..510."""
    step = 1 if luma.shape[1] < 200 else 2
    pad = torch.nn.functional.pad(luma.float(), (step,) * 4, mode="replicate").to(torch.int16)
    across = (pad[:, step:-step, 2 * step :] - pad[:, step:-step, : -2 * step]).abs()
    down = (pad[:, 2 * step :, step:-step] - pad[:, : -2 * step, step:-step]).abs()
    return across + down


def _neon(frames: torch.Tensor, scene: Scene, frame: Frame) -> torch.Tensor:
    wide = frames.int()
    edge = (_edges(_luma(frames)).int() * 3).clamp(max=255)
    glow = _blocks(edge[..., None].expand(-1, -1, -1, 3), 4)
    glow = glow.repeat_interleave(4, 1).repeat_interleave(4, 2)[:, : frame.height, : frame.width]
    bright = _vivid(wide * 255 // wide.amax(-1, keepdim=True).clamp(min=1), 1.8)
    dark = wide * torch.tensor([40, 26, 62], device=wide.device) >> 8
    lit = dark + (bright * edge[..., None] >> 8) + (bright * glow >> 10)
    return lit.clamp(0, 255).to(torch.uint8)


def _flat(frames: torch.Tensor, scene: Scene, frame: Frame) -> torch.Tensor:
    calm = _vivid(_smoothed(frames, max(1, round(frame.height / 90))), 1.2)
    return _looked_up(calm, _steps(8))


def _line(frames: torch.Tensor, scene: Scene, frame: Frame) -> torch.Tensor:
    luma = _luma(frames)
    ink = (_edges(luma) * 4 - 40).clamp(0, 225)
    solid = ((56 - luma) * 4).clamp(0, 225) if scene.time != "night" else torch.zeros_like(luma)
    left = 250 - torch.maximum(ink, solid)
    return left.to(torch.uint8)[..., None].expand(-1, -1, -1, 3)


def _claymation(frames: torch.Tensor, scene: Scene, frame: Frame) -> torch.Tensor:
    clay = _vivid(_smoothed(frames, max(1, round(frame.height / 100))), 1.12)
    dents = _paper(frame, scene.seed + 5, 0.06, 14).to(frames.device)
    return (clay * dents >> 7).clamp(0, 255).to(torch.uint8)


STYLES: dict[str, Callable[[torch.Tensor, Scene, Frame], torch.Tensor]] = {
    "noir": _noir,
    "pixel": _pixel,
    "watercolour": _watercolour,
    "sepia": _sepia,
    "neon": _neon,
    "flat": _flat,
    "line": _line,
    "claymation": _claymation,
}
