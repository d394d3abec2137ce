"""Performers together: where each is when others matter, when the frame has borders, and when time is long.

`motion.path` lays one performer's path as if it were alone, on endless ground, for four seconds. Here that path is put
in relation to a partner's, begins and ends, keeps step with the ground and stays in the frame. A scene that asks for
nothing of this (`length` 0, no relation, always there) gets just the paths of `motion`.

Choices made for whoever reads a clip: a lone mover under a `tracking` camera goes on for ever; under any other camera
it turns round before it would leave the frame, unless its whole path fits. A follower goes where its partner went, some
moments later, so that it turns where the partner turned. What appears pops up, and is gone the same way.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import torch

from soracli.world import motion
from soracli.world.hidden import in_water, is_upturned, is_within, lower, within
from soracli.world.language.actors import CABS, FOOT, HEADWEAR, HELD, REACH_OUT, SHINS, STRUNG, SWUNG, actor, sunk
from soracli.world.language.verbs import MEETING, MOVES, SECONDS, SOLE, SPEED, THROWN, feet, ground_factor, signed
from soracli.world.motion import MEET, Path
from soracli.world.scene import Performer, Scene

POP = 0.4  # seconds in which something appears or goes
TURN = 0.5  # seconds of a turn at the border
LEAVING = MOVES | {"jump"}  # actions with which a performer leaves the partner that it was with
OVER = 0.3  # seconds in which one action goes over into the next
REST = 0.5  # seconds, time constant, in which a camera comes to rest after the length of its scene
STEP = 0.42  # cells of ground in one step of a gait that is laid over a drawing
REACH = {"zoom in": 1.4, "zoom out": 1.4, "tilt up": 1.22, "tilt down": 1.22, "handheld": 1.08}  # largest zoom
NEARER = 0.06  # of depth, of who passes a partner that stays
APART = 0.2  # of depth, between what is behind or in front of a partner
CROWN = 0.62  # of the partner's height, from where something falls
CROWNED = frozenset(
    ("deciduous tree", "evergreen tree", "palm tree", "tanabata tree", "Christmas tree")
)  # one is in them
PASSING = frozenset({"comet", "cloud"})  # what goes out of the frame and does not come back
ABLAZE = {"fire": 0.7}  # share of its height that what is on it has of it behind itself
SWARM = 3  # from how many alike they are at different heights: `fly`, and `swim` and `float` under water
LEVELS, DEEP = (0.0, 0.13, -0.1, 0.22, 0.06, -0.05), (0.08, 0.3, 0.0, 0.2, 0.14, 0.38)
SWINGS = {"garden swing": (0.60, 20.0)}  # length of the ropes, cells, and degrees to either side, see its drawing
BRIDGES, BANKS = frozenset({"stone bridge"}), 0.8  # how near their ends one comes, halves of its width
INSIDE = 0.5  # share of the height of who drives that the cab hides
SINK = 0.06  # of the partner's height, by which something on it covers it
AIRBORNE, DRIFTING, CLEAR = frozenset(("fly", "hover", "float")), 0.16, 0.04  # frame heights; above what flies
OWN = (0.06, 0.06, 0.94, 0.94)
NEAR = {"swing": 0.5, "catch": 0.8}  # of half of both widths, how far from the middle of the partner it is
CLOSE = 0.9  # of half of both widths, how near to each other they stand who fight
SWING = 28.0  # degrees to either side by which a tool is swung
FLOATERS = frozenset({"flyer", "swimmer"})  # kinds whose bodies take no steps


class Staged(NamedTuple):
    """A performer as it is drawn (its depth and size may follow from its partner's and the frame's), and its path."""

    performer: Performer
    way: Path


def staged(scene: Scene, times: torch.Tensor, aspect: float = 1.0) -> list[Staged]:
    """All performers of a scene, in its order. times: float64 (T,) seconds. aspect: the frame's width / height."""
    cast = [_fitted(performer, scene, aspect) for performer in scene.performers]
    for i in _partners_first(cast):
        cast[i] = _placed(cast[i], cast)
    return [Staged(acting(cast[i], times), path(scene, cast, i, times, aspect)) for i in range(len(cast))]


