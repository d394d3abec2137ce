"""Where performers are and what the camera does, at given times: verbs as functions of seconds."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import torch

from soracli.world.language.actors import PLANES, SKY, SLEEPERS, actor, boat
from soracli.world.language.verbs import SECONDS, SOLE, SPEED, feet, ground_factor, signed
from soracli.world.scene import Performer, Scene
from soracli.world.strips import hashed

LOOP = 2.4  # seconds of one loop of a sprite at walking pace
PACE = {"run": 1.8, "chase": 1.8, "drive": 1.5, "fly": 1.6, "hover": 1.4, "launch": 2.0}  # times as fast as LOOP
CALM = frozenset((
    "stand", "spin", "bounce", "grow", "shrink", "appear", "fall", "roll", "slide", "float", "eat", "talk", "work",
    "glow", "sit", "toss", "throw", "kick", "drop", "cast", "breathe", "feed", "reach", "catch", "score", "melt",
    "skid", "steam", "smoke", "swing",
))  # fmt: skip
MEET = 2.4  # seconds after which those who meet stand still
NOSE_UP, CLIMB = 6.0, 20.0  # degrees above the way of what flies along, and of what takes off
OVERHEAD = 0.5  # frame heights above the ground, of the sun and the moon
TWIRL = 1.6  # seconds of a turn about its own axis
HANDS, FAR = 0.2, 0.42  # how high what is thrown leaves the hands, and how far it goes, frame heights
AIM, FLIGHT, TOSS = 0.7, 1.0, 1.4  # seconds before it is thrown, in the air, and from toss to toss
LANDED = 3.0  # seconds in which it comes down
LIGHT = 2.0  # metres, up to which what flies comes down aslant
CAUGHT = 1.5  # seconds after which what is caught is in the hands
MELTED = 3.5  # seconds in which something melts away
BLOW, FOUGHT = 0.8, 0.9  # seconds from blow to blow, and before the first of those who fight
ROPE, SWAYS, SWUNG = 0.9, 2.4, 15.0  # of one who swings: frame heights, seconds of a swing to and fro, degrees
PIVOT = 0.64  # frame heights from the top: the row that a zoom leaves in place


class Path(NamedTuple):
    """A performer's motion, each float64 (T,).

    x: centre, frame widths. feet: where it would stand, frame heights from the top. lift: height above that, frame
    heights. angle: degrees clockwise about its middle. scale: factor on its size, from the feet up. squash: factor on
    its height alone, while its width grows. cycle: sprite loops since the start, any real. turn: cosine of the angle
    about its own upright axis; below 0 its drawing is mirrored. shown: whether it is there. cut: row below which it is
    hidden, frame heights from the top; None if it is not.
    """

    x: torch.Tensor
    feet: torch.Tensor
    lift: torch.Tensor
    angle: torch.Tensor
    scale: torch.Tensor
    squash: torch.Tensor
    cycle: torch.Tensor
    turn: torch.Tensor
    shown: torch.Tensor
    cut: torch.Tensor | None = None

    @property
    def steady(self) -> bool:
        """Whether its drawing is neither turned, scaled nor squashed."""
        still = not self.angle.any() and bool((self.turn == 1).all())
        return still and bool((self.scale == 1).all()) and bool((self.squash == 1).all())


def path(performer: Performer, times: torch.Tensor, aspect: float = 1.0) -> Path:
    """How a performer moves. times: float64 (T,) seconds. aspect: the frame's width / height."""
    one = torch.ones_like(times)
    going = times.clamp(max=MEET) if performer.action == "meet" else times
    x = performer.x + signed(performer.direction) * SPEED.get(performer.action, 0.0) * going
    cycle = performer.phase + going / LOOP * PACE.get(performer.action, 1.0)
    if performer.action in CALM and not (actor(performer.name).loops and not performer.picture):
        sway = 0.0 if actor(performer.name).kind == "driver" else 3 / 36
        cycle = 3 / 36 + sway * (2 * math.pi * (times + performer.phase) / LOOP).sin()
    plain = Path(x, feet(performer.depth) * one, 0 * one, 0 * one, one, one, cycle * one, one, one > 0)
    act = ACTS.get(performer.action)
    return plain if act is None else act(plain, performer, times, aspect)


