"""How much of prompts as people type them is read into the right scene: the files of `prompts/`, see SETS.

python benchmarks/read.py [--index FILE] [--only SET] [--wrong]    # --wrong: the misses of building sets, never of held

A row is a prompt and what it means, by hand. performers: one entry for all that are alike, `null` = not judged. Of
each: name: pictures that may play it, `*` any; count: least and most, [1, 1] unless said; action; direction; relation
and partner; colour; change: `bitten`, `opened`, `in`, `out`; optional: may be left out; place: a place that draws the
same. place, time, weather, camera, style: what may be shown, `*` or `-` among them anything: a place that the world
has and the prompt names is the only right one, and needs no note. noted: part of a word of which a note must speak,
unless it is a verb that is played (labels are older than dance, sleep, eat, talk, work, glow and throw, and know
them as bounce and stand) or a picture is called so by now (STOOD_IN: who stood in for those that are younger; YOUNGER:
may be there too; pictures drawn by code that no label knows are right where a prompt calls them by name; PLACED: places
that stood in). Of several actions in turn one must be right. What is not said is judged too: clear weather, a static or
a tracking camera, the plain style, day or overcast; the place is free.
others: further performers are not judged, nor what somebody wears on the head or has in the hands that no entry names.

Columns: all rows, defaults and wildcards counted as right; floor: the same of a reader that understands nothing; where
said: only rows that ask for something there, which is the figure to look at.

How far to trust it: one hand wrote both halves of `read` before the reader, and then the reader's lists of words, so
the second half is not blind to them; labels of both were widened once (optional performers) after misses of the first
were seen. `strangers` are mostly prompts of others word for word (`source`: VBench, Sora's report, CogVideoX's and
DitFlow's galleries and so on), labelled by the hand that then changed the reader, before it had read it, and halved by
hash; labels of both halves were widened once by rule (snow in `snowy`, the moon for space). `sayings` and `paraphrases`
were written and labelled for an older reader by three other hands: one performer, its action, direction, place and
time; the first rows of each were seen when the files were made, and `sayings-a` whole. Labels of places in all sets
were brought to the 34 places that the world had then by the words of the prompts alone, before the reader was asked; a
younger place counts as what stood in for it (PLACES_STOOD_IN).
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import time
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from soracli.scenes.known import shipped
from soracli.scenes.read import Reading, read
from soracli.scenes.relations import THROWS
from soracli.scenes.roles import FLIGHT
from soracli.scenes.vocabulary import Library, vocabulary
from soracli.world.language.actors import BALLS, HEADWEAR, HELD
from soracli.world.language.actors import index as library_index
from soracli.world.language.surroundings import PLAIN
from soracli.world.language.verbs import THROWN
from soracli.world.language.words import PLAYED
from soracli.world.scene import Performer

FOLDER = Path(__file__).with_name("prompts")


class Set(NamedTuple):
    """file: of `prompts/`. half: the rows marked so, all if "". held: its misses are never shown."""

    file: str
    half: str
    held: bool


SETS = {
    "read-dev": Set("read-dev", "", held=False),
    "read-test": Set("read-test", "", held=True),
    "strangers-build": Set("strangers", "build", held=False),
    "strangers-held": Set("strangers", "held", held=True),
    "sayings-a": Set("sayings-a", "", held=False),
    "sayings-b": Set("sayings-b", "", held=True),
    "paraphrases": Set("paraphrases", "", held=True),
}
UNSAID = {
    "place": ["*"],
    "time": ["day", "overcast"],
    "weather": ["clear"],
    "camera": ["static", "tracking"],
    "style": ["3d"],
}
SLOTS = ("performers", "action", "direction", "relation", "colour", "change", *UNSAID, "noted")
MIRRORED = {"behind": "in front of", "in front of": "behind", "beside": "beside", "meets": "meets"}


class Indexed:
    """A library by its index alone."""

    def __init__(self, path: Path) -> None:
        self._rows = {row["name"]: row for row in json.loads(path.read_text("utf-8"))}

    def own(self) -> tuple[str, ...]:
        return ()

    def names(self) -> tuple[str, ...]:
        return tuple(self._rows)

    def synonyms(self, name: str) -> tuple[str, ...]:
        return tuple(self._rows[name]["called"])

    def kind(self, name: str) -> str:
        return str(self._rows[name]["kind"])

    def length(self, name: str) -> float:
        return float(self._rows[name]["metres"])


STOOD_IN = {  # pictures that are younger than the labels -> who stood in for them
    "hen": "chicken", "squirrel": "chipmunk", "knight": "guard", "hot air balloon": "balloon", "sleeping cat": "cat",
    "sleeping dog": "dog", "pirate ship": "ship", "dragonfly": "butterfly", "Eiffel tower": "Tokyo tower",
    "crow": "bird", "crow in flight": "bird", "drone": "helicopter", "bench": "seat",
    "pigeon": "dove", "seagull in flight": "dove", "sofa": "couch and lamp", "armchair": "chair", "throne": "seat",
    "stool": "seat", "level skateboard": "skateboard", "sitting cat": "cat", "sitting dog": "dog",
}  # fmt: skip

PLACED = {  # places, times and weathers that are younger than the labels -> those that stood in for them
    "golden hour": ("sunset",), "dusk": ("sunset", "night"), "gloom": ("overcast", "night"),
    **dict.fromkeys(("drizzle", "downpour", "storm", "hail"), ("rain",)), "sandstorm": ("fog",), "wind": ("leaves",),
    **dict.fromkeys(("flurries", "blizzard"), ("snow",)), "tornado": ("rain", "clear"),
    "sunbeams": ("clear",),
    "savanna": ("meadow", "desert"), "river": ("lake", "sea", "forest"), "arctic": ("snowy field", "sea"),
    "canyon": ("desert", "mountain"), "orchard": ("garden", "farm", "forest"), "cherry grove": ("garden", "forest"),
    "mars": ("desert", "moon"), "alien planet": ("moon", "desert", "space"), "stadium": ("stage", "meadow"),
    "market": ("village", "city street"), "fairground": ("stage", "meadow", "playground", "park"),
    "rooftop": ("city street",), "harbour": ("beach", "sea"), "vineyard": ("garden", "farm"),
    "swamp": ("forest", "lake"), "race track": ("road",), "mountain road": ("road", "mountain"),
    **dict.fromkeys(("neon street", "city skyline", "parking lot"), ("city street",)), "island": ("beach",),
    **dict.fromkeys(("sunflower field", "lavender field", "tulip field"), ("meadow", "garden")),
    "wheat field": ("farm",), "ice rink": ("snowy field",), "pyramids": ("desert",), "japanese garden": ("garden",),
    "ruins": ("castle", "city street"), "haunted house": ("castle", "graveyard"), "floating islands": ("meadow",),
    "candy land": ("meadow",), "lab": ("office",), "paris": ("city street",),
    "venice": ("city street", "sea"),
    **dict.fromkeys(("cafe", "shop", "bathroom", "church", "spaceship cabin"), ("living room",)),
    "gym": ("living room", "stage"), "hospital": ("office", "living room"),
    "museum": ("library", "living room", "stage"), "ballroom": ("stage", "living room"),
    "factory": ("office", "living room"), "nightclub": ("stage",), **dict.fromkeys(PLAIN, ("stage",)),
}  # fmt: skip
SEASONED = {"autumn": "leaves", "winter": "snow"}  # weathers that stood in for seasons
DRAWS = {"fairground": ("ferris wheel",)}  # what places that are younger than the labels draw of themselves


YOUNGER = frozenset((  # pictures of what labels know as a place or not at all: they may be there where a prompt says so
    "table", "wooden fence", "brick wall", "cauldron", "shovel", "chessboard", "bottle", "pillow", "fire hydrant",
    "floor lamp", "signpost", "barn",
))  # fmt: skip


class Group(NamedTuple):
    """Performers that are alike, and their indices in the scene."""

    one: Performer
    members: tuple[int, ...]


def groups(cast: tuple[Performer, ...]) -> list[Group]:
    """Performers of one name and colour, in the order of the scene."""
    found: dict[tuple[str, str], list[int]] = {}
    for i, one in enumerate(cast):
        found.setdefault((one.name, one.colour), []).append(i)
    return [Group(cast[rows[0]], tuple(rows)) for rows in found.values()]


def matched(row: dict[str, Any], cast: tuple[Performer, ...], place: str) -> list[Group | None] | None:
    """For every wanted entry its group, None for one that may be left out; None if they do not match.

    place: of the scene, which may draw what an entry wants.
    """
    wanted: list[dict[str, Any]] = row["performers"]
    left = groups(cast)
    found: list[Group | None] = [None] * len(wanted)
    for index in sorted(range(len(wanted)), key=lambda i: "*" in wanted[i]["name"]):
        want = wanted[index]
        least, most = want.get("count", (1, 1))
        fits = [g for g in left if (_named(want, g) or _is_younger(g.one, row["prompt"]))
                and least <= len(g.members) <= most]  # fmt: skip
        fits.sort(key=lambda g: g.one.colour != want.get("colour", ""))
        if fits:
            found[index] = fits[0]
            left.remove(fits[0])
        elif not (want.get("optional") or want.get("place") == place or {*want["name"]} & {*DRAWS.get(place, ())}):
            return None
    more = [group for group in left if group.one.name not in {*HEADWEAR, *HELD} or group.one.relation != "on"]
    more = [group for group in more if not _is_called(group.one, row.get("noted", ""))]
    more = [group for group in more if group.one.name not in YOUNGER or not _is_said(group.one, row["prompt"])]
    return None if more and not row.get("others") else found


def _named(row: dict[str, Any], group: Group) -> bool:
    """Whether a picture is one of those that may play; in the air, the drawing of a flying bird plays some birds."""
    flies = any(FLIGHT[name][0] == group.one.name for name in FLIGHT.keys() & {*row["name"]})
    return "*" in row["name"] or _plays(group.one, row["name"]) or flies


def _is_younger(one: Performer, prompt: str) -> bool:
    """Whether a picture that no label knows is called what the prompt says: then it is the right one."""
    called = shipped().synonyms(one.name)
    said = _is_said(one, prompt) or any(name.lower() in prompt.lower() for name in called)
    return said and one.name in drawn_since()


@cache
def drawn_since() -> frozenset[str]:
    """Names of pictures drawn by code that stand in no label, nor in the tables of those who stood in."""
    lines = [line for path in FOLDER.glob("*.jsonl") for line in path.read_text("utf-8").splitlines()]
    wanted = [want for line in lines if line.strip() for want in json.loads(line).get("performers") or ()]
    known = {name for want in wanted for name in want.get("name", ())}
    names = {str(row["name"]) for row in library_index() if str(row["code"]).startswith("drawn-")}
    return frozenset(names - known - {*STOOD_IN} - YOUNGER)


def _plays(one: Performer, names: list[str]) -> bool:
    """Whether a performer is one of those of a label, or what stood in for it is."""
    return bool({one.name, STOOD_IN.get(one.name, "")} & {*names})


def _is_called(one: Performer, word: str) -> bool:
    """Whether a word that a label wants a note on, as it could not be drawn, is what a performer is called now."""
    return bool(word) and word in " ".join((one.name, *shipped().synonyms(one.name))).lower()


def _is_said(one: Performer, prompt: str) -> bool:
    """Whether a prompt has the last word of its picture's name in it."""
    return one.name.rpartition(" ")[2] in prompt.lower()