def acting(performer: Performer, times: torch.Tensor) -> Performer:
    """The performer with the action that it does at the first of some times (T,)."""
    begun = [act for act in performer.then if len(times) and act.time <= times[0]]
    return replace(performer, action=begun[-1].action) if begun else performer


def path(scene: Scene, cast: list[Performer], i: int, times: torch.Tensor, aspect: float) -> Path:
    """The path of the i-th of a staged cast."""
    performer = cast[i]
    clock = (times - performer.enters).clamp(min=0) if performer.enters > 0 else times
    way = in_water(scene, performer, _related(scene, cast, i, clock, times, aspect), clock, aspect)
    if is_upturned(performer, cast, i):
        way = way._replace(angle=way.angle + 180.0)
    if performer.enters <= 0 and math.isinf(performer.leaves):
        return way
    there = _there(performer, times)
    return way._replace(scale=way.scale * there, shown=(there > 0.02) & way.shown)


def _fitted(performer: Performer, scene: Scene, aspect: float) -> Performer:
    """A narrow frame has smaller performers, since their sizes are shares of its height."""
    if scene.length <= 0 or aspect >= 1:
        return performer
    return replace(performer, size=performer.size * aspect**0.6)


def _partners_first(cast: list[Performer]) -> list[int]:
    """Order in which each comes after the partner that it stands in relation to; circles are cut anywhere."""
    order: list[int] = []

    def visit(i: int, open_: tuple[int, ...]) -> None:
        if i in order or i in open_:
            return
        if cast[i].relation and 0 <= cast[i].partner < len(cast):
            visit(cast[i].partner, (*open_, i))
        order.append(i)

    for i in range(len(cast)):
        visit(i, ())
    return order


def _placed(performer: Performer, cast: list[Performer]) -> Performer:
    """At the depth that its relation asks for."""
    if not performer.relation or not 0 <= performer.partner < len(cast):
        return performer
    partner = cast[performer.partner]
    if performer.relation in ("behind", "in front of") and not _together(performer, partner):
        depth = partner.depth + (APART if performer.relation == "in front of" else -APART)
        return replace(performer, depth=min(max(depth, 0.0), 1.0))
    if is_inside(performer, partner) and not is_within(performer, partner):
        return replace(performer, depth=partner.depth - 1e-4)
    shift = {"on": 1e-4, "in": 1e-4, "above": 1e-4, "beside": -1e-4}.get(performer.relation)
    if performer.relation == "beside" and (performer.action == "swing" or _passes(performer, partner)):
        shift = NEARER
    return performer if shift is None else replace(performer, depth=partner.depth + shift)


def _passes(performer: Performer, partner: Performer) -> bool:
    """Whether it goes by one that stays where it is and is no smaller: in front of that."""
    moves = performer.action in MOVES and partner.action not in (*MOVES, *MEETING)
    tall = [(box[3] - box[1]) * one.size for one, box in ((performer, drawn(performer)), (partner, drawn(partner)))]
    return moves and tall[1] >= tall[0]


def _together(performer: Performer, partner: Performer) -> bool:
    """Whether two move the same way."""
    both = performer.action in MOVES and partner.action in MOVES
    return both and performer.direction == partner.direction and bool(partner.direction)


def half(performer: Performer, aspect: float) -> float:
    """Half the width of its drawing, frame widths."""
    x0, _, x1, _ = drawn(performer)
    return performer.size * (x1 - x0) / 2 / aspect


def drawn(performer: Performer) -> tuple[float, float, float, float]:
    """x0 y0 x1 y1 of its drawing in its cell, shares. The user's own pictures are fitted to `OWN`."""
    if performer.picture:
        return OWN
    x0, y0, x1, y1 = actor(performer.name).box
    return x0, y0 + (sunk(actor(performer.name).hip, performer.relation == "on") if sits(performer) else 0.0), x1, y1


def sits(performer: Performer) -> bool:
    """Whether it is drawn as one who sits."""
    return performer.action == "sit" and not performer.picture and actor(performer.name).hip > 0


