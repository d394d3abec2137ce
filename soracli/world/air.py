"""What a season and the weather add to a place: leaves on the ground, wet ground, a funnel, rays of light, a wash."""

from __future__ import annotations

import torch

from soracli.world.language.surroundings import BARE, PLACES
from soracli.world.language.verbs import HORIZON, ground_factor
from soracli.world.layers import Backdrop, View, ground_coordinates, orb_at
from soracli.world.seasons import LITTER
from soracli.world.strips import Strip, disc, hashed, noise

BARREN = frozenset((  # where no leaves fall
    "desert", "snowy field", "arctic", "volcano", "canyon", "beach", "airport", "rooftop", "race track", "stadium",
))  # fmt: skip
PAVED = frozenset((
    "city street", "road", "village", "castle", "market", "harbour", "railway station", "airport", "rooftop",
    "race track", "courtyard", "bridge", "esplanade", "venice", "fairground", "playground",
))  # fmt: skip
WET = frozenset({"rain", "drizzle", "downpour", "storm"})


def changed(drawn: Backdrop, view: View, place: str) -> Backdrop:
    """A place in the view's season and weather; snow is `snow.covered`. Changes its layers in place."""
    known = PLACES.get(place)
    if place in BARE or known is None or known.indoors:
        return drawn
    if known.ground and not known.water:
        if view.season in LITTER and place not in BARREN:
            _litter(view, drawn.ground, max(drawn.shore, HORIZON))
        if view.weather in WET:
            _wet(view, drawn.ground, 0.55 if place in PAVED else 0.2)
    if view.weather == "tornado" and known.ground:
        drawn = drawn._replace(far=[*drawn.far, _funnel(view)])
    if view.weather == "sunbeams":
        drawn = drawn._replace(front=[*drawn.front, _beams(view)])
    return drawn


def _litter(view: View, ground: Strip, low: float) -> None:
    """Leaves or petals that lie scattered on the ground below row `low`, thicker in some places."""
    left, right = ground.span
    colours = [view.tone(colour) for colour in LITTER[view.season]]
    for i in range(round(230 * (right - left))):
        y = low + 0.02 + (0.97 - low) * hashed(view.seed, 961, i) ** 1.4
        x = left + (right - left) * hashed(view.seed, 962, i)
        size = 0.0085 * ground_factor(y) * (0.6 + 0.7 * hashed(view.seed, 963, i))
        ground.put(disc(x, y, size, size * (0.3 + 0.25 * hashed(view.seed, 964, i))), colours[i % len(colours)])


def _wet(view: View, ground: Strip, strength: float) -> None:
    """Puddles that the sky is seen in. strength: cover of the largest."""
    u, z = ground_coordinates(view, ground)
    pools = noise(u * 0.9, z * 5, view.seed + 965) + 0.4 * noise(u * 2.1, z * 11, view.seed + 966)
    near = ((ground.y - HORIZON) * 14).clamp(0, 1)
    ground.cover(((pools - 0.1) * 3).clamp(0, 1) * near * strength, view.light.horizon)
    ground.cover(near * strength * 0.25, view.light.zenith)


def _funnel(view: View) -> Strip:
    """A whirl of dust that hangs from the clouds to the ground, far off, and wanders."""
    strip = view.strip(0.0, HORIZON + 0.03, 0.08, 0.012)
    x = view.aspect * view.between(0.3, 0.7, 967)
    down = (strip.y / HORIZON).clamp(0, 1)
    middle = x + 0.06 * (down * 5 + 3 * hashed(view.seed, 968)).sin() * down
    half = 0.016 + 0.17 * (1 - down) ** 2.2
    across = (strip.x - middle) / half
    inside = ((1 - across.abs()) * half * view.height / 3).clamp(0, 1)
    wound = noise(across * 1.5 + down * 3, down * 16 - across * 1.2, view.seed + 969)
    body = (
        torch.tensor(view.tone((0.50, 0.47, 0.46), 0.2)) * (0.86 + 0.16 * wound - 0.22 * across.clamp(-1, 1))[..., None]
    )
    strip.cover(inside * 0.94, body)
    foot = (1 - ((strip.x - middle) / 0.16) ** 2 - ((strip.y - HORIZON) / 0.06) ** 2).clamp(0, 1)
    strip.cover(
        foot * (0.75 + 0.25 * noise(strip.x * 14, strip.y * 18, view.seed + 970)), view.tone((0.62, 0.55, 0.46), 0.1)
    )
    return strip


def _beams(view: View) -> Strip:
    """Rays that fan out from the light, over all that stands there."""
    strip = Strip.empty(0, 1.0, (0, view.width), view.height, 0.0)
    x, _ = orb_at(view.light, view.seed, view.aspect)
    turn = torch.atan2(strip.x - x, strip.y + 0.35) * 7
    flat = torch.full((1, 1), 0.5)
    rays = noise(turn + 9, flat.expand_as(turn), view.seed + 971) + 0.5 * noise(
        turn * 2.3, flat.expand_as(turn), view.seed + 972
    )
    fade = (1.1 - strip.y).clamp(0, 1) ** 1.2
    strip.cover(((rays + 0.05) * 1.6).clamp(0, 1) * fade * 0.42, view.light.orb)
    return strip