def _turn(performer: Performer, t: torch.Tensor) -> torch.Tensor:
    return 2 * math.pi * (t + performer.phase)


def _walk(way: Path, performer: Performer, t: torch.Tensor, aspect: float) -> Path:
    going = t.clamp(max=MEET) if performer.action == "meet" else t
    lift = 0.006 * (_turn(performer, going) * 1.7).sin().abs()
    if performer.action != "meet":
        return way._replace(lift=lift)
    return way._replace(lift=lift + _air(performer, t))


def _air(performer: Performer, t: torch.Tensor) -> torch.Tensor:
    """Height of what flies while it does something else."""
    if actor(performer.name).kind != "flyer":
        return torch.zeros_like(t)
    return 0.27 + 0.025 * (_turn(performer, t) / 1.6).sin()


def _run(way: Path, performer: Performer, t: torch.Tensor, aspect: float) -> Path:
    air = _air(performer, t)
    if actor(performer.name).kind != "walker":
        return way._replace(lift=air)
    return way._replace(lift=0.025 * (_turn(performer, t) * 1.25).sin().abs())


def _jump(way: Path, performer: Performer, t: torch.Tensor, aspect: float) -> Path:
    beat = (t / 1.1 + performer.phase) % 1.0
    return way._replace(lift=0.24 * (4 * beat * (1 - beat)))


def _hop(way: Path, performer: Performer, t: torch.Tensor, aspect: float) -> Path:
    beat = (t / 0.65 + performer.phase) % 1.0
    return way._replace(lift=0.09 * (4 * beat * (1 - beat)))


def _fly(way: Path, performer: Performer, t: torch.Tensor, aspect: float) -> Path:
    ahead = _level(performer, NOSE_UP) if performer.action != "hover" and performer.direction else 0.0
    stands = performer.name in SKY and performer.action == "hover" and not performer.picture
    high = _overhead(performer) if stands else 0.27
    return way._replace(lift=high + 0.025 * (_turn(performer, t) / 1.6).sin(), angle=way.angle + ahead)


def _overhead(performer: Performer) -> float:
    """Height of what stands in the sky, as high as the frame has room for it."""
    room = feet(performer.depth) - (SOLE - actor(performer.name).box[1]) * performer.size - 0.03
    return max(min(OVERHEAD, room), 0.1)


def _level(performer: Performer, up: float) -> float:
    """Degrees that turn a drawing that looks aslant along its way, its nose up by so much; 0 for all others."""
    tilt = 0.0 if performer.picture else actor(performer.name).tilt
    return (90 + tilt - up) * (signed(performer.direction) or 1.0) if tilt else 0.0


def breath(seconds: torch.Tensor) -> torch.Tensor:
    """How hard one who breathes fire blows, 0..1: a breath of a second and a half, and a pause."""
    beat = (seconds + 0.15) % 2.2
    return torch.minimum(beat / 0.2, (1.6 - beat) / 0.2).clamp(0, 1)


def blow(seconds: torch.Tensor, second: bool) -> tuple[torch.Tensor, torch.Tensor]:
    """How far one of two who fight is ahead at its blows, and how far driven back by the other's, 0..1.

    second: whether it is the one who is hit first.
    """
    own = (seconds - FOUGHT - BLOW * second) % (2 * BLOW)
    near = torch.minimum(own, 2 * BLOW - own)  # seconds to the nearest of its own blows
    since = (own - BLOW) * (own >= BLOW)  # since the last of the other's
    begun = (seconds > FOUGHT - 0.25).to(seconds.dtype)
    back = (since / 0.08).clamp(0, 1) * (-since / 0.2).exp() * (seconds >= FOUGHT)
    return (1 - near / 0.25).clamp(min=0) * begun, back


