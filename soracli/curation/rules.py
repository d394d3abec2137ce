"""Which shots are unfit to train on and why, and what a shot shows in words, both by what `measures` has found."""

from __future__ import annotations

from fractions import Fraction

from soracli.commands.output_types.curation import Measures

SHORT = Fraction(1, 2)  # seconds
STILL = 0.02  # heights of the picture per second: 5 lines of 256; noise of 4 of 255 looks like 0.016
BLURRED = 0.45  # coded clips of 192 lines: 9 sharp ones 0.05 to 0.24, under a Gaussian of 3 to 6 pixels 0.63 to 0.78
DARK = 0.2  # of white
TEXT = 0.004  # of the picture: a line of a dozen letters
TWIN = 0.98  # mean correlation of prints
SLOW, FAST = 0.08, 0.6  # heights per second, between which motion needs no word
TURNING = 0.03  # heights per second of the whole picture, from which the camera moves
GROWING = 0.04  # per second, from which it zooms
DIM, BRIGHT = 0.25, 0.6  # mean luma


def faults(found: Measures, seconds: Fraction) -> dict[str, str]:
    """Name of each fault of a shot -> the figure that says so. Whether it has a twin is not asked here."""
    out = {}
    if seconds < SHORT:
        out["short"] = f"{float(seconds):.2f} s, under {float(SHORT):g}"
    if found.speed < STILL:
        out["still"] = f"moves by {found.speed:.2%} of its height a second, under {STILL:.0%}"
    if found.blur > BLURRED and found.bright >= DARK:
        out["blurred"] = f"blur {found.blur:.2f}, over {BLURRED}"
    if found.bright < DARK:
        out["dark"] = f"19 pixels of 20 are under {found.bright:.0%} of white"
    common = max(abs(found.across), abs(found.down), abs(found.growth) / 2)
    if found.text > TEXT and common >= STILL:  # else detail that stands still would be taken for letters
        out["texted"] = f"letters or a logo on {found.text:.1%} of it"
    return out


def caption(found: Measures) -> str:
    """What a shot shows as far as rules can say: its camera, its motion, its colours, its light."""
    named = " and ".join(list(found.colours)[:2])
    light = "dim" if found.light < DIM else "bright" if found.light > BRIGHT else "even"
    shown = f"A shot in {named}" if named else "A shot in many colours"
    return f"{shown}, {light} light. {_camera(found)}{_things(found)}."


def _camera(found: Measures) -> str:
    """What is seen goes the other way than the camera."""
    turns = max(abs(found.across), abs(found.down))
    if abs(found.growth) > GROWING and abs(found.growth) / 2 > turns:  # at the border, half a height from the middle
        return f"The camera zooms {'in' if found.growth > 0 else 'out'}{_pace(abs(found.growth) / 2)}"
    if turns < TURNING:
        return "The camera stands still"
    if abs(found.across) >= abs(found.down):
        return f"The camera pans to the {'left' if found.across > 0 else 'right'}{_pace(turns)}"
    return f"The camera tilts {'up' if found.down > 0 else 'down'}{_pace(turns)}"


def _things(found: Measures) -> str:
    return f"; something moves{_pace(found.own)}" if found.own > max(STILL, TURNING) else ""


def _pace(speed: float) -> str:
    return " slowly" if speed < SLOW else " fast" if speed > FAST else ""