def _there(performer: Performer, times: torch.Tensor) -> torch.Tensor:
    """Its size over time, 0 before it comes and after it has gone: pops up a little beyond its size."""
    s = ((times - performer.enters) / POP).clamp(0, 1)
    came = 1 + 2.2 * (s - 1) ** 3 + 1.2 * (s - 1) ** 2 if performer.enters > 0 else torch.ones_like(times)
    if math.isinf(performer.leaves):
        return came.clamp(min=0)
    return torch.minimum(came, ((performer.leaves - times) / POP).clamp(0, 1)).clamp(min=0)


# --- with a partner -------------------------------------------------------------------------------------------------


def _related(
    scene: Scene, cast: list[Performer], i: int, clock: torch.Tensor, times: torch.Tensor, aspect: float
) -> Path:
    performer = cast[i]
    if performer.then:
        return _in_turn(scene, cast, i, clock, times, aspect)
    relation, number = performer.relation, performer.partner
    if not relation or not 0 <= number < len(cast) or number == i or _circles(cast, i):
        own = alone(scene, performer, clock, aspect)
        return own._replace(lift=own.lift + _raised(scene, cast, i))
    partner = cast[number]
    shift = performer.x - 0.5

    def other(moment: torch.Tensor) -> Path:
        return path(scene, cast, number, moment, aspect)

    gap = half(performer, aspect) + half(partner, aspect)
    if relation in ("on", "in", "above"):
        return _over(scene, performer, partner, other(times), clock, aspect, shift)
    if relation == "chases" or (_together(performer, partner) and relation != "meets"):
        sign = -1.0 if relation == "in front of" else 1.0
        room = gap * (1.0 if relation == "beside" else 1.15)
        return _following(scene, performer, partner, other, times, sign * room - sign * shift, aspect)
    if relation == "meets":
        return _meeting(scene, cast, i, clock, aspect, gap)
    own = alone(scene, performer, clock, aspect)
    if performer.action in MOVES:
        return own
    side = 1.0 if cast[_first(cast, number)].x <= 0.5 else -1.0
    if performer.action in THROWN and partner.direction:  # from where it looks
        side = signed(partner.direction)
    out = side * (own.x - performer.x)  # what is thrown goes away from who throws it
    near = NEAR.get(performer.action, {"beside": 1.05}.get(relation, 0.6))
    x = other(times).x + shift + side * gap * near + out
    return own._replace(x=x)


def _in_turn(
    scene: Scene, cast: list[Performer], i: int, clock: torch.Tensor, times: torch.Tensor, aspect: float
) -> Path:
    """One action after another, each from where the one before has come to. Who moves leaves its partner."""
    whole, cast = cast[i], list(cast)
    cast[i] = replace(whole, then=())
    way = _related(scene, cast, i, clock, times, aspect)
    began = whole.enters
    for act in whole.then:
        now = times.new_tensor([act.time])
        there = _related(scene, cast, i, (now - began).clamp(min=0), now, aspect)
        one = replace(cast[i], action=act.action, direction=act.direction or cast[i].direction)
        if not one.relation or {act.action, cast[i].action} & LEAVING:
            one = replace(one, x=float(there.x), relation="", partner=-1)
        cast[i], began = one, act.time
        new = _related(scene, cast, i, (times - began).clamp(min=0), times, aspect)
        back = -1.0 if signed(one.direction) * _looks(whole) < 0 else 1.0
        way = _gone_over(way, new._replace(turn=back * new.turn), times - began)
    return way


def _looks(performer: Performer) -> float:
    """Where its drawing looks: -1 to the left, 1 to the right, 0 to neither side."""
    faces = "" if performer.picture else actor(performer.name).faces
    return signed(performer.direction or faces)