def _fight(way: Path, performer: Performer, t: torch.Tensor, aspect: float) -> Path:
    """Comes up on its toes, and then blows are given and taken in turn."""
    ahead, first = signed(performer.direction), performer.relation == "meets"
    left = (FOUGHT - t).clamp(min=0)
    come = SPEED["meet"] * MEET - SPEED["run"] * left if ahead else 0 * t
    hit, back = blow(t, not first)
    lean = ahead or _looks(performer)
    x = way.x + ahead * come + lean * 0.12 * performer.size / aspect * (hit - 0.8 * back)
    toes = 0.008 * (_turn(performer, t) / 0.55).sin().abs()
    lift = _air(performer, t) + toes + 0.02 * hit + 0.03 * back * (1 - back)
    return way._replace(x=x, lift=lift, angle=lean * (13.0 * hit - 10.0 * back))


def _looks(performer: Performer) -> float:
    """Where its drawing looks: -1 to the left, else 1."""
    faces = "" if performer.picture else actor(performer.name).faces
    return signed(performer.direction or faces) or 1.0


def _cast(way: Path, performer: Performer, t: torch.Tensor, aspect: float) -> Path:
    """Swings its arm: leans back and thrusts ahead, on its toes."""
    beat = _turn(performer, t) / 1.6
    return way._replace(lift=0.012 * beat.sin().abs(), angle=_looks(performer) * 6.0 * beat.sin())


def _breathe(way: Path, performer: Performer, t: torch.Tensor, aspect: float) -> Path:
    """Its head goes forward with each breath of fire."""
    hard = breath(t)
    return way._replace(angle=_looks(performer) * 4.0 * hard, squash=1 - 0.03 * hard, lift=_air(performer, t))


def _feed(way: Path, performer: Performer, t: torch.Tensor, aspect: float) -> Path:
    """Bends a little forward, again and again, to those whom it feeds."""
    return way._replace(angle=_looks(performer) * 3.5 * (1 - (_turn(performer, t) / 1.3).cos()))


def _reached(t: torch.Tensor) -> torch.Tensor:
    """Height above the ground of one who leaps for what it catches, frame heights."""
    beat = ((t - CAUGHT) / 0.7 + 0.5).clamp(0, 1)
    return 0.1 * 4 * beat * (1 - beat)


def _reach(way: Path, performer: Performer, t: torch.Tensor, aspect: float) -> Path:
    """Leaps for what it catches."""
    return way._replace(lift=_air(performer, t) + _reached(t))


def _catch(way: Path, performer: Performer, t: torch.Tensor, aspect: float) -> Path:
    """In an arc from far out into the hands, where it stays. Outwards: to larger x."""
    air = ((t - 0.2) / (CAUGHT - 0.2)).clamp(0, 1)
    lift = HANDS * air + 0.12 * (1 - air) + 0.16 * 4 * air * (1 - air)
    return way._replace(x=way.x + FAR * (1 - air) / aspect, lift=lift + _reached(t) * (air >= 1), angle=300 * (1 - air))


def _score(way: Path, performer: Performer, t: torch.Tensor, aspect: float) -> Path:
    """From the foot in an arc into the goal, where it drops. Outwards: to larger x."""
    air, on = ((t - AIM) / 0.7).clamp(0, 1), ((t - AIM - 0.7) / 0.4).clamp(0, 1)
    lift = 0.12 * air * (1 - on * on) + 0.12 * 4 * air * (1 - air)
    return way._replace(x=way.x + 0.8 * FAR * air / aspect, lift=lift, angle=700 * air)


def _melt(way: Path, performer: Performer, t: torch.Tensor, aspect: float) -> Path:
    """Sinks together into a puddle, ever wider."""
    share = (t / MELTED).clamp(0, 1)
    return way._replace(squash=1 - 0.86 * share * share * (3 - 2 * share))


