"""What stands in the sky: sun, moon, stars and clouds, other ones for every seed. Lengths are frame heights."""

from __future__ import annotations

import math

import torch

from soracli.world.language.verbs import HORIZON
from soracli.world.layers import View, blended, orb_at
from soracli.world.strips import RGB, Strip, disc, hashed, noise

KINDS = ("heaps", "heaps", "banks", "streaks", "flock", "heaps")  # of clouds in fair weather, by the seed


def sky(view: View, clouds: float = 1.0) -> Strip:
    """Gradient, sun or moon, clouds or stars. It stands still, however the camera moves. clouds: 1 = as usual."""
    strip = Strip.empty(0, HORIZON + 0.08, (0, view.width), view.height, 0.0)
    heavens(view, strip, HORIZON, clouds)
    return strip


def heavens(view: View, strip: Strip, horizon: float, clouds: float = 1.0) -> None:
    """Paint a sky over the whole of a strip. horizon: row in which its gradient ends."""
    light = view.light
    clear = light.orb_at != "none"
    strip.cover(torch.ones(1, 1), light.zenith)
    strip.cover((strip.y / horizon).clamp(0, 1) ** view.between(0.8, 1.6, 6), light.horizon)
    starry = light.lit and light.orb_at == "high"
    if starry:
        stars(view, strip, horizon - 0.04, 150)
    if light.orb_at in ("low", "below"):
        _afterglow(view, strip, horizon)
    if clear and light.orb_at != "below" and not light.played:
        _orb(view, strip, horizon)
    if not starry:
        _clouds(view, strip, horizon, clouds)
    strip.cover((1 - (horizon - strip.y) / 0.16).clamp(0, 1) ** 2 * (0.25 if light.lit else 0.45), light.horizon)


def _afterglow(view: View, strip: Strip, horizon: float) -> None:
    """The brightness of the air where the sun stands low or has just gone, wide along the horizon."""
    x, _ = orb_at(view.light, view.seed, view.aspect, horizon)
    across, up = (strip.x - x) / (0.75 * view.aspect), (horizon - strip.y) / 0.24
    strip.cover((-(across**2) - up.clamp(min=0) ** 1.5).exp() * 0.75, view.light.orb)


def _orb(view: View, strip: Strip, horizon: float) -> None:
    """The sun, or the moon in one of its phases, and the light around it."""
    light, low = view.light, view.light.orb_at == "low"
    x, y = orb_at(light, view.seed, view.aspect, horizon)
    radius = view.between(0.034, 0.062, 7) if light.lit else view.between(0.045, 0.095 if low else 0.07, 7)
    away = ((strip.x - x) ** 2 + (strip.y - y) ** 2).sqrt()
    strip.cover((-away * (4 if low else 7)).exp() * (0.25 if light.lit else 0.5), light.orb)
    strip.cover((-(away - radius).clamp(min=0) / (0.45 * radius)).exp() * (0.35 if light.lit else 0.7), light.orb)
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
    else:
        strip.shape(here, disc(x, y, radius * 0.7, radius * 0.7), blended(light.orb, (1.0, 1.0, 1.0), 0.5), 0.7)


def stars(view: View, strip: Strip, low: float, count: int) -> None:
    """Stars down to row `low`, most of them faint and few large, and a band of those too many to be told apart."""
    left, right = strip.span
    slope, rise = view.between(-0.5, 0.5, 41), view.between(0.1, 0.35, 42)
    across = (strip.y - rise - slope * (strip.x - view.aspect / 2)) / 0.13
    dust = noise(strip.x * 5, strip.y * 5, view.seed + 43) * 0.5 + 0.6
    fade = ((low - strip.y) / 0.2).clamp(0, 1)
    strip.cover((-(across**2)).exp() * dust.clamp(0, 1) * fade * view.between(0.04, 0.2, 44), (0.72, 0.76, 1.0))
    for i in range(round(count * (right - left))):
        a, b, c = (hashed(view.seed, 40, i, k) for k in range(3))
        r = max(0.0014 + 0.0062 * c**6, 0.4 / view.height)
        x, y = left + a * (right - left), b * low
        colour = ((0.85, 0.88, 1.0), (1.0, 0.93, 0.82), (0.78, 0.86, 1.0))[i % 3]
        strip.shape((x - r, y - r, x + r, y + r), disc(x, y, r, r), colour, (0.3 + 0.7 * c) * min((low - y) / 0.1, 1))


