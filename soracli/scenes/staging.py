"""Where the performers of a story stand, how large they are and which way they go. Units: `soracli.world.scene`."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

from soracli.scenes.sizes import LONGEST, Body, heights
from soracli.world.language.actors import (
    BALLS,
    BOATS,
    CABS,
    FOOT,
    HEADWEAR,
    HELD,
    PLANES,
    SHADES,
    SHINS,
    SKY,
    WORN,
    actor,
    sunk,
)
from soracli.world.language.verbs import MEETING, MOVES, SOLE, SPEED, THROWN, feet, ground_factor, signed
from soracli.world.language.vessels import BANK, SUNK, VESSELS, WINDOWS
from soracli.world.layout import at_depth
from soracli.world.scene import Act, Event, Performer

SCALE = 4.0  # power by which words for size count as metres: a giant snail is as long as a horse
# How much larger than others something in the sky is.
SPREAD = {"fireworks": 1.6, "aurora": 2.6, "black hole": 1.4, "space station": 1.3, "rainbow": 2.6}
PLAYTHINGS = frozenset(("flying disc", "yo-yo", "boomerang"))
DRIFTS, AWAY = frozenset(("hot air balloon",)), 0.62  # what the wind carries, and how large it is up there
CROWD, THRONGED = 5, 0.7  # from how many alike they are smaller, and of what share of their size
LATER = (0, 3, 1, 4, 2, 5)  # in which order several come down
LOOSE = (0.0, -0.32, 0.24, -0.16, 0.36, -0.24)  # further differences in depth of those
FREE, AIRY = 3, (0.0, -0.34, 0.2, -0.17, 0.36, -0.28)  # from how many alike that fly or swim; likewise, of them
SHOWERS, PAIRED = frozenset({"comet", "cloud"}), 0.88  # what comes in showers; of those of whom one chases the other
APIECE_LATER = 0.45  # seconds after the last, when the next of several comes down
SHOWER = 0.5  # share of their size that is left to several that come down
AROUND = 0.82  # likewise, to those about one in their middle, and to that
CROWDED = 0.75  # share of their size that is left to those of whom several chase or are chased
SCATTER = (0.15, 0.34, 0.0, 0.24, 0.42)  # depths of several in the sky
SHORT = 1.5  # seconds in which several do not get far
ABOVE, FLIGHT = 0.16, 0.28  # frame heights of air below what is above another, and below what flies
BUILT = 2.0  # metres from which a thing is scenery for whoever acts
SCENERY = 5.0  # times as long as whoever acts, as which a thing counts at most
HANDY, SLIGHT, BULKY = 0.75, 0.22, 0.5  # longer side of what is held, of the holder's height: by metres, within
ROOMY, CABIN = 0.9, 0.4  # of what one is in: least metres, by those of whom it holds; of a cab: how wide it is
SHADE, AFAR = 1.0, 0.3  # height of an umbrella, by its holder's; depth of what is far away
TALL, LANDMARK = 0.62, 10.0  # height of what is large beside others, frame heights; from so many metres
SMALLER, BACK = 3.0, 0.36  # and so many times as long as all others; where it is, frame widths
FLOWN = 0.55  # height of a kite, of whose it is
BALL = 0.34  # height of what is played with, of the player's
HOLDERS = ("walker", "flyer")
MOUNTED = 0.66  # height of one that sits on a longer one, of that one's
MET = 0.054  # frame widths: what is left of the way to its place when one that meets another stands
NEARER, SMALL = 0.02, 0.6  # how much nearer in depth those stand who are smaller than that share of the largest
HIGH_UP = 0.15  # depth of what stands in the sky
OFF_SHORE = 0.06  # depth of what floats behind a shore
SIDES = {"left": 0.27, "right": 0.73}
WIDE = 0.7  # frame widths from which what is in the sky is in the middle
APART = 0.24  # difference in depth of `behind` and `in front of`
LARGEST = 0.8  # cell of one alone that is said to be large, frame heights
APIECE, ABREAST = 0.12, 0.7  # of several alike beside a partner: least frame widths apart, share of their width
CLOSE = 0.45  # likewise, of those who move
MIDDLE = 0.485  # of one about whom others are: left of 0.5, whatever is added by chance, as `world.ensemble` asks
MARGIN = 0.03  # of the frame's width, left free before and behind a chase
LAST = 0.66  # of the way, where the last who is chased is at most
FOLLOWS = 1.15  # of half of both widths, how far behind the other one follows: see `world.ensemble`
AIMED = frozenset({"breathe", "cast"})  # deeds that go out ahead
AHEAD = 0.13  # frame widths, by which one who breathes fire or casts spells is behind the middle
EDGE = 0.14  # beyond the frame, in its widths
FILLS = {"close": 1.7, "wide": 0.45}  # how much of the frame is filled, against the usual
COME, HASTE = 0.42, 2.4  # frame widths that one comes in before it does something else, and how fast at most
EVENT_AT, BETWEEN_BITES = 0.3, 0.37  # share of the clip, seconds


@dataclass(frozen=True)
class Role:
    """One performer before it has a place. length: metres. partner: index of a role, -1 for none.

    side: where in the frame it was asked to be, or ``. scale: how large for its kind. changes: see `clauses.Part`.
    group: index of the part of the story that it comes from. then: what it does next, without times. within: whether it
    is in what it is `on`.
    """

    name: str
    kind: str
    action: str
    length: float
    direction: str = ""
    side: str = ""
    relation: str = ""
    partner: int = -1
    colour: str = ""
    scale: float = 1.0
    changes: frozenset[str] = frozenset()
    group: int = 0
    speed: float = 1.0
    then: tuple[Act, ...] = ()
    within: bool = False


def staged(
    roles: Sequence[Role], seconds: float, seed: int, view: str = "", aspect: float = 1.0
) -> tuple[Performer, ...]:
    """Performers in the order of the roles. view: `close`, `wide` or ``. aspect: the frame's width / height."""
    rng = random.Random(seed)
    roles = _freed(roles)
    roles = _headed([_brisk(role, seconds) for role in roles], rng)
    sizes = _sizes(roles, view, max(aspect, 1.0))
    centres = _centres(roles, [_width(role, size) / max(aspect, 1.0) for role, size in zip(roles, sizes, strict=True)])
    depths = _depths(roles, sizes, rng)
    cast = []
    for i, role in enumerate(roles):
        start, enters, leaves = _times(role, centres[i], seconds)
        if role.action == "fall" and role.kind != "flyer":
            later = LATER[(i - first_of(roles, i)) % len(LATER)]
            enters = max(enters, round(min(APIECE_LATER, seconds / 8) * later, 3))
        if role.relation and role.partner >= 0:  # it stands where its partner puts it; x - 0.5 is added to that
            rank = _rank(roles, i, [size / max(aspect, 1.0) for size in sizes], centres)
            start = (start if _goes_past(roles, i) else 0.5) + rank
        one = Performer(
            role.name,
            role.action,
            role.direction,
            size=sizes[i],
            x=round(start + rng.uniform(-0.01, 0.01), 4),
            phase=round(rng.random(), 4),
            colour=role.colour,
            partner=role.partner,
            relation="in" if _is_within(roles, i) else role.relation,
            speed=role.speed if role.action in MOVES else 1.0,
            enters=enters,
            leaves=leaves,
            events=_events(role, seconds),
            then=_acts(role, seconds),
        )
        placed = at_depth(one, depths[i])
        cast.append(replace(placed, size=round(max(placed.size, 0.04), 4), depth=round(placed.depth, 4)))
    return tuple(_aimed(one, cast) for one in cast)


