"""The cast: who can act in the world, what kind of thing each is, and which way its drawing looks."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from soracli.world.language.verbs import SOLE

INDEX = Path(__file__).with_name("cast.json")  # of all drawings of the library: `python -m soracli.train cast`


@dataclass(frozen=True)
class Actor:
    """A kind of thing that can act.

    kind: `walker`, `driver`, `flyer`, `swimmer` or `thing`. faces: where its sprite looks, `left`, `right` or
    `front`. scale: size against the others. tilt: degrees clockwise that set its drawing upright for a launch.
    metres: the longer side of what is drawn. stride: cells of ground that go by in one loop of a drawing whose legs
    walk in it, 0 if they do not. box: x0 y0 x1 y1 of the drawing in its cell, shares. saddle: where something on it
    rests, share of the drawing's height from its top. head: x of the middle and width of its head, shares of the cell.
    hip: row in which the legs of somebody who can sit begin, share of the cell; 0 of all others. loops: whether its
    drawing is a loop that goes on by itself, water that falls, and not a gesture.
    """

    name: str
    kind: str
    faces: str = "left"
    scale: float = 1.0
    tilt: float = 0.0
    metres: float = 0.3
    stride: float = 0.0
    box: tuple[float, float, float, float] = (0.06, 0.06, 0.94, 0.94)
    saddle: float = 0.0
    head: tuple[float, float] = (0.5, 0.5)
    hip: float = 0.0
    loops: bool = False


# Row in which the legs begin, share of the cell: of bodies by their kind (`world.bodies`), and of whom code draws.
HIPS: Mapping[str, float] = {
    "head": 0.71, "bust": 0.72,
    **dict.fromkeys(("knight", "pirate", "cowboy", "viking", "queen", "samurai"), 0.71),
}  # fmt: skip
SHINS = {True: 0.12, False: 0.0}  # length of those who sit: on something, and on the ground
THIGH, FOOT = 0.055, 0.03  # from the hip to the middle of the knee, and from the ankle to the sole
# What is worn on the head: how far down over it the lower edge comes, in widths of the head.
HEADWEAR: Mapping[str, float] = {
    "top hat": 0.2, "billed cap": 0.25, "crown": 0.15, "graduation cap": 0.25, "woman’s hat": 0.25,
    "rescue worker’s helmet": 0.3, "military helmet": 1.0, "glasses": 0.6, "sunglasses": 0.6, "goggles": 0.65,
    "diving mask": 0.8, "headphone": 0.8,
}  # fmt: skip
# What is held in the hands: where its middle is, share of the holder's height from the top.
HELD: Mapping[str, float] = {
    **dict.fromkeys(("guitar", "banjo", "accordion", "saxophone", "maracas", "long drum", "drum", "open book",
                     "newspaper", "books", "closed book", "laptop", "wrapped gift", "package", "basket", "bouquet",
                     "teddy bear", "camera", "camera with flash", "video camera", "artist palette", "pizza",
                     "popcorn",
                     "shallow pan of food", "bucket", "shopping bags", "briefcase", "handbag", "yarn", "game die",
                     "scroll", "trophy", "acorn", "chestnut", "gem stone", "coin", "money bag", "key", "egg",
                     "peanuts", "ear of corn",
                     "typewriter", "musical keyboard", "sponge", "spoon", "teapot", "video game",
                     "fork and knife with plate", "steaming bowl"), 0.66),
    **dict.fromkeys(("violin", "trumpet", "flute", "microphone", "studio microphone", "mobile phone", "hot beverage",
                     "ice cream", "soft ice cream", "beer mug", "wine glass", "cup with straw", "hamburger", "banana",
                     "red apple", "green apple", "carrot", "bread", "doughnut", "cookie", "lollipop",
                     "sandwich", "hot dog", "taco", "cupcake", "bone", "watermelon", "cheese wedge", "telescope",
                     "magnifying glass tilted left",
                     "flashlight", "candle", "bottle", "potion", "paintbrush", "bubble tea", "spaghetti", "sushi",
                     "herb", "leafy green", "glass of milk", "tropical drink", "baby bottle"), 0.56),
    **dict.fromkeys(("sword", "dagger", "crossed swords", "axe", "hammer", "shovel", "bow and arrow", "fishing pole",
                     "broom", "magic wand", "tennis", "badminton", "cricket game", "pick", "shield", "boomerang",
                     "kitchen knife", "wrench", "mop", "pencil", "pen", "scissors", "carpentry saw", "screwdriver",
                     "rose", "tulip", "sunflower", "hibiscus"), 0.52),
    **dict.fromkeys(("umbrella", "umbrella with rain drops", "balloon", "kite"), 0.1),
}  # fmt: skip
SWUNG = frozenset((  # what is swung to and fro while one works with it
    "sword", "dagger", "axe", "hammer", "shovel", "broom", "mop", "pick", "magic wand", "kitchen knife", "wrench",
    "paintbrush", "pencil", "pen", "carpentry saw", "screwdriver", "sponge", "spoon", "tennis", "badminton",
    "cricket game",
))  # fmt: skip
SHADES = frozenset(("umbrella", "umbrella with rain drops"))  # what is held over the head
# What is held by its lower end: where that is, share of the holder's height from the top; how far before its middle.
STRUNG: Mapping[str, tuple[float, float]] = {**dict.fromkeys(SHADES, (0.6, 0.2)), "balloon": (0.45, 0.5)}
SKY = frozenset(("full moon", "crescent moon", "sun", "star", "glowing star", "cloud", "rainbow", "ringed planet",
                 "comet", "fireworks", "cloud with lightning", "cloud with rain",
                 "globe showing Americas", "aurora", "black hole", "space station"))  # fmt: skip
SHINING = frozenset((  # what shines by itself
    "fire", "fireworks", "firecracker", "sparkles", "candle", "torch", "diya lamp", "lantern", "red paper lantern",
    "jack-o-lantern", "light bulb", "star", "glowing star", "sun", "full moon", "crescent moon", "comet", "aurora",
))  # fmt: skip
BOATS = frozenset(("sailboat", "ship", "passenger ship", "motor boat", "speedboat", "ferry", "canoe",
                   "pirate ship", "raft", "paper boat"))  # fmt: skip
PLANES = frozenset(("airplane", "small airplane"))
SLEEPERS = frozenset(("sleeping cat", "sleeping dog"))  # drawn asleep, breathing
SITTERS = frozenset(("sitting cat", "sitting dog"))  # drawn sitting
# What has a cab or a roof: whoever drives it looks out at the top.
CABS = frozenset((
    "automobile", "taxi", "police car", "racing car", "sport utility vehicle", "pickup truck", "delivery truck",
    "articulated lorry", "fire engine", "ambulance", "minibus", "bus", "trolleybus", "tram car", "locomotive",
    "tractor", "excavator", "tank", "submarine", "flying saucer", "helicopter", "carriage",
))  # fmt: skip
BALLS = ("soccer ball", "basketball", "volleyball", "baseball", "american football", "rugby football", "ping pong")
REACH_OUT = 0.25  # how far before the holder's middle that is, in widths of its drawing
WORN = 1.1  # width of it, in widths of the head

# In order of training: Corpus.core(actors=N) takes the first N.
CORE_ACTORS = (
    Actor("dog", "walker"),
    Actor("cat", "walker"),
    Actor("elephant", "walker"),
    Actor("automobile", "driver"),
    Actor("horse", "walker"),
    Actor("butterfly", "flyer", "front", 0.8),
    Actor("T-Rex", "walker"),
    Actor("rocket", "flyer", "right", 1.0, -45.0),
    Actor("cow", "walker"),
    Actor("bus", "driver"),
    Actor("rabbit", "walker"),
    Actor("penguin", "walker", "front"),
    Actor("giraffe", "walker"),
    Actor("zebra", "walker"),
    Actor("tiger", "walker"),
    Actor("pig", "walker"),
    Actor("rooster", "walker"),
    Actor("fire engine", "driver"),
    Actor("helicopter", "flyer"),
    Actor("tractor", "driver"),
    Actor("camel", "walker"),
    Actor("deer", "walker"),
    Actor("owl", "flyer", "front", 0.9),
    Actor("duck", "walker"),
    Actor("locomotive", "driver"),
    Actor("honeybee", "flyer", "left", 0.8),
    Actor("flying saucer", "flyer", "front"),
    Actor("motorcycle", "driver"),
    Actor("llama", "walker"),
    Actor("person walking", "walker"),
    Actor("person running", "walker"),
    Actor("kangaroo", "walker"),
    Actor("airplane", "flyer", "right", 1.0, -45.0),
    Actor("sauropod", "walker"),
    Actor("mammoth", "walker"),
    Actor("taxi", "driver"),
    Actor("goat", "walker"),
    Actor("snail", "walker"),
    Actor("crab", "walker", "front"),
    Actor("teddy bear", "walker", "front"),
)

_WALKERS = (
    "leopard, rhinoceros, hippopotamus, flamingo, dodo, black cat, two-hump camel, poodle, ox, ram, ewe, badger, "
    "bison, water buffalo, skunk, hedgehog, mouse, rat, gorilla, donkey, goose, man walking, woman walking, man "
    "running, woman running, beaver, chipmunk, turkey"
)
_DRIVERS = (
    "police car, racing car, delivery truck, tram car, ambulance, articulated lorry, minibus, auto rickshaw, "
    "sport utility vehicle, trolleybus, pickup truck, motor scooter, bicycle, person biking, light rail"
)
_SWIMMERS = "sailboat, dolphin, whale, shark, fish, swan, ship, speedboat, motor boat, tropical fish, ferry"
_FLYERS = "eagle, dove"
_FACING = "ghost, bat, parachute"  # flyers that look at the viewer
_THINGS = (
    "soccer ball, basketball, doughnut, red apple, watermelon, pizza, strawberry, banana, pineapple, hamburger, "
    "wrapped gift, sunflower, mushroom, cactus, guitar, crown, trophy, teapot, cupcake, egg, gem stone, light bulb, "
    "star, robot, snowman, jack-o-lantern, Christmas tree, alarm clock, bomb, ringed planet, balloon, coin, bell, "
    "drum, mirror ball, potted plant, carrot, cheese wedge, umbrella, octopus, peacock, lady beetle, camera, television"
)


def _named(names: str, kind: str, faces: str, scale: float = 1.0) -> tuple[Actor, ...]:
    return tuple(Actor(name, kind, faces, scale) for name in names.split(", "))


MORE_ACTORS = (
    *_named(_WALKERS, "walker", "left"),
    *_named(_DRIVERS, "driver", "left"),
    *_named(_SWIMMERS, "swimmer", "left"),
    *_named(_FLYERS, "flyer", "left"),
    *_named(_FACING, "flyer", "front", 0.9),
    *_named(_THINGS, "thing", "front", 0.85),
)
_BY_NAME = {entry.name: entry for entry in (*CORE_ACTORS, *MORE_ACTORS)}


def actor(name: str) -> Actor:
    """The entry of an actor; one that the library does not have is a thing that faces the viewer."""
    return _entries().get(name) or _BY_NAME.get(name) or Actor(name, "thing", "front")


def boat(name: str) -> bool:
    """Whether an actor is a boat or a ship, on the water and not of it."""
    return name in BOATS


def sunk(hip: float, high: bool) -> float:
    """How much lower than that of one who stands the upper body of one who sits is, shares of the cell."""
    return SOLE - (hip + THIGH + SHINS[high] + FOOT)


@cache
def index() -> tuple[dict[str, Any], ...]:
    """The library's index, one mapping a drawing (see `scenes.library.Entry`); read once."""
    return tuple(json.loads(INDEX.read_text("utf-8")))


@cache
def _entries() -> dict[str, Actor]:
    """The library's actors by name. For those of the tables above, kind, facing and scale are the tables'."""
    found: dict[str, Actor] = {}
    for row in index():
        known = _BY_NAME.get(row["name"]) or Actor(row["name"], row["kind"], row["faces"], tilt=row["tilt"])
        x0, y0, x1, y1 = row["box"]
        x, wide = row.get("head", (0.5, 0.5))
        found[row["name"]] = replace(
            known,
            metres=row["metres"],
            stride=row["stride"],
            box=(x0, y0, x1, y1),
            saddle=row["saddle"],
            head=(x, wide),
            hip=HIPS.get(row.get("body", ""), HIPS.get(row["name"], 0.0)),
            loops=row["code"].startswith("drawn-") and row["kind"] == "thing",
        )
    return found
