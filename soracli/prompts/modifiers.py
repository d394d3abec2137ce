"""Camera, motion and style as words of a prompt: the networks have no other input for them. Tables only."""

from __future__ import annotations

import re

from soracli.errors import UsageError
from soracli.formatting import suggest
from soracli.world.language.surroundings import CAMERAS, STYLES

# Up to which --motion a phrase holds.
PACES = ((0, "nothing moves"), (3, "moving slowly"), (6, ""), (8, "moving fast"), (10, "moving very fast"))


# Up to which --elevation, in degrees, a phrase holds.
HEIGHTS = ((-15, "seen from below"), (10, ""), (45, "seen from above"), (90, "seen from high above"))


GRADES = tuple(name for name in STYLES if name != "3d")  # styles that can be laid over any footage
# Styles in which `stylise` paints, by number. The network came without names; these say what is seen.
PAINTINGS = (
    "sunlit", "bold-lines", "charcoal", "carnival", "gouache", "fauve", "midnight", "primary", "crayon", "terrazzo",
    "copper", "etching", "impression", "expressionist", "mist", "stained-glass", "coloured-pencil", "weave", "woodcut",
    "starry-night", "ember", "cutout", "fresco", "nocturne", "wave", "impasto",
)  # fmt: skip
LOOKS = (*GRADES, *PAINTINGS)


def words(
    camera: str | None = None, motion: str | None = None, style: str | None = None, elevation: str | None = None
) -> tuple[str, ...]:
    """What the flags add to a prompt, in the words of the captions that the world's networks are trained on."""
    found = []
    if camera is not None:
        found.append(
            _known("--camera", camera, {name.replace(" ", "-"): row.clauses[0] for name, row in CAMERAS.items()})
        )
    if motion is not None:
        if not re.fullmatch("[0-9]|10", motion.strip()):
            raise UsageError(f"--motion {motion}: must be a whole number 0..10", "bad_motion")
        found.append(next(phrase for top, phrase in PACES if int(motion) <= top))
    if elevation is not None:
        if not re.fullmatch(r"[+-]?[0-9]{1,3}(\.[0-9]{0,9})?", elevation.strip()) or abs(float(elevation)) > 90:
            raise UsageError(f"--elevation {elevation}: must be -90 (below) .. 90 (above) degrees", "bad_elevation")
        found.append(next(phrase for top, phrase in HEIGHTS if float(elevation) <= top))
    if style is not None:
        found.append(_known("--style", style, {name.replace(" ", "-"): row.tails[0] for name, row in STYLES.items()}))
    return tuple(filter(None, found))


def _known(flag: str, name: str, table: dict[str, str]) -> str:
    if name not in table:
        raise UsageError(
            f"{flag} {name}: is not known{suggest(name, table)}; there are {', '.join(table)}", "bad" + flag[1:]
        )
    return table[name]