def _swing(way: Path, performer: Performer, t: torch.Tensor, aspect: float) -> Path:
    """To and fro on a rope that hangs from above the frame."""
    turn = SWUNG * (_turn(performer, t) / SWAYS).sin()
    rad = turn * math.pi / 180
    lift = 0.14 + ROPE * (1 - rad.cos())
    return way._replace(x=way.x + ROPE * rad.sin() / aspect, lift=lift, angle=-turn)


def _skid(way: Path, performer: Performer, t: torch.Tensor, aspect: float) -> Path:
    """Lies on its belly, its head first."""
    ahead = signed(performer.direction) or 1.0
    x0, _, x1, _ = actor(performer.name).box
    low = (SOLE - 0.5 - (x1 - 0.5 if ahead > 0 else 0.5 - x0)) * performer.size
    still = torch.zeros_like(t)
    return way._replace(lift=still - low, cycle=still, angle=ahead * (84.0 + 3.0 * (_turn(performer, t) / 0.9).sin()))


def _take_off(way: Path, performer: Performer, t: torch.Tensor) -> Path:
    """An aeroplane rolls, lifts its nose and climbs."""
    ahead = signed(performer.direction) or 1.0
    air = (t - 1.2).clamp(min=0)
    up = CLIMB * (air / 1.0).clamp(max=1)
    x = way.x + ahead * (0.03 * t + 0.018 * t**2 - 0.28)
    return way._replace(x=x, lift=0.035 * air**2, angle=way.angle + _level(performer, 0.0) - ahead * up)


def _land(way: Path, performer: Performer, t: torch.Tensor, aspect: float) -> Path:
    """What flies comes down slowly: an aeroplane along its way, the others from above."""
    left = (1 - t / LANDED).clamp(min=0)
    entry = actor(performer.name)
    if performer.action == "land" and entry.metres <= LIGHT and not entry.tilt:
        beats = 1.4 / LOOP * t.clamp(max=LANDED) + 0.25 / LOOP * (t - LANDED).clamp(min=0)
        x = way.x - _looks(performer) * 0.3 * left**1.2 / aspect
        return way._replace(x=x, lift=0.45 * left**1.8, angle=-_looks(performer) * 9.0 * left, cycle=way.cycle + beats)
    if performer.name not in PLANES:
        return way._replace(
            lift=0.6 * left**2, angle=way.angle + (0.0 if performer.picture else actor(performer.name).tilt)
        )
    ahead = signed(performer.direction) or 1.0
    x = way.x + ahead * (0.25 * t.clamp(max=4.0) - 0.03 * t.clamp(max=4.0) ** 2 - 0.36)
    return way._replace(x=x, lift=0.42 * left**1.5, angle=way.angle + _level(performer, 6.0) - ahead * 6.0 * left)


def _launch(way: Path, performer: Performer, t: torch.Tensor, aspect: float) -> Path:
    if performer.name in PLANES:
        return _take_off(way, performer, t)
    lift = 0.055 * (t - 0.4).clamp(min=0) ** 2
    return way._replace(lift=lift, angle=way.angle + actor(performer.name).tilt)


def _bounce(way: Path, performer: Performer, t: torch.Tensor, aspect: float) -> Path:
    beat = (t / 0.9 + performer.phase) % 1.0
    near = (1 - 8 * torch.minimum(beat, 1 - beat)).clamp(min=0)  # 1 on the ground, 0 soon after
    high, soft = (0.07, 0.06) if actor(performer.name).kind == "walker" and not performer.picture else (0.26, 0.25)
    return way._replace(lift=high * (4 * beat * (1 - beat)), squash=1 - soft * near)


def _dance(way: Path, performer: Performer, t: torch.Tensor, aspect: float) -> Path:
    """Steps from side to side with a hop and a lean each, two a second."""
    beat = _turn(performer, t) / 1.1
    return way._replace(x=way.x + 0.015 * (beat / 2).sin(), lift=0.03 * beat.sin().abs(), angle=9.0 * beat.sin())