def _gone_over(old: Path, new: Path, since: torch.Tensor) -> Path:
    """One path that becomes another. since: (T,) seconds since the other began."""
    share = (since / OVER).clamp(0, 1)
    share, after = share * share * (3 - 2 * share), since >= 0
    mixed = {key: torch.lerp(getattr(old, key), getattr(new, key), share)
             for key in ("feet", "lift", "angle", "scale", "squash", "turn")}  # fmt: skip
    cut = {key: torch.where(after, getattr(new, key), getattr(old, key)) for key in ("x", "cycle", "shown")}
    return Path(**mixed, **cut, cut=lower(old.cut, new.cut, after))


def _first(cast: list[Performer], i: int) -> int:
    """The first of a row of performers each of whom is beside the one before; i is the last."""
    for _ in cast:
        if cast[i].relation != "beside" or not 0 <= cast[i].partner < len(cast):
            break
        i = cast[i].partner
    return i


def _raised(scene: Scene, cast: list[Performer], i: int) -> float:
    """How much higher than usual one of several in the air or under water is, frame heights."""
    one = cast[i]
    alike = [j for j, other in enumerate(cast) if (other.name, other.action) == (one.name, one.action)]
    if scene.length <= 0 or len(alike) < SWARM or one.picture:
        return 0.0
    levels = (
        LEVELS
        if one.action == "fly"
        else DEEP
        if one.action in ("swim", "float") and scene.place == "underwater"
        else (0.0,)
    )
    return levels[alike.index(i) % len(levels)]


def _circles(cast: list[Performer], i: int) -> bool:
    """Whether a performer's partners lead back to it."""
    at = cast[i].partner
    for _ in cast:
        if at == i:
            return True
        if not cast[at].relation or not 0 <= cast[at].partner < len(cast):
            return False
        at = cast[at].partner
    return True


def _over(
    scene: Scene,
    performer: Performer,
    partner: Performer,
    under: Path,
    clock: torch.Tensor,
    aspect: float,
    shift: float,
) -> Path:
    """On top of the partner, or in the air above it: goes where it goes."""
    own = alone(scene, replace(performer, direction=""), clock, aspect)
    _, top, _, bottom = drawn(partner)
    high = (SOLE - top) * partner.size * under.scale * under.squash
    if is_within(performer, partner):
        return within(performer, partner, under, own, high, aspect, shift)
    inside = is_inside(performer, partner)
    if performer.relation == "in":
        performer = replace(performer, relation="on")
    if performer.relation == "on" and performer.name in HEADWEAR and not performer.picture:
        return _worn(performer, partner, under, own, high, aspect)
    if performer.relation == "on" and is_held(performer, partner):
        return _held(performer, partner, under, own, high, aspect, clock)
    if performer.relation == "on" and partner.name in BRIDGES and performer.action in MOVES:
        room = max(half(partner, aspect) - BANKS * half(performer, aspect), 0.0)
        way = signed(performer.direction) * _speed(performer) * (clock - scene.length / 2)
        under = under._replace(x=under.x + way.clamp(-room, room))
    if performer.relation == "on" and sits(performer) and not inside:
        return _on_seat(performer, partner, under, own, high, aspect, shift)
    if performer.relation == "on":
        deep = SINK if partner.picture else SINK + actor(partner.name).saddle
        lift = under.lift + high - deep * (bottom - top) * partner.size * under.scale * under.squash
        if partner.name in ABLAZE:
            lift = under.lift + (1 - ABLAZE[partner.name]) * high
        if partner.name in CROWNED:
            lift = under.lift + CROWN * high
        if inside:
            lift = lift - INSIDE * (drawn(performer)[3] - drawn(performer)[1]) * performer.size
        if performer.action in ("fall", "jump", "hop", "bounce", "land"):
            lift = lift + own.lift
        aside = own.x - performer.x if performer.action == "land" else 0.0
        return own._replace(x=under.x + shift + aside, lift=lift, turn=under.turn, feet=under.feet)
    if (
        performer.action == "fall" and performer.relation == "above"
    ):  # from the partner's crown, at the side of its middle
        side = (0.25 if shift >= 0 else -0.25) * half(partner, aspect) * 2
        return own._replace(
            x=under.x + shift + side, lift=own.lift.clamp(max=float(CROWN * high.max())), feet=under.feet
        )
    rise = own.lift * 0.3 + 0.06
    return own._replace(x=under.x + shift, lift=under.lift + high + rise, turn=under.turn, feet=under.feet)


