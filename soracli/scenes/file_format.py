"""The format of scene files: what a shot is, the keys of its tables, and the limits of their values.

A file is read by `scenes.file`, whose head shows one.
"""

from __future__ import annotations

from dataclasses import dataclass

from soracli.world.scene import Scene

MOST_SHOTS, MOST_PERFORMERS, MOST_EVENTS, MOST_ACTS = 100, 24, 12, 6
LONGEST = 200  # characters of a name; a prompt may have ten times as many
RELATIONS = ("behind", "beside", "in_front_of", "above", "on", "in", "chases", "meets")  # of a performer to another
EVENTS = ("bitten", "painted")  # what happens to a performer at a time
DIRECTIONS = ("", "left", "right")
GO = {"walker": "run", "driver": "drive", "flyer": "fly", "swimmer": "swim", "thing": "roll"}  # action of who moves
STAY = {"flyer": "hover", "swimmer": "float"}  # action of who does not; of other kinds: stand
NUMBERS = {  # key: least, most; seconds, frame heights (size), frame widths (x), shares
    "seconds": (0.1, 600.0), "size": (0.02, 2.0), "x": (-99.0, 99.0), "depth": (0.0, 1.0), "phase": (0.0, 1.0),
    "laid": (0.1, 600.0), "enters": (0.0, 600.0), "leaves": (0.0, 600.0), "speed": (0.1, 4.0),
    "seed": (0.0, 2.0**32 - 1),
}  # fmt: skip
SETTING = ("place", "time", "weather", "season", "camera", "style", "seconds", "laid", "seed", "prompt")
ACTING = (
    "name", "picture", "action", "direction", "size", "x", "depth", "phase", "colour", "enters", "leaves", "speed",
    "then", *RELATIONS, *EVENTS,
)  # fmt: skip
DOING = ("at", "action", "direction")  # of what a performer does next: a table of `then`


@dataclass(frozen=True)
class Shot:
    """scene: with `length` set to seconds, or to less in one that is `onward` (`laid` in the file).

    prompt: words for the network beside those that follow from the scene.
    """

    scene: Scene
    seconds: float
    prompt: str = ""