def _sleep(way: Path, performer: Performer, t: torch.Tensor, aspect: float) -> Path:
    """Sunk together, breathing; its legs are still. What is drawn asleep breathes by itself."""
    if performer.name in SLEEPERS:
        return way
    return way._replace(squash=0.82 + 0.03 * (_turn(performer, t) / 3.2).sin(), cycle=torch.zeros_like(t))


def _eat(way: Path, performer: Performer, t: torch.Tensor, aspect: float) -> Path:
    """Bites: it leans towards what lies before it, four times, and looks up for one."""
    bite = 0.5 - 0.5 * (_turn(performer, t) / 0.75).cos()
    bite = bite * ((t / 0.75 + performer.phase) % 5 < 4)
    ahead = -1.0 if actor(performer.name).faces == "left" and performer.direction != "right" else 1.0
    lean = 0.0 if performer.picture or actor(performer.name).faces == "front" else 7.0 * ahead
    return way._replace(angle=lean * bite, squash=1 - 0.03 * bite)


def _talk(way: Path, performer: Performer, t: torch.Tensor, aspect: float) -> Path:
    """Syllables, four a second, in phrases of two seconds."""
    said = (_turn(performer, t) / 0.5).sin().square() * (0.55 + 0.45 * (_turn(performer, t) / 2.0).sin())
    return way._replace(squash=1 + 0.035 * said, angle=2.0 * (_turn(performer, t) / 2.0).sin())


def _work(way: Path, performer: Performer, t: torch.Tensor, aspect: float) -> Path:
    """Rocks to and fro with what it does."""
    beat = _turn(performer, t) / 0.8
    return way._replace(lift=0.006 * beat.sin().abs(), angle=4.0 * beat.sin())


def _glow(way: Path, performer: Performer, t: torch.Tensor, aspect: float) -> Path:
    """Flickers: it becomes a little larger and smaller, never evenly."""
    turn = _turn(performer, t)
    return way._replace(squash=1 + 0.02 * (turn / 0.37).sin() + 0.02 * (turn / 0.61).sin())


def _sit(way: Path, performer: Performer, t: torch.Tensor, aspect: float) -> Path:
    """Looks about: the upper body leans a little to either side."""
    return way._replace(angle=1.6 * (_turn(performer, t) / 3.4).sin())


def _stay(way: Path, performer: Performer, t: torch.Tensor, aspect: float) -> Path:
    """Stands, and something comes out of it."""
    return way


def _spin(way: Path, performer: Performer, t: torch.Tensor, aspect: float) -> Path:
    """Round its own axis: upright if it has legs, else in the plane of the picture."""
    if actor(performer.name).kind == "walker" and not performer.picture:
        return way._replace(
            turn=(2 * math.pi * t / TWIRL).cos(), lift=0.012 * (_turn(performer, t) / TWIRL).sin().abs()
        )
    return way._replace(lift=torch.full_like(t, 0.07) + _air(performer, t) * 0.8, angle=180 * t)


def _grow(way: Path, performer: Performer, t: torch.Tensor, aspect: float) -> Path:
    share = (t / SECONDS).clamp(0, 1)
    if performer.action == "shrink":
        share = 1 - share
    share = share * share * (3 - 2 * share)
    return way._replace(scale=0.4 + 0.8 * share, lift=_air(performer, t) * 0.8)


def _toss(way: Path, performer: Performer, t: torch.Tensor, aspect: float) -> Path:
    """Up from the hands and down into them again, turning, a moment's rest between."""
    air = ((t / TOSS + performer.phase) % 1.0 / 0.8).clamp(max=1)
    return way._replace(lift=HANDS + 0.22 * 4 * air * (1 - air), angle=360 * air)