def _aimed(one: Performer, cast: Sequence[Performer]) -> Performer:
    """One who breathes fire or casts a spell at another looks there."""
    if one.action not in AIMED or one.relation != "beside" or one.direction:
        return one
    return replace(one, direction="left" if cast[one.partner].x <= 0.5 else "right")  # see `world.ensemble`


def _freed(roles: Sequence[Role]) -> list[Role]:
    """Who flies by something large is anywhere in the air about it."""
    return [
        replace(role, relation="", partner=-1)
        if role.action in ("fly", "hover") and role.relation == "beside" and _is_landmark(roles, role.partner)
        else role for role in roles
    ]  # fmt: skip


def _is_landmark(roles: Sequence[Role], i: int) -> bool:
    """Whether it is so large that it stands behind the others, who are far smaller, as high as the frame has room."""
    if not 0 <= i < len(roles):
        return False
    stands = roles[i].kind == "thing" and roles[i].action == "stand" and not roles[i].relation
    bare = roles[i].name not in SKY and not any(
        role.relation in ("on", "above") and role.partner == i for role in roles
    )
    others = [role.length for j, role in enumerate(roles) if j != i and role.name not in SKY]
    return stands and bare and roles[i].length >= LANDMARK and bool(others) and SMALLER * max(others) < roles[i].length


