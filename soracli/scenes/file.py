"""Scene files: TOML that a person can read and edit, to a tuple of shots and back.

    place = "meadow"            # these at the top hold for every shot that does not say otherwise
    seconds = 5

    [[performer]]
    name = "dog"                # as in `sora cast list`, or picture = "me.png" (with transparency; or "me.jpg@X,Y,W,H")
    action = "run"
    direction = "right"

    [[performer]]
    name = "cat"
    chases = "dog"              # by name, or by number from 1

Several `[[shot]]` tables make a film; their performers are `[[shot.performer]]`. What is not said is chosen: sizes true
to each other, paths through the middle of the frame, a camera that follows a lone mover who would leave it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from soracli.errors import MediaError, UsageError
from soracli.formatting import printable
from soracli.scenes import cutout, library
from soracli.system import parsing
from soracli.world.hues import COLOURS
from soracli.world.language.verbs import ACTED, MOVES, SPEED, feet, ground_factor, signed
from soracli.world.scene import Event, Performer, Scene

MOST_BYTES, MOST_SHOTS, MOST_PERFORMERS, MOST_EVENTS = 1_000_000, 100, 24, 12
LONGEST = 200  # characters of a name; a prompt may have ten times as many
FOLLOWED = 0.75  # frame widths that a lone mover may go before the camera follows it unasked
RELATIONS = ("behind", "beside", "in_front_of", "above", "on", "chases", "meets")
EVENTS = ("bitten", "painted")
DIRECTIONS = ("", "left", "right")
GO = {"walker": "run", "driver": "drive", "flyer": "fly", "swimmer": "swim", "thing": "roll"}
STAY = {"flyer": "hover", "swimmer": "float"}
NUMBERS = {  # key: least, most
    "seconds": (0.1, 600.0), "size": (0.02, 2.0), "x": (-99.0, 99.0), "depth": (0.0, 1.0), "phase": (0.0, 1.0),
    "laid": (0.1, 600.0), "enters": (0.0, 600.0), "leaves": (0.0, 600.0), "speed": (0.1, 4.0),
    "seed": (0.0, 2.0**32 - 1),
}  # fmt: skip
SETTING = ("place", "time", "weather", "camera", "style", "seconds", "laid", "seed", "prompt")
ACTING = (
    "name", "picture", "action", "direction", "size", "x", "depth", "phase", "colour", "enters", "leaves", "speed",
    *RELATIONS, *EVENTS,
)  # fmt: skip


@dataclass(frozen=True)
class Shot:
    """scene: with `length` set to seconds, or to less in one that is `onward` (`laid` in the file).

    prompt: words for the network beside those that follow from the scene.
    """

    scene: Scene
    seconds: float
    prompt: str = ""


class At(NamedTuple):
    """A place in the file: shot and performer by number from 0 (-1 = the top, or the shot itself), and a key."""

    shot: int = -1
    performer: int = -1
    key: str = ""


def load(path: str | Path) -> tuple[Shot, ...]:
    """The shots of a scene file. Raises UsageError or MediaError, with the number of the line."""
    where = Path(path)
    try:
        with where.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        raise UsageError(f"{printable(str(path))}: there is no such scene file; check the path", "scene_file") from None
    except OSError as error:
        raise UsageError(f"{printable(str(path))}: cannot be read ({error.strerror}); check it", "scene_file") from None
    if len(data) > MOST_BYTES:
        raise UsageError(f"{where.name}: larger than {MOST_BYTES} bytes; split the film", "scene_file")
    return parse(data, where.parent, where.name)


def parse(data: bytes | str, folder: Path, name: str = "scene") -> tuple[Shot, ...]:
    """Text of a scene file as shots. folder: where relative paths of pictures begin. name: of the file, for errors."""
    try:
        text = data if isinstance(data, str) else data.decode("utf-8")
        table = parsing.from_toml(text)
    except UnicodeDecodeError:
        raise UsageError(f"{name}: not UTF-8 text; save it as UTF-8", "scene_file") from None
    except ValueError as error:
        line = re.search(r"at line (\d+)", str(error))
        place = f" line {line[1]}" if line else ""
        reason = re.sub(r" \(at .*\)", "", str(error))
        raise UsageError(f"{name}{place}: not TOML ({reason}); mend that line", "scene_file") from None
    return _Reader(text, folder, name).shots(table)


def of_table(table: dict[str, Any], folder: Path, name: str) -> tuple[Shot, ...]:
    """The same of what TOML reads the text as."""
    return _Reader("", folder, name).shots(table)


class _Reader:
    """One file on its way to shots: knows its lines, so that every complaint has a number."""

    def __init__(self, text: str, folder: Path, name: str) -> None:
        self._lines = _lines(text)
        self._folder, self._name = folder, name

    def shots(self, table: dict[str, Any]) -> tuple[Shot, ...]:
        self._known_keys(table, (*SETTING, "performer", "shot"), At())
        rows = table.get("shot")
        if rows is None:
            return (self._shot(table, {}, -1),)
        self._tables(rows, At(key="shot"), MOST_SHOTS)
        if "performer" in table:
            self._fail(At(-1, 0), "[[performer]] beside [[shot]]", "call it [[shot.performer]], below its shot")
        top = {key: value for key, value in table.items() if key != "shot"}
        for number, row in enumerate(rows):
            self._known_keys(row, (*SETTING, "performer"), At(number))
        return tuple(self._shot(row, top, number) for number, row in enumerate(rows))

    # --- a shot -------------------------------------------------------------------------------------------------------

    def _shot(self, row: dict[str, Any], top: Mapping[str, Any], number: int) -> Shot:
        def at(key: str) -> At:
            return At(number if key in row else -1, -1, key)

        said = {**top, **row}
        seconds = self._number(said, "seconds", 4.0, at("seconds"))
        words = {slot: self._choice(said, slot, choices, at(slot)) for slot, choices in _choices().items()}
        rows = row.get("performer", [])
        self._tables(rows, At(number, 0), MOST_PERFORMERS)
        cast = self._cast(rows, number, seconds)
        if "camera" not in said:
            words["camera"] = camera_for(cast, seconds)
        prompt = self._text(said, "prompt", at("prompt"), LONGEST * 10)
        seed = int(self._number(said, "seed", 0.0, at("seed")))
        scene = Scene(
            "scenery", cast, words["place"], words["time"], words["weather"], words["camera"], words["style"], seed,
            length=self._number(said, "laid", seconds, at("laid")), onward="laid" in said,
        )  # fmt: skip
        return Shot(scene, seconds, prompt)

    def _cast(self, rows: Sequence[dict[str, Any]], shot: int, seconds: float) -> tuple[Performer, ...]:
        names = [self._who(row, At(shot, i)) for i, row in enumerate(rows)]
        known = library.entries()
        sizes = library.heights([name if name in known else "person standing" for name, _ in names])
        cast = []
        for i, row in enumerate(rows):
            at = At(shot, i)
            self._known_keys(row, ACTING, at)
            relation, partner = self._relation(row, names, at)
            performer = self._performer(row, names[i], at, seconds)
            depth = performer.depth
            size = self._number(row, "size", sizes[i] * ground_factor(feet(depth)), at)
            cast.append(replace(performer, size=size, relation=relation, partner=partner))
        said = [self._number(row, "x", 0.5, At(shot, i)) if "x" in row else None for i, row in enumerate(rows)]
        return placed(self._running(cast, rows), said, seconds)

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
        picture = self._text(row, "picture", at._replace(key="picture"), 4 * LONGEST)
        name = self._text(row, "name", at._replace(key="name"), LONGEST)
        if picture:
            path = str(self._folder / picture)
            self._blaming(at._replace(key="picture"), lambda: cutout.read(path))
            return name, path
        if not name:
            self._fail(at, "a performer without a name", 'give it name = "dog" or picture = "FILE"')
        return self._blaming(at._replace(key="name"), lambda: library.entry(name)).name, ""

    def _performer(self, row: dict[str, Any], who: tuple[str, str], at: At, seconds: float) -> Performer:
        name, picture = who
        kind = "walker" if picture else library.entry(name).kind
        action = self._choice(row, "action", ("", *_actions()), at) or STAY.get(kind, "stand")
        direction = self._choice(row, "direction", DIRECTIONS, at)
        if action in MOVES and not direction:
            direction = "right"
        enters = self._number(row, "enters", 0.0, at)
        leaves = self._number(row, "leaves", math.inf, at)
        if enters >= seconds:
            self._fail(at._replace(key="enters"), f"enters = {enters:g}", f"the shot ends at {seconds:g} s")
        if leaves <= enters:
            self._fail(at._replace(key="leaves"), f"leaves = {leaves:g}", f"it enters at {enters:g} s; leave later")
        return Performer(
            name or "picture", action, direction,
            depth=self._number(row, "depth", 0.5, at), phase=self._number(row, "phase", 0.0, at),
            colour=self._choice(row, "colour", ("", *COLOURS), at), enters=enters, leaves=leaves,
            events=self._events(row, at, seconds), picture=picture, speed=self._number(row, "speed", 1.0, at),
        )  # fmt: skip

    def _events(self, row: dict[str, Any], at: At, seconds: float) -> tuple[Event, ...]:
        found = []
        for kind in EVENTS:
            times = row.get(kind, [])
            times = times if isinstance(times, list) else [times]
            if len(times) > MOST_EVENTS:
                self._fail(at._replace(key=kind), f"{kind}: {len(times)} times", f"at most {MOST_EVENTS}")
            for time in times:
                found.append(Event(kind, self._limited(time, kind, (0.0, seconds), at._replace(key=kind))))
        return tuple(sorted(found, key=lambda event: event.time))

    def _relation(self, row: dict[str, Any], names: Sequence[tuple[str, str]], at: At) -> tuple[str, int]:
        said = [relation for relation in RELATIONS if relation in row]
        if not said:
            return "", -1
        if len(said) > 1:
            self._fail(at._replace(key=said[1]), f"{said[0]} and {said[1]}", "a performer can have one relation")
        key = said[0]
        where = at._replace(key=key)
        return key.replace("_", " "), self._partner(row[key], names, where)

    def _partner(self, value: Any, names: Sequence[tuple[str, str]], where: At) -> int:
        if isinstance(value, int) and not isinstance(value, bool):
            if not 1 <= value <= len(names) or value - 1 == where.performer:
                self._fail(where, f"{where.key} = {value}", f"must be another performer's number, 1 to {len(names)}")
            return value - 1
        others = {name.lower(): i for i, (name, _) in reversed(list(enumerate(names))) if i != where.performer}
        if isinstance(value, str):
            known = library.names().get(value.lower(), value).lower()
            for word in (value.lower(), known):
                if word in others:
                    return others[word]
        here = " or ".join(f"'{name}'" for name in others) or "nobody else"
        self._fail(where, f"{where.key} = {printable(repr(value))[:60]}", f"in this shot there is {here}")

    # --- values -------------------------------------------------------------------------------------------------------

    def _number(self, row: Mapping[str, Any], key: str, default: float, at: At) -> float:
        return self._limited(row[key], key, NUMBERS[key], at._replace(key=key)) if key in row else default

    def _limited(self, value: Any, key: str, limits: tuple[float, float], where: At) -> float:
        low, high = limits
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not math.isfinite(value) or not low <= value <= high:
            self._fail(where, f"{key} = {printable(repr(value))[:60]}", f"must be a number from {low:g} to {high:g}")
        return float(value)

    def _choice(self, row: Mapping[str, Any], key: str, choices: Sequence[str], at: At) -> str:
        if key not in row:
            return choices[0]
        value = row[key]
        if isinstance(value, str) and value in choices:
            return value
        named = [choice for choice in choices if choice]
        near = get_close_matches(value.lower(), named, n=3, cutoff=0.5) if isinstance(value, str) else []
        offered = " or ".join(f"'{word}'" for word in near) or ", ".join(named)
        what = f"{key} = {printable(repr(value))[:60]}"
        self._fail(at._replace(key=key), what, f"did you mean {offered}?" if near else f"must be one of {offered}")

    def _text(self, row: Mapping[str, Any], key: str, where: At, most: int) -> str:
        value = row.get(key, "")
        if not isinstance(value, str) or len(value) > most:
            self._fail(where, key, f"must be text of at most {most} characters")
        return str(value)

    def _known_keys(self, row: dict[str, Any], known: Sequence[str], at: At) -> None:
        for key in row:
            if key in known:
                continue
            near = get_close_matches(key, known, n=1, cutoff=0.5)
            hint = f"did you mean {near[0]}?" if near else "known are: " + ", ".join(known)
            if key == "opened":
                hint = "a drawing cannot be opened; bitten and painted are lasting changes that can be drawn"
            self._fail(at._replace(key=key), f"'{printable(key)[:60]}' is not a key here", hint)

    def _tables(self, rows: Any, where: At, most: int) -> None:
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            self._fail(where, "performers and shots are tables", "write [[performer]] or [[shot]]")
        if len(rows) > most:
            what = "shots" if where.key == "shot" else "performers"
            late = At(most) if where.key == "shot" else where._replace(performer=most)
            self._fail(late, f"{len(rows)} {what}", f"at most {most}")

    def _blaming(self, where: At, call: Callable[[], Any]) -> Any:
        """The same error, with the line."""
        try:
            return call()
        except (UsageError, MediaError) as error:
            raise type(error)(f"{self._name}{self._line(where)}: {error}", error.code) from None

    def _fail(self, where: At, what: str, hint: str) -> NoReturn:
        raise UsageError(f"{self._name}{self._line(where)}: {what}; {hint}", "scene_file")

    def _line(self, where: At) -> str:
        top = where._replace(performer=-1)
        for guess in (where, where._replace(key=""), top._replace(key="performer"), top._replace(key="")):
            if guess in self._lines:
                return f" line {self._lines[guess]}"
        return ""


def _lines(text: str) -> dict[At, int]:
    """Number of the line of every header and key."""
    found: dict[At, int] = {}
    shot = performer = -1
    for number, line in enumerate(text.splitlines(), 1):
        header = re.match(r"\s*\[\[\s*([\w.]+)\s*\]\]", line)
        if header and header[1] == "shot":
            shot, performer = shot + 1, -1
            found[At(shot)] = number
        elif header:
            performer += 1
            found[At(shot, performer)] = number
        elif key := re.match(r"\s*[\"']?([\w-]+)[\"']?\s*=", line):
            found.setdefault(At(shot, performer, key[1]), number)
    return found


@cache
def _choices() -> dict[str, tuple[str, ...]]:
    from soracli.world.scenes import Corpus

    full = Corpus.full()
    cameras = tuple(dict.fromkeys(full.cameras))
    return {
        "place": full.places, "time": full.times, "weather": full.weathers, "camera": cameras, "style": full.styles
    }  # fmt: skip


def _actions() -> tuple[str, ...]:
    return tuple(sorted({*ACTED, *SPEED, "stand"}))


# --- what is not said -------------------------------------------------------------------------------------------------


def camera_for(cast: Sequence[Performer], seconds: float) -> str:
    """`tracking` where all that move go one way and would leave the frame, else `static`, before which they turn."""
    moving = [performer for performer in cast if performer.action in MOVES]
    ways = {performer.direction for performer in moving}
    far = any(SPEED[performer.action] * performer.speed * seconds > FOLLOWED for performer in moving)
    return "tracking" if far and len(ways) == 1 and len(moving) == len(cast) else "static"


def placed(cast: Sequence[Performer], said: Sequence[float | None], seconds: float) -> tuple[Performer, ...]:
    """Performers with their x: as said, else in columns, a mover's path around the middle of its column."""
    free = [i for i, performer in enumerate(cast) if not performer.relation]
    followed = {performer.partner for performer in cast if performer.relation in ("chases", "beside", "behind")}
    out = []
    for i, performer in enumerate(cast):
        x = said[i]
        if x is not None:
            out.append(replace(performer, x=x))
        elif performer.relation:
            out.append(replace(performer, x=0.5))
        else:
            column = (free.index(i) + 0.5) / len(free)
            way = signed(performer.direction) * SPEED.get(performer.action, 0.0) * performer.speed * min(seconds, 4.0)
            middle = column if not way else 0.5 + (column - 0.5) * 0.6
            ahead = 0.1 * signed(performer.direction) if i in followed and way else 0.0  # room for who comes after it
            out.append(replace(performer, x=round(middle - way / 2 + ahead, 4)))
    return tuple(out)