def aurora(view: View, strip: Strip) -> None:
    """Curtains of green and violet light."""
    for k, colour in enumerate(((0.30, 0.95, 0.60), (0.35, 0.80, 0.90), (0.62, 0.40, 0.90))):
        flat = torch.full((1, 1), 0.5)
        low = view.between(0.26, 0.44, 1063, k) + 0.09 * noise(strip.x * 1.4, flat, view.seed + 1064 + k)
        rays = 0.65 + 0.35 * noise(strip.x * 14, flat, view.seed + 1067 + k)
        up = (low - strip.y) / 0.26
        strip.cover((up * 12).clamp(0, 1) * (1 - up).clamp(0, 1) ** 1.3 * rays * 0.75, colour)


# --- clouds -----------------------------------------------------------------------------------------------------------


def _clouds(view: View, strip: Strip, horizon: float, clouds: float) -> None:
    """Of one kind on a fair day, with veils above them on some; under a dull sky a ceiling. clouds: 1 = as usual."""
    light = view.light
    if light.orb_at == "none":
        _ceiling(view, strip, horizon)
        return
    kind = view.pick(KINDS, 52)
    if kind == "streaks" or hashed(view.seed, 45) < 0.3:
        _streaks(view, strip, horizon, 0.75 if kind == "streaks" else 0.4)
    if kind == "flock":
        _flock(view, strip, horizon)
    if kind == "banks":
        _bank(view, strip, horizon, view.between(0.10, 0.2, 53) * min(clouds, 1))
    count = round((1 + 4 * hashed(view.seed, 49)) * clouds * max(view.aspect, 1))
    _heaps(view, strip, horizon, count if kind == "heaps" else count // 2 if kind == "banks" else 0)


def _heaps(view: View, strip: Strip, horizon: float, count: int) -> None:
    """Heaps of clouds, the lower the farther away: smaller, flatter and paler."""
    size = view.between(0.8, 1.45, 50)
    heights = sorted(0.07 + (horizon - 0.21) * hashed(view.seed, 4, i) ** 0.8 for i in range(count))
    for i, cy in enumerate(reversed(heights)):
        cx = view.aspect * ((i + 0.8 * hashed(view.seed, 3, i)) / count + hashed(view.seed, 51)) % view.aspect
        far = cy / horizon
        colour = blended(view.light.cloud, view.light.horizon, 0.55 * far**2)
        cloud(strip, cx, cy, (0.064 - 0.056 * far + 0.022 * hashed(view.seed, 5, i)) * size, colour, view.seed + i)


def _bank(view: View, strip: Strip, horizon: float, tall: float) -> None:
    """A wall of heaped clouds that stands on the horizon, in two rows."""
    flat = torch.full((1, 1), 0.5)
    for row, pale in enumerate((0.6, 0.35)):
        x = strip.x / tall * (0.9 + 0.5 * row) + 7 * hashed(view.seed, 54, row)
        heap = x.sin().abs() ** 0.6 * 0.5 + (x * 2.7 + (x * 0.9).sin()).sin().abs() ** 0.6 * 0.22
        heap = heap + 0.5 * noise(x * 0.35, flat, view.seed + 55 + row) + 0.25
        top = horizon - tall * heap * (1 - 0.4 * row)
        inside = ((strip.y - top) * view.height / 2 + 0.5).clamp(0, 1)
        depth = ((strip.y - top) / tall).clamp(0, 1)[..., None]
        colour = torch.tensor(blended(view.light.cloud, view.light.horizon, pale))
        strip.cover(inside * 0.95, colour * (1 - depth * torch.tensor((0.22, 0.16, 0.08))))


def _streaks(view: View, strip: Strip, horizon: float, strength: float) -> None:
    """Veils that the wind has drawn out, high up."""
    lean, stretch = view.between(-0.35, 0.35, 56), view.between(6.0, 11.0, 46)
    rise = strip.y + lean * (strip.x - view.aspect / 2) * 0.6
    bend = 0.25 * noise(strip.x * 1.1, strip.y * 2, view.seed + 57)
    veil = noise(strip.x * 1.1 + bend, rise * stretch + bend, view.seed + 47)
    veil = veil + 0.5 * noise(strip.x * 2.6 + bend, rise * stretch * 2.6, view.seed + 48)
    low = ((horizon - strip.y) / 0.25).clamp(0, 1)
    strip.cover(((veil - 0.05) * 1.3).clamp(0, 1) * low * strength, view.light.cloud)


def _flock(view: View, strip: Strip, horizon: float) -> None:
    """Rows of small clouds that close up towards the horizon."""
    near = 1 / (1.15 - strip.y / horizon).clamp(min=0.12)
    u, v = (strip.x - view.aspect / 2) * near.clamp(max=4), near * 2.2
    puffs = noise(u * 3.2 + v * 0.6, v * 2.6, view.seed + 58) + 0.45 * noise(u * 7, v * 6, view.seed + 59)
    field = noise(u * 0.7, v * 0.5, view.seed + 63)
    inside = ((puffs - 0.05) * 2.4).clamp(0, 1) * ((field + 0.35) * 2).clamp(0, 1)
    fade = ((horizon - strip.y) / 0.2).clamp(0, 1)
    shade = 1 - 0.14 * (0.6 - puffs).clamp(0, 1)[..., None]
    strip.cover(inside * fade * 0.85, torch.tensor(view.light.cloud) * shade)


def _ceiling(view: View, strip: Strip, horizon: float) -> None:
    """A closed sky of soft dark and light folds, flatter towards the horizon."""
    light = view.light
    near = 1 / (1.12 - strip.y / horizon).clamp(min=0.1)
    u, v = (strip.x - view.aspect / 2) * near.clamp(max=5), near * 1.5
    folds = 0.7 * noise(u * 1.1, v * 1.6, view.seed + 47) + 0.4 * noise(u * 2.7, v * 3.6, view.seed + 48)
    folds = folds + 0.2 * noise(u * 6, v * 8, view.seed + 64)
    fade = ((horizon - strip.y) / 0.3).clamp(0, 1)
    white = view.tone((0.8, 0.8, 0.86)) if light.lit else light.cloud
    strip.cover((folds * 1.1).clamp(0, 1) * fade * (0.35 if light.lit else 0.8), white)
    strip.cover((-folds * 1.1).clamp(0, 1) * fade * 0.5, tuple(c * light.gloom for c in light.zenith))  # type: ignore[arg-type]


def cloud(strip: Strip, cx: float, cy: float, size: float, colour: RGB, seed: int) -> None:
    """Five to nine soft puffs on a flat base, lit above and shaded below."""
    part = strip.part((cx - 4 * size, cy - 2.4 * size, cx + 4 * size, cy + 1.5 * size))
    if part is None:
        return
    x, y = part.x, part.y
    inside, bright, count = torch.zeros(1, 1), torch.zeros(1, 1), 5 + int(5 * hashed(seed, 60))
    for k in range(count):
        share = (k + 0.5) / count * 2 - 1
        dx = share * (1.1 + 0.22 * count) + 0.5 * (hashed(seed, 61, k) - 0.5)
        r = (0.5 + 0.7 * hashed(seed, 62, k)) * (1.2 - 0.6 * abs(share))
        left, up = (x - cx - dx * size) / (r * size), (y - cy - (0.35 - 0.75 * r) * size) * 1.15 / (r * size)
        puff = (1.2 - left**2 - up**2).clamp(0, 1)
        inside = 1 - (1 - inside) * (1 - (puff * 1.6).clamp(max=1))
        bright = torch.lerp(bright, (0.72 - 0.5 * up - 0.12 * left).clamp(0, 1), puff)
    flat = ((cy + size * 0.55 - y) / (size * 0.3)).clamp(0, 1)
    shade = ((1 - bright) * 0.30)[..., None] * torch.tensor((1.0, 0.82, 0.55))
    part.cover(inside * flat * 0.95, torch.tensor(colour) * (1 - shade))