def off_shore(cast: Sequence[Performer], floats: Sequence[bool]) -> tuple[Performer, ...]:
    """The same with those who float farther away, in the water behind the ground, and what is on or above them too."""
    there = {i for i, one in enumerate(floats) if one}
    there |= {i for i, one in enumerate(cast) if one.partner in there and one.relation in ("on", "in", "above")}
    return tuple(_moved(one, OFF_SHORE) if i in there else one for i, one in enumerate(cast))


def on_bank(cast: Sequence[Performer], walks: Sequence[bool]) -> tuple[Performer, ...]:
    """The same with those who walk on the near bank of the water that lies behind them."""
    return tuple(_moved(one, BANK) if walk and not one.relation else one for one, walk in zip(cast, walks, strict=True))


def _moved(one: Performer, depth: float) -> Performer:
    """At another depth, as large as it looks from there."""
    share = ground_factor(feet(depth)) / ground_factor(feet(one.depth))
    return replace(one, depth=depth, size=round(max(one.size * share, 0.04), 4))


def follows(cast: Sequence[Performer], seconds: float, aspect: float = 1.0) -> bool:
    """Whether the camera goes along unasked: with those who all go the same way and would not stay in the frame."""
    ways = {one.direction for one in cast}
    if not cast or len(ways) > 1 or any(one.action not in MOVES or one.then or one.name in SKY for one in cast):
        return False
    long = any(
        SPEED[one.action] * one.speed * seconds + one.size * _drawn(one.name)[0] / max(aspect, 1.0) > 1 for one in cast
    )
    return long or (len(cast) > 1 and seconds > SHORT)


def first_of(roles: Sequence[Role], i: int) -> int:
    """The first of those that come from the same part of the story."""
    return next(j for j, role in enumerate(roles) if role.group == roles[i].group)