# --- writing ----------------------------------------------------------------------------------------------------------


def text(shots: Sequence[Shot]) -> str:
    """A scene file of shots; `parse` reads the same ones from it."""
    if len(shots) == 1:
        return "\n\n".join(_tables(shots[0], "performer")) + "\n"
    return "\n\n".join("\n\n".join(["[[shot]]\n" + part[0], *part[1:]]) for part in map(_film, shots)) + "\n"


def _film(shot: Shot) -> list[str]:
    return _tables(shot, "shot.performer")


def _tables(shot: Shot, header: str) -> list[str]:
    scene = shot.scene
    setting = {
        "place": scene.place, "time": scene.time, "weather": scene.weather, "camera": scene.camera,
        "style": scene.style, "seconds": shot.seconds, "seed": scene.seed,
        **({"laid": scene.length} if scene.onward else {}),
    }  # fmt: skip
    if shot.prompt:
        setting["prompt"] = shot.prompt
    return [_rows(setting), *(f"[[{header}]]\n" + _rows(_row(performer)) for performer in scene.performers)]


def _row(performer: Performer) -> dict[str, Any]:
    """What a performer's table says: all that is not as it would be anyway."""
    usual = {field.name: field.default for field in fields(Performer)}
    row: dict[str, Any] = {"picture": performer.picture} if performer.picture else {}
    if not performer.picture or performer.name != "picture":
        row["name"] = performer.name
    row |= {"action": performer.action, "size": performer.size, "x": performer.x}
    for key in ("direction", "depth", "phase", "colour", "enters", "leaves", "speed"):
        if getattr(performer, key) != usual[key]:
            row[key] = getattr(performer, key)
    if performer.relation:
        row[performer.relation.replace(" ", "_")] = performer.partner + 1
    for kind in EVENTS:
        times = [event.time for event in performer.events if event.kind == kind]
        if times:
            row[kind] = times
    return row


def _rows(row: Mapping[str, Any]) -> str:
    return "\n".join(f"{key} = {_value(value)}" for key, value in row.items())


def _value(value: Any) -> str:
    if isinstance(value, str):
        return '"' + "".join(_escaped(letter) for letter in value) + '"'
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    return repr(value)


def _escaped(letter: str) -> str:
    if letter in '"\\':
        return "\\" + letter
    return letter if letter >= " " and letter != "\x7f" else f"\\u{ord(letter):04x}"