def _throw(way: Path, performer: Performer, t: torch.Tensor, aspect: float) -> Path:
    """Out of the hands in an arc to the ground, where it bounces once and rolls on a little. Outwards: to larger x."""
    air, on = ((t - AIM) / FLIGHT).clamp(0, 1), (t - AIM - FLIGHT).clamp(min=0)
    hop = (on / 0.5).clamp(max=1)
    out = FAR * (air + 0.2 * (1 - (-2 * on).exp()))
    lift = (HANDS * (1 - air) + 0.2 * 4 * air * (1 - air)) + 0.05 * 4 * hop * (1 - hop)
    return way._replace(x=way.x + out / aspect, lift=lift, angle=500 * out)


def _kick(way: Path, performer: Performer, t: torch.Tensor, aspect: float) -> Path:
    """Away over the ground with a low bounce, ever slower. Outwards: to larger x."""
    on = (t - AIM).clamp(min=0)
    out, hop = 1.2 * FAR * (1 - (-1.4 * on).exp()), (on / 0.7).clamp(max=1)
    return way._replace(x=way.x + out / aspect, lift=0.08 * 4 * hop * (1 - hop), angle=900 * out)


def _drop(way: Path, performer: Performer, t: torch.Tensor, aspect: float) -> Path:
    """Out of the hands to the ground, with a small bounce."""
    air, hop = ((t - AIM) / 0.4).clamp(0, 1), ((t - AIM - 0.4) / 0.3).clamp(0, 1)
    return way._replace(lift=HANDS * (1 - air * air) + 0.03 * 4 * hop * (1 - hop))


def _appear(way: Path, performer: Performer, t: torch.Tensor, aspect: float) -> Path:
    s = ((t - 0.9) / 0.6).clamp(0, 1)
    back = 1 + 2.2 * (s - 1) ** 3 + 1.2 * (s - 1) ** 2  # overshoots by a tenth before it settles
    return way._replace(scale=back.clamp(min=0), lift=_air(performer, t) * 0.8)


def _fall(way: Path, performer: Performer, t: torch.Tensor, aspect: float) -> Path:
    """From above the frame to the ground, where it bounces twice; what can fly lands."""
    if actor(performer.name).kind == "flyer":
        return _land(way, performer, t, aspect)
    pull, high = 0.9, 0.95
    landed = 0.2 + math.sqrt(2 * high / pull)
    lift = (high - 0.5 * pull * (t - 0.2).clamp(min=0) ** 2) * (t < landed)
    speed, start = 0.38 * math.sqrt(2 * high * pull), landed
    for _ in range(2):
        since = t - start
        lift = lift + (speed * since - 0.5 * pull * since**2) * ((since >= 0) & (since < 2 * speed / pull))
        start, speed = start + 2 * speed / pull, speed * 0.38
    return way._replace(lift=lift)


def _roll(way: Path, performer: Performer, t: torch.Tensor, aspect: float) -> Path:
    travelled = signed(performer.direction) * SPEED["roll"] * t * aspect
    return way._replace(angle=travelled / (0.43 * performer.size) * 180 / math.pi)


def _slide(way: Path, performer: Performer, t: torch.Tensor, aspect: float) -> Path:
    return way._replace(angle=0 * t - 5.0 * signed(performer.direction))


def _swim(way: Path, performer: Performer, t: torch.Tensor, aspect: float) -> Path:
    turn = _turn(performer, t)
    if boat(performer.name) and not performer.picture:  # rolls and pitches
        rocks = 4.5 * (turn / 2.3).sin() + 1.5 * (turn / 1.3).sin()
        return way._replace(lift=0.016 * (turn / 1.7).sin() - 0.07 * performer.size, angle=rocks)
    return way._replace(lift=0.012 * (turn / 1.5).sin() - 0.07 * performer.size, angle=3.0 * (turn / 2.1).sin())