def _on_seat(
    performer: Performer, partner: Performer, under: Path, own: Path, high: torch.Tensor, aspect: float, shift: float
) -> Path:
    """On the seat of the partner, shins down; on one that swings, to and fro with it. high: of the partner's top."""
    _, top, _, bottom = drawn(partner)
    deep = (0.0 if partner.picture else actor(partner.name).saddle) * (bottom - top)
    lift = under.lift + high - deep * partner.size * under.scale - (SHINS[True] + FOOT) * performer.size
    x, angle = under.x + shift, own.angle
    if partner.name in SWINGS and not partner.picture:
        rope, reach = SWINGS[partner.name]
        turn = reach * (2 * math.pi * under.cycle).sin()
        x = x - rope * partner.size * (turn * math.pi / 180).sin() / aspect
        lift = lift + rope * partner.size * (1 - (turn * math.pi / 180).cos())
        angle = angle + turn
    floor = under.feet - own.feet - SHINS[True] * performer.size
    return own._replace(x=x, lift=torch.maximum(lift, floor), turn=under.turn, feet=under.feet, angle=angle)


def is_inside(performer: Performer, partner: Performer) -> bool:
    """Whether one who sits `on` another that moves sits in its cab."""
    cab = partner.name in CABS and not partner.picture
    drives = performer.relation == "on" and performer.action == "sit" and partner.action in MOVES
    return cab and (drives or performer.relation == "in")


def is_held(performer: Performer, partner: Performer) -> bool:
    """Whether one who is `on` another is what that one has in the hands."""
    alive = actor(partner.name).kind in ("walker", "flyer") and not partner.picture
    return performer.name in HELD and alive and not performer.picture


def _held(
    performer: Performer,
    partner: Performer,
    under: Path,
    own: Path,
    high: torch.Tensor,
    aspect: float,
    clock: torch.Tensor,
) -> Path:
    """At the partner's hands, before its body; a tool swings while one works. high: of the partner's top."""
    x0, top, x1, bottom = drawn(partner)
    ahead = signed(partner.direction) or {"left": -1.0}.get(actor(partner.name).faces, 1.0)
    size = partner.size * under.scale
    x = under.x + ahead * REACH_OUT * (x1 - x0) * size * under.turn / aspect
    _, low, _, floor = drawn(performer)
    middle = (SOLE - (low + floor) / 2) * performer.size  # of what is held, above where it would stand
    lift = under.lift + high - HELD[performer.name] * (bottom - top) * size - middle
    if performer.name in STRUNG:
        grip, reach = STRUNG[performer.name]
        x = under.x + ahead * reach * (x1 - x0) * size * under.turn / aspect
        lift = under.lift + high - grip * (bottom - top) * size - (SOLE - floor) * performer.size
    angle = own.angle * 0
    if partner.action in ("work", "fight") and performer.name in SWUNG:
        angle = ahead * SWING * (2 * math.pi * clock / motion.BLOW).cos()
    return own._replace(x=x, lift=lift, turn=under.turn, feet=under.feet, angle=angle)


def _worn(performer: Performer, partner: Performer, under: Path, own: Path, high: torch.Tensor, aspect: float) -> Path:
    """On the partner's head, wherever that is in its drawing. high: of the drawing's top above its feet."""
    entry = actor(partner.name)
    middle, wide = (0.5, 0.5) if partner.picture else entry.head
    way = signed(partner.direction)
    mirrored = -1.0 if entry.faces in ("left", "right") and way and way != signed(entry.faces) else 1.0
    size = partner.size * under.scale
    x = under.x + mirrored * (middle - 0.5) * size * under.turn / aspect
    empty = (SOLE - actor(performer.name).box[3]) * performer.size  # of its cell, below what is drawn
    lift = under.lift + high - HEADWEAR[performer.name] * wide * size - empty
    return own._replace(x=x, lift=lift, turn=under.turn, feet=under.feet)