def judged(row: dict[str, Any], reading: Reading) -> dict[str, bool]:
    """Slot -> whether it is right."""
    scene = reading.scene
    right = {}
    for slot, plain in UNSAID.items():
        allowed = row.get(slot, plain)
        right[slot] = bool({"*", "-"} & {*allowed}) or getattr(scene, slot) in allowed
        right[slot] = right[slot] or bool({*allowed} & {*PLACED.get(getattr(scene, slot), ())})
        right[slot] = right[slot] or (slot == "weather" and SEASONED.get(scene.season) in allowed)
        right[slot] = right[slot] or ("-" in allowed and getattr(scene, slot) in plain)
    right["noted"] = _is_noted(row.get("noted", "").lower(), reading)
    wanted = row["performers"]
    if wanted is None:
        return right | dict.fromkeys(SLOTS[:6], True)
    found = matched(row, scene.performers, scene.place)
    right["performers"] = found is not None
    if found is None:
        return right | dict.fromkeys(SLOTS[1:6], False)
    pairs = [(want, group) for want, group in zip(wanted, found, strict=True) if group is not None]
    right["action"] = all("action" not in want or _actions(group.one) & {*want["action"]} for want, group in pairs)
    right["direction"] = all(want.get("direction", group.one.direction) == group.one.direction for want, group in pairs)
    drawn = {name for want, group in zip(wanted, found, strict=True) if group is None for name in want["name"]}
    right["relation"] = all(
        _related(want, group, scene.performers) or bool(drawn & {*want.get("partner", ())}) for want, group in pairs
    )
    right["colour"] = all(want.get("colour", group.one.colour) == group.one.colour for want, group in pairs)
    right["change"] = all(_changed(want, group.one) for want, group in pairs)
    return right


