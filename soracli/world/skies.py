"""What stands in the sky: sun, moon, stars and clouds, other ones for every seed. Lengths are frame heights."""

from __future__ import annotations

import math

import torch

from soracli.world.language.verbs import HORIZON
from soracli.world.layers import View
from soracli.world.strips import RGB, Strip, disc, hashed, noise


def sky(view: View, clouds: float = 1.0) -> Strip:
    """Gradient, sun or moon, clouds or stars. It stands still, however the camera moves. clouds: 1 = as usual."""
    strip = Strip.empty(0, HORIZON + 0.08, (0, view.width), view.height, 0.0)
    heavens(view, strip, HORIZON, clouds)
    return strip


def heavens(view: View, strip: Strip, horizon: float, clouds: float = 1.0) -> None:
    """Paint a sky over the whole of a strip. horizon: row in which its gradient ends."""
    light = view.light
    strip.cover(torch.ones(1, 1), light.zenith)
    strip.cover((strip.y / horizon).clamp(0, 1) ** view.between(0.8, 1.6, 6), light.horizon)
    clear = light.orb_at != "none"
    if light.lit and clear:
        stars(view, strip, horizon - 0.04, 120)
    if clear and not light.played:
        _orb(view, strip, horizon)
    if not (light.lit and clear):
        _clouds(view, strip, clouds)


def _orb(view: View, strip: Strip, horizon: float) -> None:
    """The sun, or the moon in one of its phases, and the light around it."""
    light, low = view.light, view.light.orb_at == "low"
    x = view.aspect * view.between(0.12, 0.88, 1)
    y = horizon - view.between(0.01, 0.17, 2) if low else view.between(0.09, 0.30, 2)
    radius = view.between(0.034, 0.062, 7) if light.lit else view.between(0.045, 0.095 if low else 0.07, 7)
    away = ((strip.x - x) ** 2 + (strip.y - y) ** 2).sqrt()
    strip.cover((-away * (4 if low else 7)).exp() * (0.5 if not light.lit else 0.25), light.orb)
    here = (x - radius, y - radius, x + radius, y + radius)
    shape = disc(x, y, radius, radius)
    if light.lit and hashed(view.seed, 8) < 0.5:  # what the Earth leaves of a crescent
        side = radius * view.pick((-1.0, 1.0), 10) * view.between(0.5, 0.9, 9)
        shadow = disc(x + side, y - radius * 0.2, radius * 0.95, radius * 0.95)
        strip.shape(here, lambda u, v: torch.maximum(disc(x, y, radius, radius)(u, v), -shadow(u, v)), light.orb)
        return
    strip.shape(here, shape, light.orb)
    if light.lit:
        for k in range(4):  # its seas
            a, r = 6.28 * hashed(view.seed, 14, k), radius * (0.12 + 0.16 * hashed(view.seed, 15, k))
            cx, cy = x + 0.5 * radius * math.cos(a), y + 0.5 * radius * math.sin(a)
            strip.shape(here, disc(cx, cy, r, r), (0.80, 0.82, 0.90), 0.7)


def stars(view: View, strip: Strip, low: float, count: int) -> None:
    """Stars down to row `low`, most of them faint, and a band in which they are too many to be told apart."""
    left, right = strip.span
    slope, rise = view.between(-0.5, 0.5, 41), view.between(0.1, 0.35, 42)
    across = (strip.y - rise - slope * (strip.x - view.aspect / 2)) / 0.13
    dust = noise(strip.x * 5, strip.y * 5, view.seed + 43) * 0.5 + 0.6
    fade = ((low - strip.y) / 0.2).clamp(0, 1)
    strip.cover((-(across**2)).exp() * dust.clamp(0, 1) * fade * view.between(0.04, 0.2, 44), (0.72, 0.76, 1.0))
    for i in range(round(count * (right - left))):
        a, b, c = (hashed(view.seed, 40, i, k) for k in range(3))
        r = max(0.0018 + 0.0062 * c**3, 0.5 / view.height)
        x, y = left + a * (right - left), b * low
        colour = ((0.85, 0.88, 1.0), (1.0, 0.93, 0.82), (0.78, 0.86, 1.0))[i % 3]
        strip.shape((x - r, y - r, x + r, y + r), disc(x, y, r, r), colour, 0.45 + 0.55 * c)


def _clouds(view: View, strip: Strip, clouds: float) -> None:
    """Heaps of clouds, on some days with high veils above them."""
    dull, white = view.light.orb_at == "none", view.tone((0.8, 0.8, 0.86)) if view.light.lit else view.light.cloud
    if dull or hashed(view.seed, 45) < 0.45:
        stretch = 4.0 if dull else view.between(5.0, 10.0, 46)
        veil = noise(strip.x * 1.3, strip.y * stretch, view.seed + 47) + 0.5 * noise(
            strip.x * 3.1, strip.y * stretch * 2.3, view.seed + 48
        )
        strip.cover(((veil - 0.05) * 1.2).clamp(0, 1) * (0.55 if dull else 0.5), white)
    count = round((1 + 4 * hashed(view.seed, 49)) * clouds * max(view.aspect, 1) * (1.6 if dull else 1))
    size = view.between(0.7, 1.35, 50)
    for i in range(count):
        cx = view.aspect * ((i + 0.8 * hashed(view.seed, 3, i)) / count + hashed(view.seed, 51)) % view.aspect
        cy = 0.07 + 0.33 * hashed(view.seed, 4, i)
        cloud(strip, cx, cy, (0.055 - 0.06 * cy + 0.025 * hashed(view.seed, 5, i)) * size, white, view.seed + i)


def cloud(strip: Strip, cx: float, cy: float, size: float, colour: RGB, seed: int) -> None:
    """Four to seven soft puffs on a flat base, shaded below."""
    part = strip.part((cx - 4 * size, cy - 2.4 * size, cx + 4 * size, cy + 1.5 * size))
    if part is None:
        return
    x, y = part.x, part.y
    inside, count = torch.zeros(1, 1), 4 + int(4 * hashed(seed, 60))
    for k in range(count):
        share = (k + 0.5) / count * 2 - 1
        dx = share * (1.2 + 0.35 * count) + 0.5 * (hashed(seed, 61, k) - 0.5)
        r = (0.65 + 0.55 * hashed(seed, 62, k)) * (1.2 - 0.55 * abs(share))
        d = ((x - cx - dx * size) ** 2 + ((y - cy - (0.35 - 0.75 * r) * size) * 1.15) ** 2) / (r * size) ** 2
        inside = 1 - (1 - inside) * (1 - (1.25 - d).clamp(0, 1))
    flat = ((cy + size * 0.55 - y) / (size * 0.5)).clamp(0, 1)
    low = ((y - cy + size * 0.3) / size).clamp(0, 1) * 0.16
    shade = torch.tensor(colour) * (1 - low[..., None] * torch.tensor((1.0, 0.8, 0.5)))
    part.cover(inside * flat * 0.9, shade)
