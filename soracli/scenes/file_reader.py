"""From the tables of a scene file to shots: defaults, names of the library, relations."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from soracli.formatting import printable
from soracli.scenes import cutout, layout, library
from soracli.scenes.file_checks import At, Checks
from soracli.scenes.file_format import (
    ACTING,
    DIRECTIONS,
    DOING,
    EVENTS,
    GO,
    LONGEST,
    MOST_ACTS,
    MOST_EVENTS,
    MOST_PERFORMERS,
    MOST_SHOTS,
    NUMBERS,
    RELATIONS,
    SETTING,
    STAY,
    Shot,
)
from soracli.world.hues import COLOURS
from soracli.world.language.surroundings import SEASONS, TIMES, WEATHERS
from soracli.world.language.verbs import ACTED, MOVES, SPEED, feet, ground_factor
from soracli.world.scene import Act, Event, Performer, Scene


class Reader:
    """Reads the tables of one file. text, name: see `Checks`. folder: where relative paths of pictures begin."""

    def __init__(self, text: str, folder: Path, name: str) -> None:
        self._check, self._folder = Checks(text, name), folder

    def shots(self, table: dict[str, Any]) -> tuple[Shot, ...]:
        """The shots of the file. Raises UsageError or MediaError, with the number of the line."""
        self._check.check_keys(table, (*SETTING, "performer", "shot"), At())
        rows = table.get("shot")
        if rows is None:
            return (self._shot(table, {}, -1),)
        self._check.check_tables(rows, At(key="shot"), MOST_SHOTS)
        if "performer" in table:
            self._check.fail(At(-1, 0), "[[performer]] beside [[shot]]", "call it [[shot.performer]], below its shot")
        top = {key: value for key, value in table.items() if key != "shot"}
        for number, row in enumerate(rows):
            self._check.check_keys(row, (*SETTING, "performer"), At(number))
        return tuple(self._shot(row, top, number) for number, row in enumerate(rows))

    # --- a shot -------------------------------------------------------------------------------------------------------

    def _shot(self, row: dict[str, Any], top: Mapping[str, Any], number: int) -> Shot:
        def at(key: str) -> At:
            return At(number if key in row else -1, -1, key)

        said = {**top, **row}
        seconds = self._check.number(said, "seconds", 4.0, at("seconds"))
        words = {slot: self._check.choice(said, slot, choices, at(slot)) for slot, choices in _choices().items()}
        rows = row.get("performer", [])
        self._check.check_tables(rows, At(number, 0), MOST_PERFORMERS)
        cast = self._cast(rows, number, seconds)
        if "camera" not in said:
            words["camera"] = layout.camera_for(cast, seconds)
        prompt = self._check.text(said, "prompt", at("prompt"), LONGEST * 10)
        seed = int(self._check.number(said, "seed", 0.0, at("seed")))
        scene = Scene(
            "scenery", cast, words["place"], words["time"], words["weather"], words["camera"], words["style"], seed,
            length=self._check.number(said, "laid", seconds, at("laid")), onward="laid" in said,
            season=words["season"],
        )  # fmt: skip
        return Shot(scene, seconds, prompt)

    def _cast(self, rows: Sequence[dict[str, Any]], shot: int, seconds: float) -> tuple[Performer, ...]:
        names = [self._who(row, At(shot, i)) for i, row in enumerate(rows)]
        known = library.entries()
        sizes = library.heights([name if name in known else "person standing" for name, _ in names])
        cast = []
        for i, row in enumerate(rows):
            at = At(shot, i)
            self._check.check_keys(row, ACTING, at)
            relation, partner = self._relation(row, names, at)
            performer = self._performer(row, names[i], at, seconds)
            depth = performer.depth
            size = self._check.number(row, "size", sizes[i] * ground_factor(feet(depth)), at)
            cast.append(replace(performer, size=size, relation=relation, partner=partner))
        said = [self._check.number(row, "x", 0.5, At(shot, i)) if "x" in row else None for i, row in enumerate(rows)]
        return layout.placed(self._running(cast, rows), said, seconds)

    def _running(self, cast: list[Performer], rows: Sequence[dict[str, Any]]) -> list[Performer]:
        """Who is chased runs, and who chases runs after it the same way."""
        for i, performer in enumerate(cast):
            if performer.relation != "chases":
                continue
            prey = cast[performer.partner]
            if "action" not in rows[performer.partner] and prey.relation != "chases":
                kind = library.entry(prey.name).kind if not prey.picture else "walker"
                prey = replace(prey, action=GO[kind], direction=prey.direction or "right")
                cast[performer.partner] = prey
            cast[i] = replace(performer, action="chase", direction=prey.direction or "right")
        return cast

    def _who(self, row: dict[str, Any], at: At) -> tuple[str, str]:
        """Name of the library, and path of the user's own picture (one of them is empty)."""
        picture = self._check.text(row, "picture", at._replace(key="picture"), 4 * LONGEST)
        name = self._check.text(row, "name", at._replace(key="name"), LONGEST)
        if picture:
            path = str(self._folder / picture)
            self._check.with_line(at._replace(key="picture"), lambda: cutout.read(path))
            return name, path
        if not name:
            self._check.fail(at, "a performer without a name", 'give it name = "dog" or picture = "FILE"')
        return self._check.with_line(at._replace(key="name"), lambda: library.entry(name)).name, ""

    def _performer(self, row: dict[str, Any], who: tuple[str, str], at: At, seconds: float) -> Performer:
        name, picture = who
        kind = "walker" if picture else library.entry(name).kind
        action = self._check.choice(row, "action", ("", *_actions()), at) or STAY.get(kind, "stand")
        direction = self._check.choice(row, "direction", DIRECTIONS, at)
        if action in MOVES and not direction:
            direction = "right"
        enters = self._check.number(row, "enters", 0.0, at)
        leaves = self._check.number(row, "leaves", math.inf, at)
        if enters >= seconds:
            self._check.fail(at._replace(key="enters"), f"enters = {enters:g}", f"the shot ends at {seconds:g} s")
        if leaves <= enters:
            self._check.fail(
                at._replace(key="leaves"), f"leaves = {leaves:g}", f"it enters at {enters:g} s; leave later"
            )
        return Performer(
            name or "picture", action, direction,
            depth=self._check.number(row, "depth", 0.5, at), phase=self._check.number(row, "phase", 0.0, at),
            colour=self._check.choice(row, "colour", ("", *COLOURS), at), enters=enters, leaves=leaves,
            events=self._events(row, at, seconds), picture=picture, speed=self._check.number(row, "speed", 1.0, at),
            then=self._then(row, at._replace(key="then"), seconds),
        )  # fmt: skip

    def _then(self, row: dict[str, Any], at: At, seconds: float) -> tuple[Act, ...]:
        """What a performer does next: `then = [{ at = 2.0, action = "walk", direction = "left" }]`."""
        tables = row.get("then", [])
        if not isinstance(tables, list) or not all(isinstance(one, dict) and "action" in one for one in tables):
            self._check.fail(at, "then", 'write then = [{ at = 2.0, action = "walk" }]')
        if len(tables) > MOST_ACTS:
            self._check.fail(at, f"then: {len(tables)} actions", f"at most {MOST_ACTS}")
        found = []
        for number, one in enumerate(tables, 1):
            self._check.check_keys(one, DOING, at)
            time = one.get("at", seconds * number / (len(tables) + 1))
            time = self._check.limited(time, "at", NUMBERS["enters"], at)  # a shot may be cut before it
            action = self._check.choice(one, "action", _actions(), at)
            found.append(Act(time, action, self._check.choice(one, "direction", DIRECTIONS, at)))
        return tuple(sorted(found, key=lambda act: act.time))

    def _events(self, row: dict[str, Any], at: At, seconds: float) -> tuple[Event, ...]:
        found = []
        for kind in EVENTS:
            times = row.get(kind, [])
            times = times if isinstance(times, list) else [times]
            if len(times) > MOST_EVENTS:
                self._check.fail(at._replace(key=kind), f"{kind}: {len(times)} times", f"at most {MOST_EVENTS}")
            for time in times:
                found.append(Event(kind, self._check.limited(time, kind, (0.0, seconds), at._replace(key=kind))))
        return tuple(sorted(found, key=lambda event: event.time))

    def _relation(self, row: dict[str, Any], names: Sequence[tuple[str, str]], at: At) -> tuple[str, int]:
        said = [relation for relation in RELATIONS if relation in row]
        if not said:
            return "", -1
        if len(said) > 1:
            self._check.fail(at._replace(key=said[1]), f"{said[0]} and {said[1]}", "a performer can have one relation")
        key = said[0]
        where = at._replace(key=key)
        return key.replace("_", " "), self._partner(row[key], names, where)

    def _partner(self, value: Any, names: Sequence[tuple[str, str]], where: At) -> int:
        if isinstance(value, int) and not isinstance(value, bool):
            if not 1 <= value <= len(names) or value - 1 == where.performer:
                hint = f"must be another performer's number, 1 to {len(names)}"
                self._check.fail(where, f"{where.key} = {value}", hint)
            return value - 1
        others = {name.lower(): i for i, (name, _) in reversed(list(enumerate(names))) if i != where.performer}
        if isinstance(value, str):
            known = library.names().get(value.lower(), value).lower()
            for word in (value.lower(), known):
                if word in others:
                    return others[word]
        here = " or ".join(f"'{name}'" for name in others) or "nobody else"
        self._check.fail(where, f"{where.key} = {printable(repr(value))[:60]}", f"in this shot there is {here}")


@cache
def _choices() -> dict[str, tuple[str, ...]]:
    from soracli.world.scenes import Corpus

    full = Corpus.full()
    cameras = tuple(dict.fromkeys(full.cameras))
    return {
        "place": full.places, "time": tuple(TIMES), "weather": tuple(WEATHERS), "season": ("", *SEASONS),
        "camera": cameras, "style": full.styles
    }  # fmt: skip


def _actions() -> tuple[str, ...]:
    return tuple(sorted({*ACTED, *SPEED, "stand"}))