def _float(way: Path, performer: Performer, t: torch.Tensor, aspect: float) -> Path:
    if actor(performer.name).kind == "swimmer":
        return _swim(way, performer, t, aspect)
    turn = _turn(performer, t)
    return way._replace(lift=0.16 + 0.04 * (turn / 2.4).sin(), angle=6.0 * (turn / 3.1).sin())


ACTS: dict[str, Callable[[Path, Performer, torch.Tensor, float], Path]] = {
    "walk": _walk,
    "meet": _walk,
    "run": _run,
    "chase": _run,
    "jump": _jump,
    "hop": _hop,
    "fly": _fly,
    "hover": _fly,
    "launch": _launch,
    "bounce": _bounce,
    "spin": _spin,
    "grow": _grow,
    "shrink": _grow,
    "appear": _appear,
    "fall": _fall,
    "roll": _roll,
    "slide": _slide,
    "toss": _toss,
    "throw": _throw,
    "kick": _kick,
    "drop": _drop,
    "swim": _swim,
    "float": _float,
    "dance": _dance,
    "sleep": _sleep,
    "eat": _eat,
    "talk": _talk,
    "work": _work,
    "glow": _glow,
    "sit": _sit,
    "land": _fall,
    "fight": _fight,
    "cast": _cast,
    "breathe": _breathe,
    "feed": _feed,
    "reach": _reach,
    "catch": _catch,
    "score": _score,
    "melt": _melt,
    "swing": _swing,
    "skid": _skid,
    "steam": _stay,
    "smoke": _stay,
}


class Camera(NamedTuple):
    """What the camera does, each float64 (T,).

    x: sideways travel at depth 0.5, frame widths. zoom: factor, at least 1. middle: (T, 2) the point of the unzoomed
    frame that lies in the middle of the picture, frame widths and heights.
    """

    x: torch.Tensor
    zoom: torch.Tensor
    middle: torch.Tensor


def camera(scene: Scene, times: torch.Tensor) -> Camera:
    """The camera of a scene. `tracking` follows the lead so that it stays in the middle of the frame."""
    x, zoom = torch.zeros_like(times), torch.ones_like(times)
    across, down = torch.full_like(times, 0.5), torch.full_like(times, 0.5)
    share = (times / SECONDS).clamp(0, 1)
    if scene.camera == "tracking":
        x = _followed(scene, times)
    elif scene.camera in ("pan left", "pan right"):
        x = (share - 0.5) * 0.3 * (1 if scene.camera == "pan right" else -1)
    elif scene.camera in ("zoom in", "zoom out"):
        zoom = 1 + 0.1 * times if scene.camera == "zoom in" else 1.4 - 0.4 * share
        down = 0.5 / zoom + PIVOT * (1 - 1 / zoom)
    elif scene.camera in ("tilt up", "tilt down"):
        zoom = zoom * 1.22
        reach = (0.5 - 0.5 / 1.22) * (2 * share - 1)
        down = 0.5 - reach if scene.camera == "tilt up" else 0.5 + reach
    elif scene.camera == "handheld":
        zoom = zoom * 1.08
        a, b = (2 * math.pi * hashed(scene.seed, 90 + k) for k in range(2))
        across = 0.5 + 0.018 * (3.1 * times + a).sin() + 0.012 * (7.3 * times + b).sin()
        down = 0.5 + 0.016 * (3.7 * times + b).sin() + 0.012 * (6.1 * times + a).sin()
    return Camera(x, zoom, torch.stack([across, down], 1))


def _followed(scene: Scene, times: torch.Tensor) -> torch.Tensor:
    """Travel that keeps the lead, or the middle between a chaser and its prey, in the middle of the frame."""
    lead = scene.performers[0]
    start = (lead.x + scene.performers[lead.partner].x) / 2 if lead.partner > 0 else lead.x
    travelled = signed(lead.direction) * SPEED.get(lead.action, 0.0) * times
    return (start - 0.5 + travelled) / ground_factor(feet(lead.depth))