def _is_noted(word: str, reading: Reading) -> bool:
    """Whether a note speaks of a word, or it is a verb that is played after all: labels are older."""
    done = {action for one in reading.scene.performers for action in (one.action, *(act.action for act in one.then))}
    played = {verb for action in done for verb in PLAYED.get(action, ())}
    played |= {verb for verb, action in THROWS.items() if action in done}
    drawn = any(_is_called(one, word) for one in reading.scene.performers)
    for slot in ("place", "time", "weather"):
        entry, scene = vocabulary(shipped()).of(word, slot), reading.scene
        drawn = drawn or (entry is not None and not entry.near and entry.value in (getattr(scene, slot), scene.season))
    return (
        drawn or word in " ".join(reading.notes).lower() or any(word.startswith(verb[: len(word)]) for verb in played)
    )


def _actions(one: Performer) -> set[str]:
    """What it does, in turn, by the actions that labels know: they are older than what is played, or thrown."""
    thrown = dict.fromkeys(THROWN, "bounce" if one.name in BALLS else "stand") | {"drop": "fall"}
    known = {**dict.fromkeys(PLAYED, "stand"), **thrown, "dance": "bounce"}
    return {known.get(action, action) for action in (one.action, *(act.action for act in one.then))}


def _related(want: dict[str, Any], group: Group, cast: tuple[Performer, ...]) -> bool:
    if "relation" not in want:
        return group.one.relation not in ("chases", "meets") or len(group.members) > 1 or _met(group, cast)
    if "*" in want["relation"]:
        return True
    partners = want.get("partner")
    for one in (cast[i] for i in group.members):
        if one.relation in want["relation"] and (not partners or _plays(cast[one.partner], partners)):
            return True
    mirrored = [MIRRORED[r] for r in want["relation"] if r in MIRRORED]
    return any(
        one.relation in mirrored and one.partner in group.members and (not partners or _plays(one, partners))
        for one in cast
    )


