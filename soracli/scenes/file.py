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
    then = [{ at = 3, action = "sit" }]

Several `[[shot]]` tables make a film; their performers are `[[shot.performer]]`. What is not said is chosen: sizes true
to each other, paths through the middle of the frame, a camera that follows a lone mover who would leave it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from soracli.errors import UsageError
from soracli.formatting import printable
from soracli.scenes.file_format import EVENTS, Shot
from soracli.scenes.file_reader import Reader
from soracli.system import parsing
from soracli.world.scene import Performer

MOST_BYTES = 1_000_000  # of a file


def load(path: str | Path) -> tuple[Shot, ...]:
    """The shots of a scene file. Raises UsageError or MediaError, with the number of the line if it has one."""
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
        text = data if isinstance(data, str) else data.decode("utf-8-sig")
        table = parsing.from_toml(text)
    except UnicodeDecodeError:
        raise UsageError(f"{name}: not UTF-8 text; save it as UTF-8", "scene_file") from None
    except ValueError as error:
        line = re.search(r"at line (\d+)", str(error))
        place = f" line {line[1]}" if line else ""
        reason = re.sub(r" \(at .*\)", "", str(error))
        raise UsageError(f"{name}{place}: not TOML ({reason}); mend that line", "scene_file") from None
    return Reader(text, folder, name).shots(table)


def from_table(table: dict[str, Any], folder: Path, name: str) -> tuple[Shot, ...]:
    """Shots of a scene file as TOML parses it; errors have no number of the line."""
    return Reader("", folder, name).shots(table)


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
        "place": scene.place, "time": scene.time, "weather": scene.weather,
        **({"season": scene.season} if scene.season else {}), "camera": scene.camera,
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
    if performer.then:
        row["then"] = [
            {"at": act.time, "action": act.action, **({"direction": act.direction} if act.direction else {})}
            for act in performer.then
        ]
    return row


def _rows(row: Mapping[str, Any]) -> str:
    return "\n".join(f"{key} = {_value(value)}" for key, value in row.items())


def _value(value: Any) -> str:
    if isinstance(value, str):
        return '"' + "".join(_escaped(letter) for letter in value) + '"'
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_value(one)}" for key, one in value.items()) + " }"
    return repr(value)


def _escaped(letter: str) -> str:
    if letter in '"\\':
        return "\\" + letter
    return letter if letter >= " " and letter != "\x7f" else f"\\u{ord(letter):04x}"
