"""Place, time and weather of a scene: what is meant of all that is said, else where the roles are at home."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from soracli.scenes.nearest import Near
from soracli.scenes.staging import BUILT, Role
from soracli.scenes.story import KIND, Setting, Story
from soracli.scenes.vocabulary import DRAWN, Entry, split, tables
from soracli.world.language.actors import BOATS, PLANES
from soracli.world.language.surroundings import NIGHTLY, PLACES, SEASONS

ASHORE = ("by", "beside", "next to", "near", "along", "alongside")
STARRY = frozenset(("night sky", "starry sky", "starry night sky", "stars", "with stars", "milky way", "nightsky",
                    "night time sky", "nighttime sky", "starry sky above", "moonlit sky", "starry night"))  # fmt: skip
TOGETHER = {frozenset(("road", "mountain")): "mountain road"}  # two places that are one when both are said


CLOUDED = frozenset({"rain", "drizzle", "downpour", "storm", "hail", "tornado"})  # under a closed sky
OPEN = CLOUDED | {"snow", "flurries", "blizzard", "sandstorm", "wind", "sunbeams"}  # in no room


@dataclass(frozen=True)
class Chosen:
    """place, time, weather and season of a scene.

    near: (as typed, shown instead). dropped: phrases that found no room.
    """

    place: str
    time: str
    weather: str
    season: str
    near: tuple[tuple[str, str], ...]
    dropped: tuple[str, ...]


def choose(story: Story, near: Mapping[str, Near], roles: list[Role]) -> Chosen:
    """The place, time, weather and season that a story is shown in. near: nearest known words of unknown ones."""
    rows = story.settings
    places = [_ashore(row) for row in rows if row.slot == "place"]
    solid = [row for row in places if not row.text.endswith("snow")]
    weathers = [row for row in rows if row.slot == "weather"]
    if solid:  # `in the snow` is a place of its own only where no other is said
        weathers += [Setting("weather", Entry("weather", "snow"), row.text, "") for row in places if row not in solid]
        places = solid
    for noun, _ in story.strangers:
        found = near.get(noun)
        if found is not None and found.slot == "place":
            places.append(Setting("place", Entry("place", found.value, True), noun, ""))
    swaps: list[tuple[str, str]] = []
    dropped: list[str] = []
    places = _told_apart(places, roles, dropped)
    place = _one(places, swaps, dropped)
    weather = _one(weathers, swaps, dropped) or "clear"
    hours = [row for row in rows if row.slot == "time"]
    time = _one([row for row in hours if row.entry.value not in SEASONS], swaps, dropped)
    season = _one([row for row in hours if row.entry.value in SEASONS], swaps, dropped)
    home = _home(roles)
    if place == "sea" and home == "underwater":  # fish are in the sea, not on it
        place = home
    if not place and not roles and any(row.entry.value == "night" and row.text in STARRY for row in rows):
        place = "sky"  # nothing else is asked for
    if not place and (weather in OPEN or season) and PLACES[home].indoors:
        home = "village"  # it does not fall in a room
    if not place and weather == "sandstorm":
        home = "desert"
    place = place or ("sea" if roles and roles[0].action == "swim" and not PLACES[home].water else home)
    if not time and any(role.name.lower() in split(tables()[0]["hours"]["seen"]["night"]) for role in roles):
        time = "night"
    if not time:
        dark = place in NIGHTLY or weather == "fireflies"
        time = "night" if dark else "overcast" if weather in CLOUDED else "day"
    if weather == "leaves" and not season:
        season = "autumn"
    return Chosen(place, time, weather, season, tuple(swaps), tuple(dropped))


def _told_apart(places: list[Setting], roles: list[Role], dropped: list[str]) -> list[Setting]:
    """Of several places those that are meant: two may be one, or one be seen in the other. dropped: is added to."""
    shown = {row.entry.value for row in places if not row.entry.near}
    for both, place in TOGETHER.items():
        if both <= shown:
            places = [row._replace(entry=Entry("place", place)) if row.entry.value in both else row for row in places]
            shown = shown - both | {place}
    floats = bool(roles) and roles[0].kind == "swimmer"
    over = tuple((value, "sky") for value in sorted(shown - {"sky"}))
    for first, second in (
        ("neon street", "city street"),
        ("city street", "road"),
        *((("beach", "sea"),) if not floats else ()),
        *over,
    ):
        if {first, second} <= shown:  # both are seen there
            places = [row for row in places if row.entry.value != second]
    if roles and roles[0].name in BOATS and all(row.entry.near for row in places):
        dropped += [row.text for row in places if not _wet(row)]
        places = [row for row in places if _wet(row)]
    if roles and roles[0].name in _homes("railway station") and places and all(row.entry.near for row in places):
        places = [row._replace(entry=row.entry._replace(value="railway station")) if row.entry.value == "road" else row
                  for row in places]  # fmt: skip
    return places


def _ashore(row: Setting) -> Setting:
    """`by the sea` is on the beach."""
    by = row.entry.value == "sea" and not row.entry.near and row.behind in ASHORE
    return row._replace(entry=Entry("place", "beach")) if by else row


def _wet(row: Setting) -> bool:
    """Whether there is water at a place, before or behind the ground."""
    return PLACES[row.entry.value].water or PLACES[row.entry.value].shore


def _one(rows: list[Setting], swaps: list[tuple[str, str]], dropped: list[str]) -> str:
    """The setting that is meant: the first that is the thing itself, else the first. The others are noted."""
    if not rows:
        return ""
    best = min(rows, key=lambda row: (row.behind == KIND, row.entry.near, rows.index(row)))
    if best.entry.near:
        swaps.append((best.text, best.entry.value))
    dropped += [row.text for row in rows if row.entry.value != best.entry.value]
    dropped += [row.text for row in rows if row.entry.value == best.entry.value and row.entry.near and row is not best]
    return best.entry.value


def _homes(place: str) -> list[str]:
    """Who is at home at a place."""
    return split(tables()[0]["home"].get(place, ""))


def _under(role: Role, roles: list[Role]) -> str:
    """Whom or what a role is on: a train on a bridge is where bridges are."""
    return roles[role.partner].name if role.relation == "on" and role.partner >= 0 else ""


def _home(roles: list[Role]) -> str:
    """Where they are if it is not said."""
    if not roles:
        return DRAWN[0]
    if roles[0].name in PLANES and roles[0].action in ("launch", "fall"):
        return "airport"
    homes = {name: str(place) for place, names in tables()[0]["home"].items() for name in split(names)}
    built = sorted(roles, key=lambda role: not (role.kind == "thing" and role.length > BUILT))  # does not go elsewhere
    named = [name.lower() for role in built for name in (_under(role, roles), role.name)]
    found = [homes[name] for name in named if name in homes]
    if found and found[0] == "underwater" and roles[0].kind in ("flyer", "walker", "driver"):
        return "lake"  # an eagle catches a fish
    if found:
        return "sea" if found[0] == "underwater" and "sea" in found else found[0]  # ships are on it
    return {"driver": "road", "swimmer": "sea"}.get(roles[0].kind, DRAWN[0])