def _rank(roles: Sequence[Role], i: int, sizes: Sequence[float], centres: Sequence[float]) -> float:
    """How far from where its partner puts it the second, third ... of several stands, frame widths."""
    role = roles[i]
    number = sum(one.group == role.group and one.partner == role.partner for one in roles[:i])
    step = max(APIECE, ABREAST * sizes[i] * _drawn(role.name)[0])
    if role.relation in ("chases", "behind", "in front of") and role.action in MOVES:
        return -step * number  # farther away along the way
    if role.relation == "beside" and role.action in MOVES:
        return -max(APIECE, CLOSE * sizes[i] * _drawn(role.name)[0]) * number
    if role.relation == "beside":
        side = 1 if centres[role.partner] <= 0.5 else -1
        if not _is_around(roles, i):
            return side * step * number
        wide = _drawn(role.name)[0] * sizes[i]
        across = 1.05 * (wide + _drawn(roles[role.partner].name)[0] * sizes[role.partner])
        farthest = max((_alike(roles, i) - 1) // 2, 1)
        step = min(max(APIECE, CLOSE * wide), (1 - MARGIN - MIDDLE - (across + wide) / 2) / farthest)
        return side * step * (number // 2) if number % 2 == 0 else -side * (across + step * (number // 2))
    if role.relation == "above" and role.action == "fly":
        return step * (number - (_alike(roles, i) - 1) / 2)
    if role.relation == "on" and not _is_worn(role) and not _is_held(roles, i):
        beside = [j for j, one in enumerate(roles) if one.partner == role.partner and one.relation == "on"]
        apart = min(step, _drawn(roles[role.partner].name)[0] * sizes[role.partner] / len(beside))
        return apart * (beside.index(i) - (len(beside) - 1) / 2)
    return APIECE * number


def _is_around(roles: Sequence[Role], i: int) -> bool:
    """Whether it is one of several who stay beside one that stays, with nobody else there: on both sides of that."""
    role, middle = roles[i], roles[i].partner
    if middle < 0 or role.action in MOVES or roles[middle].relation or roles[middle].action in MOVES:
        return False
    others = [one for j, one in enumerate(roles) if j != middle]
    return len(others) > 1 and all(
        one.group == role.group and one.relation == "beside" and one.partner == middle for one in others
    )


def _alike(roles: Sequence[Role], i: int) -> int:
    """How many come from the same part of the story."""
    return sum(role.group == roles[i].group for role in roles)


def _goes_past(roles: Sequence[Role], i: int) -> bool:
    """Whether it moves by one that does not."""
    role = roles[i]
    near = role.relation in ("beside", "behind", "in front of") and role.partner >= 0
    return near and role.action in MOVES and roles[role.partner].action not in (*MOVES, *MEETING)


def _is_loose(roles: Sequence[Role], i: int) -> bool:
    """Whether it is one of several in the air or the water, who are anywhere there."""
    role = roles[i]
    free = role.kind in ("flyer", "swimmer") and role.name not in BOATS and not role.relation
    return free and _alike(roles, i) >= FREE


def _headed(roles: Sequence[Role], rng: random.Random) -> list[Role]:
    """Everybody who moves goes somewhere: as told, as its partner goes, or as all go."""
    way = next((role.direction for role in roles if role.direction), "left" if rng.random() < 0.5 else "right")
    back = "left" if way == "right" else "right"
    headed = []
    for i, role in enumerate(roles):
        goes = role.action in MOVES or role.action in MEETING or any(act.action in MOVES for act in role.then)
        met = role.relation == "meets" or any(r.relation == "meets" and r.partner == i for r in roles)
        direction = role.direction or (way if goes else "")
        if met and not role.direction:
            direction = way if role.relation == "meets" and role.partner > i else back
        headed.append(replace(role, direction=direction))
    carried = [replace(role, direction=headed[role.partner].direction) if role.relation == "on" and role.partner >= 0
               and not role.direction else role for role in headed]  # fmt: skip
    return carried


def _sizes(roles: Sequence[Role], view: str, aspect: float) -> tuple[float, ...]:
    """Cell heights, frame heights."""
    lively = max((role.length for role in roles if role.kind != "thing"), default=LONGEST)
    longest = max((role.length for role in roles if role.name not in SKY), default=1.0)
    bodies = []
    for i, role in enumerate(roles):
        metres = longest if role.name in SKY else role.length
        if role.kind == "thing" and metres > BUILT:  # a tree does not make those under it small
            metres = min(metres, SCENERY * lively)
        held_in = [one.length for j, one in enumerate(roles) if one.partner == i and _is_within(roles, j)]
        metres = max(metres, *(ROOMY * length for length in held_in), metres) * role.scale**SCALE
        near = _is_worn(role) or _is_held(roles, i) or (role.action == "fall" and role.kind != "flyer")
        base = role.partner if role.relation in ("on", "above") and not near else -1
        air = ABOVE if role.relation == "above" else FLIGHT if roles[base].action in ("fly", "hover") else 0.0
        deep = actor(roles[base].name).saddle if role.relation == "on" else 0.0
        deep = VESSELS[roles[base].name][0] if _is_within(roles, i) and roles[base].name in VESSELS else deep
        legs = min(actor(role.name).box[3] - SOLE, 0.0)  # of what is drawn in the upper part of its cell: air
        if role.action == "sit" and actor(role.name).hip:
            legs = sunk(actor(role.name).hip, high=True) + SHINS[True] + FOOT
        if _is_within(roles, i):
            legs = SUNK * _drawn(role.name)[1]
        bodies.append(Body(metres, *_drawn(role.name), _needs_room(role), base, air, deep, legs))
    sizes = heights(bodies, FILLS.get(view, 1.0), aspect)
    sizes = tuple(_mounted(roles, sizes, i) for i in range(len(roles)))
    trails = [i for i, role in enumerate(roles) if role.relation in ("chases", "behind") and role.partner >= 0]
    if any(_many(roles, i) and (roles[i].relation == "chases" or roles[i].action in MOVES) for i in trails):
        sizes = tuple(CROWDED * size for size in sizes)
    elif any(_alike(roles, i) > 1 and (role.action == "fall" or role.name in SHOWERS) for i, role in enumerate(roles)):
        sizes = tuple(size if role.action != "fall" and role.name not in SHOWERS else SHOWER * size
                      for role, size in zip(roles, sizes, strict=True))  # fmt: skip
    elif any(role.relation == "beside" and _is_around(roles, i) for i, role in enumerate(roles)):
        sizes = tuple(AROUND * size for size in sizes)
    elif any(role.relation == "chases" for role in roles):
        sizes = tuple(PAIRED * size for size in sizes)
    elif len(roles) == 1 and roles[0].name in DRIFTS and roles[0].action == "float":
        sizes = tuple(AWAY * size for size in sizes)
    elif len(roles) == 1 and roles[0].name in PLANES and roles[0].action in ("launch", "fall", "fly", "hover"):
        sizes = tuple(PAIRED * PAIRED * size for size in sizes)
    elif any(_is_loose(roles, i) and _alike(roles, i) >= CROWD for i in range(len(roles))):
        sizes = tuple(THRONGED * PAIRED * size for size in sizes)
    elif any(_alike(roles, i) >= CROWD for i in range(len(roles))):
        sizes = tuple(THRONGED * size for size in sizes)
    sizes = tuple(
        _fitted(role, roles[role.partner], sizes[role.partner]) if _is_worn(role) else size
        for role, size in zip(roles, sizes, strict=True)
    )
    sizes = tuple(
        max(size, TALL / _drawn(role.name)[1] / ground_factor(feet(AFAR))) if _is_landmark(roles, i) else size
        for i, (role, size) in enumerate(zip(roles, sizes, strict=True))
    )
    if len(roles) == 1 and not view:
        sizes = (min(sizes[0] * roles[0].scale ** 0.5, LARGEST),)
    return tuple(SPREAD.get(role.name, 1.0) * size for role, size in zip(roles, sizes, strict=True))


def _mounted(roles: Sequence[Role], sizes: Sequence[float], i: int) -> float:
    """The cell height of a role, where it sits on a longer one: small enough to leave that to be seen."""
    role, size = roles[i], sizes[i]
    if role.name in SHADES and _is_held(roles, i):
        return SHADE * sizes[role.partner] * _drawn(roles[role.partner].name)[1] / _drawn(role.name)[1]
    if role.name in PLAYTHINGS and role.partner >= 0 and not _is_held(roles, i):
        tall = sizes[role.partner] * max(_drawn(roles[role.partner].name))
        return min(size, BALL * tall / max(_drawn(role.name)))
    if _is_held(roles, i):
        share = min(max(HANDY * math.sqrt(role.length / max(roles[role.partner].length, 0.1)), SLIGHT), BULKY)
        longer = max(_drawn(role.name))
        return min(size, share * sizes[role.partner] * _drawn(roles[role.partner].name)[1] / longer)
    if _is_within(roles, i):
        beside = sum(one.partner == role.partner and _is_within(roles, j) for j, one in enumerate(roles))
        wide = VESSELS.get(roles[role.partner].name, (0.0, CABIN))[1] * _drawn(roles[role.partner].name)[0]
        size = min(size, wide * sizes[role.partner] / beside / _drawn(role.name)[0])
        return min(size, _window(roles[role.partner].name) * sizes[role.partner] / (1 - SUNK) / _drawn(role.name)[1])
    if role.name == "kite" and role.relation == "above" and role.partner >= 0:
        return min(size, FLOWN * sizes[role.partner] * _drawn(roles[role.partner].name)[1] / _drawn(role.name)[1])
    if role.name in BALLS and role.relation == "in front of" and role.partner >= 0:
        return min(size, BALL * sizes[role.partner] * _drawn(roles[role.partner].name)[1] / _drawn(role.name)[1])
    if (
        role.relation != "on"
        or role.partner < 0
        or _is_worn(role)
        or (role.action == "sit" and roles[role.partner].kind == "thing")
        or role.length >= roles[role.partner].length
    ):
        return size
    return min(size, MOUNTED * sizes[role.partner] * _drawn(roles[role.partner].name)[1] / _drawn(role.name)[1])


def _is_held(roles: Sequence[Role], i: int) -> bool:
    """Whether it is in another's hands, or comes out of them."""
    role = roles[i]
    if role.action in THROWN:
        return role.relation == "in front of" and role.partner >= 0
    return role.relation == "on" and role.partner >= 0 and role.name in HELD and roles[role.partner].kind in HOLDERS


def _window(name: str) -> float:
    """Height of a window that one in it looks out of, share of the cell; of what is open, endless."""
    if name not in WINDOWS:
        return math.inf
    return (VESSELS[name][0] - WINDOWS[name][0]) * _drawn(name)[1]


def _is_within(roles: Sequence[Role], i: int) -> bool:
    """Whether it is in another that hides its lower part, or in a cab."""
    role = roles[i]
    there = roles[role.partner].name if role.relation == "on" and role.partner >= 0 and role.within else ""
    return there in VESSELS or (there in CABS and roles[i].kind != "thing")


def _is_worn(role: Role) -> bool:
    """Whether it is on somebody's head."""
    return role.name in HEADWEAR and role.relation == "on" and role.partner >= 0


def _fitted(role: Role, wearer: Role, size: float) -> float:
    """Cell height of what is worn by one of a cell height."""
    return WORN * actor(wearer.name).head[1] * size / _drawn(role.name)[0]


def _width(role: Role, size: float) -> float:
    return size * _drawn(role.name)[0]


def _drawn(name: str) -> tuple[float, float]:
    """Width and height of a drawing, shares of its cell."""
    x0, y0, x1, y1 = actor(name).box
    return x1 - x0, y1 - y0


def _centres(roles: Sequence[Role], widths: Sequence[float]) -> list[float]:
    """Where each is in the middle of the clip, 0..1 of the frame's width: in a row, with room for its width.

    widths: of their drawings, frame widths.
    """
    large = [i for i in range(len(roles)) if _is_landmark(roles, i)]
    free = [i for i, role in enumerate(roles) if _abreast(role) and not role.side and role.name not in SKY]
    free = [i for i in free if i not in large]
    free = free or [i for i, role in enumerate(roles) if role.name in SKY]
    taken = sum(widths[i] for i in free)
    centres = [0.5] * len(roles)
    gap = (1 - taken) / (len(free) + 1) if free else 0.0
    at = gap if gap > 0 else 0.02
    step = gap if gap > 0 else (0.96 - taken) / max(len(free) - 1, 1)
    for i in free:
        centres[i] = at + widths[i] / 2
        at += widths[i] + step
    for i, role in enumerate(roles):
        if role.side:
            centres[i] = SIDES[role.side]
        elif role.name in SKY and widths[i] > WIDE:
            centres[i] = 0.5
        elif i in large:  # a little to the side of who stands before it
            centres[i] = 0.5 if len(large) > 1 or any(role.partner == i for role in roles) else BACK
        elif role.name in SKY and i not in free:
            centres[i] = SIDES["right"]
    for i, role in enumerate(roles):
        if role.relation == "beside" and _is_around(roles, i):
            centres[role.partner] = MIDDLE
    for i, role in enumerate(roles):  # both of a pair have room
        if role.relation in ("behind", "in front of") and role.partner >= 0 and role.action not in MOVES:
            centres[role.partner] -= 0.15 * (widths[i] + widths[role.partner])
            if role.action in ("throw", "kick", "catch", "score"):  # and what flies away
                centres[role.partner] = min(centres[role.partner], SIDES["left"])
    for i, role in enumerate(roles):
        if role.relation in ("above", "on", "behind", "in front of") and role.partner >= 0 and not role.side:
            shift = {"behind": -0.09, "in front of": 0.09}.get(role.relation, 0.0)
            centres[i] = centres[role.partner] + shift
        elif role.relation == "meets" and role.partner >= 0:  # its partner's end; its own follows from that
            gap = (widths[i] + widths[role.partner]) / 2
            centres[role.partner] = 0.5 - signed(roles[role.partner].direction) * (gap / 2 - MET)
        elif role.relation == "chases" and role.partner >= 0 and not _many(roles, i):
            way = signed(role.direction)
            centres[i], centres[role.partner] = 0.5 - 0.2 * way, 0.5 + 0.2 * way
        elif role.relation == "chases" and role.partner >= 0:
            for prey, centre in _chased(roles, widths, i).items():
                centres[prey] = centre
        if role.action in AIMED and len(roles) == 1:  # room for what goes out ahead
            centres[i] -= AHEAD * (signed(role.direction or actor(role.name).faces) or 1.0)
    for i, role in enumerate(roles):
        if role.action not in MOVES and widths[i] < 1 - 2 * MARGIN:  # all of it in the frame
            centres[i] = min(max(centres[i], MARGIN + widths[i] / 2), 1 - MARGIN - widths[i] / 2)
        elif _goes_past(roles, i) and role.relation == "beside" and not role.side:
            centres[i] = 0.5
    return centres


def _many(roles: Sequence[Role], i: int) -> bool:
    """Whether several chase or are chased."""
    return sum(role.group in (roles[i].group, roles[roles[i].partner].group) for role in roles) > 2


def _chased(roles: Sequence[Role], widths: Sequence[float], hunter: int) -> dict[int, float]:
    """Centres of several who are chased, all ahead of who chases them; the first of them is the last on the way."""
    way, last = signed(roles[hunter].direction), roles[hunter].partner
    prey = [i for i, role in enumerate(roles) if role.group == roles[last].group]
    hunters = sum(role.group == roles[hunter].group for role in roles)
    room = widths[hunter] / 2 + FOLLOWS * (widths[hunter] + widths[last]) / 2
    room += max(APIECE, ABREAST * widths[hunter]) * (hunters - 1)
    back, ahead = min(MARGIN + room, LAST), 1 - MARGIN - widths[last] / 2
    step = (ahead - back) / max(len(prey) - 1, 1) if len(prey) > 1 else 0.0
    return {i: 0.5 + way * (back + step * n - 0.5) for n, i in enumerate(prey)}


def _needs_room(role: Role) -> bool:
    return (_abreast(role) and role.name not in SKY) or role.relation in ("behind", "in front of")


def _abreast(role: Role) -> bool:
    return role.relation not in ("above", "on", "behind", "in front of") or role.partner < 0


def _depths(roles: Sequence[Role], sizes: Sequence[float], rng: random.Random) -> list[float]:
    apart = 0.05 * (len(roles) > 1)
    depths = []
    for i, role in enumerate(roles):
        level = 0.5 + (apart if i % 2 else -apart) + rng.uniform(-0.02, 0.02)
        if _is_loose(roles, i):
            level += AIRY[(i - first_of(roles, i)) % len(AIRY)]
        elif _alike(roles, i) >= CROWD:
            level += LOOSE[(i - first_of(roles, i)) % len(LOOSE)]
        depths.append(HIGH_UP if role.name in SKY and not role.relation else level)
        if role.name in SKY and not role.relation and i != first_of(roles, i):  # all over the sky
            depths[i] = SCATTER[(i - first_of(roles, i)) % len(SCATTER)]
    for i, size in enumerate(sizes):
        base = any(role.relation in ("on", "above") and role.partner == i for role in roles)
        if size < SMALL * max(sizes) and roles[i].name not in SKY and not base and not _is_loose(roles, i):
            depths[i] = max(depths) + NEARER
    depths = [AFAR if _is_landmark(roles, i) else depth for i, depth in enumerate(depths)]
    for i, role in enumerate(roles):
        if role.partner < 0 or role.partner >= len(roles):
            continue
        there = depths[role.partner]
        if role.relation == "behind" and {role.action, roles[role.partner].action} <= MOVES:
            depths[i] = there - NEARER  # it follows
        elif role.relation == "behind":
            depths[i] = max(there - APART, 0.12)
        elif role.relation == "in front of":
            depths[i] = min(there + APART, 0.9)
        elif role.relation in ("on", "above"):
            depths[i] = there + 0.01
    return depths


def _times(role: Role, centre: float, seconds: float) -> tuple[float, float, float]:
    """Where its path begins, and when it enters and leaves."""
    way, speed = signed(role.direction), SPEED.get(role.action, 0.0) * role.speed
    start, enters, leaves = centre - way * speed * seconds / 2, 0.0, math.inf
    if role.then:
        comes = "in" in role.changes and way and speed
        return (0.5 - way * (0.5 + EDGE) if comes else centre - _travel(role, seconds) / 2), enters, leaves
    if role.action == "appear":
        return centre, round(min(0.9, seconds / 3), 3), leaves
    if role.action in MEETING:
        return centre - way * (0.2 + SPEED["meet"] * role.speed), enters, leaves
    edge = 1 + EDGE if way > 0 else -EDGE
    if "out" in role.changes:
        leaves = round(0.8 * seconds, 3)
        if speed and way:
            start = edge - way * speed * leaves
    elif "in" in role.changes:
        enters = round(0.15 * seconds, 3)
        if speed and way:
            start = (1 - edge) - way * speed * enters
    return start, enters, leaves


def _brisk(role: Role, seconds: float) -> Role:
    """One that comes in and then does something else, so fast that it is in the frame by then."""
    speed = SPEED.get(role.action, 0.0) * seconds / (len(role.then) + 1)
    if not role.then or "in" not in role.changes or not speed:
        return role
    return replace(role, speed=max(role.speed, min(COME / speed, HASTE)))


def _acts(role: Role, seconds: float) -> tuple[Act, ...]:
    """What it does next, each for as long as the first."""
    each = seconds / (len(role.then) + 1)
    return tuple(act._replace(time=round(each * number, 3)) for number, act in enumerate(role.then, 1))


def _travel(role: Role, seconds: float) -> float:
    """Frame widths to the right by which its actions bring it from where it began."""
    way, gone = role.direction, 0.0
    for act in (Act(0.0, role.action, role.direction), *role.then):
        way = act.direction or way
        gone += signed(way) * SPEED.get(act.action, 0.0) * role.speed * seconds / (len(role.then) + 1)
    return gone


def _events(role: Role, seconds: float) -> tuple[Event, ...]:
    first = EVENT_AT * seconds
    kinds = [kind for kind in ("bitten", "opened", "painted") if kind in role.changes]
    found = [Event(kind, round(first, 3)) for kind in kinds]
    if "eaten" in role.changes:
        steps = int((seconds - first) / BETWEEN_BITES)
        found = [Event("bitten", round(first + BETWEEN_BITES * i, 3)) for i in range(min(steps, 8))]
    return tuple(found)