def _following(
    scene: Scene,
    performer: Performer,
    partner: Performer,
    other: Callable[[torch.Tensor], Path],
    times: torch.Tensor,
    gap: float,
    aspect: float,
) -> Path:
    """Where the partner was `gap` frame widths of way ago."""
    speed = max(_speed(partner), 1e-6)
    pace = replace(performer, direction=partner.direction, speed=speed / max(SPEED.get(performer.action, 0.0), 1e-6))
    moment = times - gap / speed
    led = other(moment)
    own = alone(scene, pace, times, aspect)
    return own._replace(x=led.x, turn=led.turn)


def _meeting(scene: Scene, cast: list[Performer], i: int, clock: torch.Tensor, aspect: float, gap: float) -> Path:
    """From its side to where the other stands, or half way if that comes too; then it stands."""
    performer, partner = cast[i], cast[cast[i].partner]
    way = signed(performer.direction) or (1.0 if performer.x <= partner.x else -1.0)
    if performer.action == "fight":
        gap *= CLOSE
    comes = partner.action in MOVES or partner.action in MEETING
    end = (0.5 if comes else partner.x) - way * (gap / (2 if comes else 1) + 0.02)
    if performer.action == "fight":
        own = alone(scene, replace(performer, direction="right" if way > 0 else "left"), clock, aspect)
        return own._replace(x=own.x - performer.x - way * SPEED["meet"] * MEET + end)
    return _arriving(scene, performer, clock, aspect, way, end)


def _arriving(scene: Scene, performer: Performer, clock: torch.Tensor, aspect: float, way: float, end: float) -> Path:
    """Walks up to a place and stands there."""
    within = min(MEET, 0.6 * scene.length) if scene.length > 0 else MEET
    going = clock.clamp(max=within)
    direction = "right" if way > 0 else "left"
    own = alone(scene, replace(performer, action="walk", direction=direction), going, aspect)
    still = (clock >= within).to(own.lift.dtype)
    x = end - way * SPEED["meet"] * performer.speed * (within - going)
    return own._replace(x=x, lift=own.lift * (1 - still), angle=own.angle * (1 - still), turn=torch.ones_like(clock))


# --- alone ------------------------------------------------------------------------------------------------------------


def _speed(performer: Performer) -> float:
    """Frame widths a second."""
    return SPEED.get(performer.action, 0.0) * performer.speed if signed(performer.direction) else 0.0


def alone(scene: Scene, performer: Performer, times: torch.Tensor, aspect: float) -> Path:
    """A path without regard to partners; turned at the borders and in step with the ground if the scene is laid out."""
    if scene.length <= 0 and performer.speed == 1.0:
        return motion.path(performer, times, aspect)
    way = motion.path(performer, times, aspect)
    if scene.length > 0 and performer.action in AIRBORNE and actor(performer.name).kind == "flyer":
        way = _in_frame(way, performer)
    speed = _speed(performer)
    x, turn = _travelled(scene, performer, times, aspect, speed)
    if speed <= 0:
        return way
    if performer.action == "skid":
        return way._replace(x=x, turn=way.turn * turn)
    return _in_step(way._replace(x=x, turn=way.turn * turn), performer, times, aspect, speed)


def _in_frame(way: Path, performer: Performer) -> Path:
    """What is in the air as high as the frame has room for it; what drifts there is higher up than what hovers."""
    lift = way.lift + (DRIFTING if performer.action == "float" else 0.0)
    room = (way.feet - (SOLE - drawn(performer)[1]) * performer.size - CLEAR).clamp(min=0.1)
    return way._replace(lift=torch.minimum(lift, room))


