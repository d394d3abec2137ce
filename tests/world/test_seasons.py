"""Seasons, skies and light: what grows follows the season, skies differ, performers are lit from where the sun is."""

from __future__ import annotations

import pytest
import torch

from soracli.world import snow
from soracli.world.assets import ActorBank
from soracli.world.domain import Frame
from soracli.world.language.surroundings import SEASONS, TIMES, WEATHERS
from soracli.world.layers import DARK, LIGHTS, shining
from soracli.world.render import render
from soracli.world.scene import Performer, Scene
from soracli.world.scenery import built, paint
from soracli.world.seasons import of_grass, of_tree
from soracli.world.sprites import rimmed

MOMENT = torch.zeros(1, dtype=torch.float64)


@pytest.fixture(scope="module")
def bank() -> ActorBank:
    """A grey square that stands on the ground."""
    frames = torch.zeros(1, 36, 128, 128, 4, dtype=torch.uint8)
    frames[:, :, 40:120, 44:84] = torch.tensor([120, 120, 120, 255], dtype=torch.uint8)
    return ActorBank(("dog",), frames)


def still(
    place: str, bank: ActorBank, *, bare: bool = True, x: float = -9.0, side: int = 96, **more: object
) -> torch.Tensor:
    """uint8 (side, side, 3) of a place; of a performer, if bare, the shadow alone."""
    said = {"time": "day", "seed": 4, **more}
    one = Scene("scenery", (Performer("dog", "stand", size=0.4, x=x),), place, **said)  # type: ignore[arg-type]
    return paint([one], Frame(side, side, MOMENT, bare=bare), bank, torch.device("cpu")).pixels[0, 0].int()


def warm(pixels: torch.Tensor) -> float:
    """Share of the pixels that are red, orange or gold."""
    r, g, b = pixels.unbind(-1)
    return float(((r > g + 25) & (g > b + 15)).float().mean())


@pytest.mark.parametrize("place", ["park", "forest", "meadow", "road", "orchard", "garden"])
def test_leaves_turn_in_autumn_and_lie_on_the_ground(bank: ActorBank, place: str) -> None:
    autumn, summer = (still(place, bank, season=season) for season in ("autumn", "summer"))
    assert warm(autumn[60:]) > warm(summer[60:])
    assert warm(autumn) > warm(summer) + 0.004


@pytest.mark.parametrize("place", ["park", "village", "forest"])
def test_snow_lies_in_winter_and_none_falls(bank: ActorBank, place: str) -> None:
    white = still(place, bank, season="winter").float().amin(-1) / 255
    assert float(white[80:].median()) > 0.75
    assert snow.lies(place, "clear", "winter")
    assert not snow.lies("living room", "clear", "winter")


@pytest.mark.parametrize("season", SEASONS)
def test_firs_and_what_is_not_green_stay_as_they_are(season: str) -> None:
    for colour in ((0.22, 0.47, 0.32), (0.8, 0.2, 0.2), (0.5, 0.5, 0.5), (0.2, 0.4, 0.8)):
        assert of_grass(colour, season) == colour
    assert of_tree((0.3, 0.6, 0.2), "") == (0.3, 0.6, 0.2)


def test_trees_of_a_season_differ() -> None:
    assert len({of_tree((0.3, 0.6, 0.2), "autumn", 5, i) for i in range(20)}) == 20


def test_rooms_know_no_season(bank: ActorBank) -> None:
    assert still("kitchen", bank).equal(still("kitchen", bank, season="winter"))


def test_every_time_and_weather_can_be_painted(bank: ActorBank) -> None:
    assert set(TIMES) == set(LIGHTS)
    for weather in WEATHERS:
        for time in ("dusk", "gloom") if weather in DARK else ("golden hour",):
            one = Scene("scenery", (Performer("dog", "stand", size=0.4),), "meadow", time, weather, seed=4)
            film = render([one], width=64, height=48, frames=3, fps=1, bank=bank).pixels[0].float()
            assert film.std() > 5
            assert (film[0] - film[1]).abs().max() > 1 or weather in ("clear", "sunbeams")


def test_skies_differ_from_seed_to_seed() -> None:
    """In more than the place of a cloud: of any two, on the average, by some levels all over."""
    frame = Frame(96, 96, MOMENT)
    one = Scene("scenery", (), "beach", "day")
    skies = [built(Scene("scenery", (), "beach", "day", seed=k), torch.zeros(1), frame).sky.pixels for k in range(8)]
    far = [float((a - b).abs().mean()) * 255 for i, a in enumerate(skies) for b in skies[:i]]
    assert min(far) > 2
    assert one.season == ""


def sides(seeds: range) -> tuple[int, int]:
    """A seed whose sun stands far on the left, and one of the right."""
    at = {seed: shining("sunset", "clear", "beach", seed).orb_x for seed in seeds}
    return min(at, key=at.__getitem__), max(at, key=at.__getitem__)


@pytest.mark.parametrize("time", ["sunset", "dawn", "golden hour"])
def test_performers_are_bright_on_the_side_of_the_sun(bank: ActorBank, time: str) -> None:
    for seed, towards in zip(sides(range(40)), (-1, 1), strict=True):
        shown = still("beach", bank, bare=False, x=0.5, side=384, time=time, seed=seed)[210:290]
        left, right = (float(shown[:, at].sum(-1).float().mean()) for at in (slice(169, 172), slice(212, 215)))
        assert (right - left) * towards > 8


def test_what_is_white_stays_white_under_a_low_sun() -> None:
    """Its rim is no brighter than white, and of no other colour."""
    art = torch.full((1, 4, 20, 20), 255, dtype=torch.uint8)
    shown = rimmed(art, 1.0, shining("sunset", "clear", "beach", 1), 100)
    assert shown.min() > 180
    assert shown[:, :, 10, -1].eq(255).all()


@pytest.mark.parametrize("time", ["sunset", "dawn", "golden hour"])
def test_shadows_are_long_and_fall_away_from_a_low_sun(bank: ActorBank, time: str) -> None:
    for seed, towards in zip(sides(range(40)), (-1, 1), strict=True):
        dark = still("beach", bank, time=time, seed=seed) - still("beach", bank, x=0.5, time=time, seed=seed)
        shade = dark.amax(-1).float()
        middle = float((shade.sum(0) * torch.arange(96)).sum() / shade.sum()) - 48
        assert middle * towards < -4
        noon = still("beach", bank, seed=seed) - still("beach", bank, x=0.5, seed=seed)
        assert (shade > 6).any(0).sum() > 1.5 * (noon.amax(-1) > 6).any(0).sum()


def test_a_hidden_sun_casts_no_long_shadow() -> None:
    for weather in ("rain", "storm", "sandstorm", "fog"):
        light = shining("sunset", weather, "beach", 1)
        assert (light.long, max(light.rim), light.orb_at) == (0.0, 0.0, "none")
    assert shining("sunset", "clear", "kitchen", 1).long == 0