def _met(group: Group, cast: tuple[Performer, ...]) -> bool:
    return any(other.partner in group.members and other.relation == "meets" for other in cast)


def _changed(want: dict[str, Any], one: Performer) -> bool:
    change = want.get("change", "")
    if change == "*":
        return True
    if change == "out":
        return one.leaves < math.inf
    if change == "in":
        return one.enters > 0 or not 0 <= one.x <= 1
    if change:
        return any(event.kind == change for event in one.events)
    return one.leaves == math.inf


def asked(name: str, known: Library) -> tuple[list[dict[str, Any]], list[Reading], list[float]]:
    """The rows of one set, what was read, and milliseconds of each."""
    one = SETS[name]
    rows = [json.loads(line) for line in (FOLDER / f"{one.file}.jsonl").read_text("utf-8").splitlines()]
    rows = [row for row in rows if not one.half or row["half"] == one.half]
    readings, spent = [], []
    for row in rows:
        start = time.perf_counter()
        readings.append(read(row["prompt"], 4.0, 1.0, 1, known))
        spent.append((time.perf_counter() - start) * 1000)
    return rows, readings, spent


def nothing(reading: Reading) -> Reading:
    """What a reader scores that understands nothing at all: the floor."""
    plain = {slot: values[0] for slot, values in UNSAID.items() if slot != "place"}
    return Reading(replace(reading.scene, performers=(), place="meadow", **plain), (), "")