def _travelled(
    scene: Scene, performer: Performer, times: torch.Tensor, aspect: float, speed: float
) -> tuple[torch.Tensor, torch.Tensor]:
    """Its x over time, and how far it is turned: 1 = looks its way, -1 = has turned round."""
    heading, one = signed(performer.direction), torch.ones_like(times)
    straight = performer.x + heading * speed * times
    low, high = _bounds(scene, performer, aspect)
    end = performer.x + heading * speed * scene.length
    fits = low - 0.06 <= end <= high + 0.06
    passing = performer.name in PASSING and not performer.picture
    if not speed or scene.length <= 0 or scene.camera == "tracking" or passing or (fits and not scene.onward):
        return straight, one
    low, high = min(low, performer.x), max(high, performer.x)
    if fits:  # it turns after what was laid out, not in it
        past = end + heading * speed * TURN / 2
        low, high = min(low, past), max(high, past)
    room = max(high - low, 1e-6)
    gone = (performer.x - low if heading > 0 else high - performer.x) + speed * times  # way since the last border
    fold = gone % (2 * room)
    back = fold > room
    along = torch.where(back, 2 * room - fold, fold)
    x = low + along if heading > 0 else high - along
    near = torch.minimum((fold - room).abs(), torch.minimum(fold, 2 * room - fold))  # to the nearest turn
    soft = (near / (speed * TURN / 2)).clamp(max=1)
    turned = torch.where(back, -1.0, 1.0) * (soft * math.pi / 2).sin()
    first = gone < room / 2  # it starts out looking its way; what follows it may ask for moments before the start
    return torch.where(first, straight, x), torch.where(first, 1.0, turned).to(times.dtype)


def _bounds(scene: Scene, performer: Performer, aspect: float) -> tuple[float, float]:
    """The x between which all of its drawing is in the picture, frame widths."""
    visible = 1 / REACH.get(scene.camera, 1.0) - (0.3 if scene.camera.startswith("pan") else 0.0)
    room = max(visible / 2 - half(performer, aspect) - 0.01, 0.08)
    return 0.5 - room, 0.5 + room


def _in_step(way: Path, performer: Performer, times: torch.Tensor, aspect: float, speed: float) -> Path:
    """Legs that go with the ground: the loop of a drawing that walks, or a bob and a lean laid over another's."""
    entry = actor(performer.name)
    cells = speed * aspect / max(performer.size, 1e-6) * times  # of ground that went by
    if performer.action not in ("walk", "run", "chase", "meet") or entry.kind in FLOATERS:
        return way._replace(cycle=performer.phase + times / motion.LOOP * min(speed / 0.09, 3.0))
    if entry.stride and not performer.picture:
        return way._replace(cycle=performer.phase + cells / entry.stride, lift=way.lift * 0)
    if entry.kind == "driver":
        return way
    quick = performer.action in ("run", "chase")
    steps = math.pi * (cells / (STEP * (1.5 if quick else 1.0)) + performer.phase)
    lift = performer.size * (0.1 if quick else 0.04) * steps.sin().abs()
    lean = (6.0 if entry.faces == "front" else 2.5) * steps.sin()
    ahead = 4.0 * signed(performer.direction) * (way.turn if quick else 0.0)
    cycle = performer.phase + times / motion.LOOP
    return way._replace(lift=lift, angle=way.angle + lean + ahead, cycle=cycle)


def camera(scene: Scene, times: torch.Tensor, aspect: float = 1.0) -> motion.Camera:
    """The camera of a scene; one that is laid out takes its whole length, and `tracking` follows what really moves."""
    if scene.length <= 0:
        return motion.camera(scene, times)
    if scene.camera != "tracking":
        pace = 1.0 if scene.camera == "handheld" else SECONDS / scene.length
        if scene.onward and scene.camera != "handheld":
            over = (times - scene.length).clamp(min=0)
            times = times.clamp(max=scene.length) + REST * (1 - (-over / REST).exp())
        return motion.camera(scene, times * pace)
    still = motion.camera(replace(scene, camera="static"), times)
    together = staged(scene, times, aspect)
    if not together or together[0].performer.action not in MOVES:
        return still
    lead = together[0].performer
    seen = [
        (way.x, half(who, aspect)) for who, way in together if who.action in MOVES and who.direction == lead.direction
    ]
    low = torch.stack([x - wide for x, wide in seen]).amin(0)
    high = torch.stack([x + wide for x, wide in seen]).amax(0)
    return still._replace(x=((low + high) / 2 - 0.5) / ground_factor(feet(lead.depth)))