def is_said(row: dict[str, Any], slot: str) -> bool:
    """Whether a row asks for something in a slot, so that neither a default nor a wildcard can be right."""
    if slot in UNSAID:
        return slot in row and not {"*", "-"} & {*row[slot]}
    if slot == "noted":
        return "noted" in row
    wanted = [one for one in row["performers"] or [] if not one.get("optional")]
    return bool(wanted) if slot == "performers" else any(slot in one for one in wanted)


def percent(verdicts: list[dict[str, bool]], slot: str) -> float:
    return 100 * sum(verdict[slot] for verdict in verdicts) / len(verdicts)


def _show(row: dict[str, Any], reading: Reading, slots: list[str]) -> None:
    said(f"\n{row['prompt']!r}: {', '.join(slots)}")
    for slot in slots:
        said(f"   {slot}: wanted {row.get(slot, UNSAID.get(slot))}, is {getattr(reading.scene, slot, '')!s:.50}")
    for one in reading.scene.performers:
        said(f"   {one.name} {one.action} {one.direction} {one.relation} {one.partner} {one.colour} {one.events}")
    said(f"   {' '.join(reading.notes)}")


def said(text: str) -> None:
    print(text, file=sys.stderr)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--wrong", action="store_true")
    parser.add_argument("--index", type=Path, help="JSON list of pictures: name, kind, metres, called")
    parser.add_argument("--only", choices=tuple(SETS))
    args = parser.parse_args()
    known = Indexed(args.index) if args.index else shipped()
    for name in SETS if args.only is None else (args.only,):
        rows, readings, spent = asked(name, known)
        verdicts = [judged(row, reading) for row, reading in zip(rows, readings, strict=True)]
        if args.wrong and not SETS[name].held:
            for row, reading, verdict in zip(rows, readings, verdicts, strict=True):
                if not all(verdict.values()):
                    _show(row, reading, [slot for slot in SLOTS if not verdict[slot]])
        floor = [judged(row, nothing(reading)) for row, reading in zip(rows, readings, strict=True)]
        spent.sort()
        said(f"\n{name}: {len(rows)} prompts, median {spent[len(spent) // 2]:.1f} ms, slowest {spent[-1]:.0f} ms")
        said(f"{'right, %':<12}{'all rows':>10}{'floor':>8}{'where said':>12}{'rows':>6}")
        for slot in SLOTS:
            told = [v[slot] for row, v in zip(rows, verdicts, strict=True) if is_said(row, slot)]
            share = f"{100 * sum(told) / len(told):.1f}" if told else "-"
            said(f"{slot:<12}{percent(verdicts, slot):>10.1f}{percent(floor, slot):>8.1f}{share:>12}{len(told):>6}")
        whole, least = (100 * sum(all(v.values()) for v in table) / len(table) for table in (verdicts, floor))
        said(f"{'all':<12}{whole:>10.1f}{least:>8.1f}")


if __name__ == "__main__":
    main()
