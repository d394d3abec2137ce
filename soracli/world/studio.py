"""Close-ups on plain backgrounds, abstract loops, and change that stays: a painted figure, bitten food.

How a scene of domain `studio` is read:
    place: `<colour> background` with a colour of BACKDROPS, or `canvas`. time: ``.
    A close-up: one performer of size 0.7 or more that does `stand`, `bounce`, `grow`, `shrink` or `sway`.
    A loop: performer.name `wave`, `circle` or `particle`, of performer.colour, repeating every LOOP seconds; action
        `flow` (waves; to the left or right), `expand` or `contract` (circles), `rise` or `fall` (particles).
    A painting: a performer of TOOLS that does `paint`, on `canvas`; its partner is a figure of `persistent.FIGURES`.
    A meal: food that does `be eaten`; or a performer that does `eat`, its partner the food.
    camera: `static`, `zoom in`, `zoom out`. seed: shades, phases, bites.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch

from soracli.world.assets import ActorBank
from soracli.world.billboards import SOLE, Board, drawings, overlay, shade, tracks
from soracli.world.domain import Frame, Painted
from soracli.world.language.captions import slots
from soracli.world.language.grammar import article
from soracli.world.loops import LOOPS, loop
from soracli.world.persistent import FIGURES, bites, bitten, figure, stroke
from soracli.world.scene import Performer, Scene
from soracli.world.scenes import Split, is_heldout

BACKDROPS = {
    "white": (0.93, 0.93, 0.94), "grey": (0.55, 0.56, 0.58), "black": (0.07, 0.07, 0.08), "red": (0.80, 0.16, 0.17),
    "orange": (0.95, 0.55, 0.18), "yellow": (0.97, 0.82, 0.30), "green": (0.30, 0.65, 0.38),
    "turquoise": (0.22, 0.70, 0.70), "blue": (0.22, 0.45, 0.82), "purple": (0.50, 0.32, 0.72),
    "pink": (0.95, 0.62, 0.74),
}  # fmt: skip
CANVAS = "canvas"
PAPER = (0.955, 0.945, 0.92)
FACES = (
    "dog face", "cat face", "cow face", "pig face", "mouse face", "rabbit face", "tiger face", "monkey face",
    "horse face", "bear", "panda", "fox", "frog", "koala", "lion", "robot", "ghost", "alien", "unicorn",
    "grinning face", "smiling face with sunglasses", "crying face", "angry face", "winking face", "sleeping face",
    "thinking face",
)  # fmt: skip
FOODS = (
    "red apple", "pizza", "doughnut", "cookie", "watermelon", "hamburger", "sandwich", "bread", "cheese wedge",
    "birthday cake", "pie", "pear", "peach", "strawberry", "tomato", "mango", "cupcake", "shortcake",
)  # fmt: skip
EATERS = ("dog", "cat", "mouse", "rabbit", "pig", "horse", "cow", "hedgehog")  # drawn from the side, facing left
TOOLS = {"paintbrush": 0.036, "crayon": 0.026, "pencil": 0.016}  # half the width of a stroke, frame heights
TIP = (-0.37, 0.39)  # of a tool, cells from its middle
CLOSE_UPS = ("stand", "bounce", "grow", "shrink", "sway")
CAMERAS = ("static", "zoom in", "zoom out")
COLOURS = tuple(name for name in BACKDROPS if name not in ("white", "grey"))


def actors() -> tuple[str, ...]:
    """Names of everything that the bank must hold for these scenes."""
    return tuple(dict.fromkeys(FACES + FOODS + EATERS + tuple(TOOLS)))


def paint(scenes: Sequence[Scene], frame: Frame, bank: ActorBank, device: torch.device) -> Painted:
    """Render studio scenes; see `domain`."""
    count, most = len(frame.times), max(len(scene.performers) for scene in scenes)
    pixels = torch.empty(len(scenes), count, frame.height, frame.width, 3, dtype=torch.uint8, device=device)
    boxes, visible = torch.zeros(len(scenes), count, most, 4), torch.zeros(len(scenes), count, most)
    camera = torch.zeros(len(scenes), count, 3)
    for b, scene in enumerate(scenes):
        lead = scene.performers[0]
        zoom = zoom_of(scene, frame.times)
        if lead.name in LOOPS:
            ink = torch.tensor(BACKDROPS[lead.colour])
            picture = loop(lead, scene.seed, frame, ink, backdrop(scene, frame, device))
            whole = torch.tensor([0.0, 0.0, float(frame.width), float(frame.height)])
            found, share = whole.expand(count, 1, 4), torch.ones(count, 1)
        else:
            picture = backdrop(scene, frame, device).expand(count, -1, -1, -1).clone()
            act = {"paint": _painting, "eat": _meal, "be eaten": _meal}.get(lead.action, _close_up)
            found, share = tracks(*act(scene, frame, bank, picture, zoom))
        here = found.shape[1]
        boxes[b, :, :here], visible[b, :, :here] = found, share
        pixels[b] = (picture.clamp_(0, 1) * 255).round().to(torch.uint8).permute(0, 2, 3, 1)
        camera[b, :, 2] = zoom.float()
    return Painted(pixels, boxes, visible, camera)


def zoom_of(scene: Scene, times: torch.Tensor) -> torch.Tensor:
    """Magnification (T,)."""
    return {"zoom in": 0.85 + 0.1 * times, "zoom out": 1.2 / (1 + 0.1 * times)}.get(
        scene.camera, torch.ones_like(times)
    )


def backdrop(scene: Scene, frame: Frame, device: torch.device) -> torch.Tensor:
    """Paper, or a coloured sweep lit from above: (1, 3, H, W)."""
    x = ((torch.arange(frame.width) + 0.5) / frame.height - frame.aspect / 2)[None]
    y = ((torch.arange(frame.height) + 0.5) / frame.height)[:, None]
    rng = np.random.default_rng([scene.seed, 2])
    if scene.place == CANVAS:
        base, grain = torch.tensor(PAPER), torch.from_numpy(rng.normal(0, 0.006, (frame.height, frame.width))).float()
        light = 1.02 - 0.08 * (x**2 + (y - 0.5) ** 2) + grain
    else:
        base = torch.tensor(BACKDROPS[scene.place.removesuffix(" background")])
        base = (base + torch.from_numpy(rng.uniform(-0.03, 0.03, 3)).float()).clamp(0.02, 1)
        spot = (-((x - float(rng.uniform(-0.2, 0.2))) ** 2 + (y - 0.42) ** 2) / 0.45).exp()
        floor = torch.sigmoid((y - 0.8) * 14)
        light = 0.84 + 0.2 * spot + 0.07 * floor
    return (base.view(3, 1, 1) * light).clamp(0, 1)[None].to(device)


Acted = tuple[torch.Tensor, torch.Tensor]


def _close_up(scene: Scene, frame: Frame, bank: ActorBank, picture: torch.Tensor, zoom: torch.Tensor) -> Acted:
    """One large performer on the floor of the sweep. Gives what `overlay` gives."""
    performer, t = scene.performers[0], frame.times
    beat = t / 1.2 + performer.phase
    lift, angle, scale = torch.zeros_like(t), torch.zeros_like(t), torch.ones_like(t)
    if performer.action == "bounce":
        lift = 0.14 * 4 * (beat % 1) * (1 - beat % 1)
    elif performer.action == "sway":
        angle = 0.2 * (math.pi * beat).sin()
    elif performer.action == "grow":
        scale = 0.35 + 0.65 * _ease(t / 3.4)
    elif performer.action == "shrink":
        scale = 1 - 0.65 * _ease(t / 3.4)
    size = performer.size * scale * zoom * min(1.0, frame.aspect / 0.9)
    ground = 0.5 + (0.5 + 0.43 * performer.size - 0.5) * zoom
    height = ground - (SOLE - 0.5) * size - lift * zoom
    x, side = torch.full_like(t, performer.x * frame.width), size * frame.height
    art, picks = drawings(performer, performer.phase + t / 2.4, bank)
    shade(picture, x, ground * frame.height, side * 0.42, 0.4 / (1 + 6 * lift))
    return overlay(picture, [Board(art, picks, x, height * frame.height, side, angle)], torch.ones(3))


def _ease(s: torch.Tensor) -> torch.Tensor:
    s = s.clamp(0, 1)
    return s * s * (3 - 2 * s)


def _painting(scene: Scene, frame: Frame, bank: ActorBank, picture: torch.Tensor, zoom: torch.Tensor) -> Acted:
    """A tool leaves a figure on paper."""
    tool, drawn = scene.performers[0], scene.performers[1]
    fit = min(1.0, frame.aspect / 1.3)
    mark = stroke(figure(drawn.name) * fit * drawn.size / 0.7, TOOLS[tool.name], frame)
    cover = mark.cover.to(picture.device)
    ink = torch.tensor(BACKDROPS[drawn.colour]).view(3, 1, 1).to(picture.device) * 0.92
    picture.lerp_(ink.expand_as(picture), cover[:, None])
    side = torch.full_like(frame.times, tool.size * frame.height)
    wobble = 0.12 * (frame.times * 5).sin()
    c, s = wobble.cos(), wobble.sin()
    x = (mark.tip[:, 0] + frame.aspect / 2) * frame.height - (c * TIP[0] - s * TIP[1]) * side
    y = (mark.tip[:, 1] + 0.5) * frame.height - (s * TIP[0] + c * TIP[1]) * side
    art, picks = drawings(tool, torch.zeros_like(frame.times), bank)
    shade(picture, x + TIP[0] * side + 0.1 * side, y + TIP[1] * side, side * 0.2, torch.full_like(x, 0.18))
    shown, whole = overlay(picture, [Board(art, picks, x, y, side, wobble)], torch.ones(3))
    left = cover * (1 - shown[0])
    total = cover.amax(0).sum().cpu().expand(len(whole))
    return torch.stack([shown[0], left]), torch.stack([whole[:, 0], total], 1)


def _meal(scene: Scene, frame: Frame, bank: ActorBank, picture: torch.Tensor, zoom: torch.Tensor) -> Acted:
    """Food that loses a bite at a time, alone or to a performer on its right."""
    *eaters, food = scene.performers
    t, marks = frame.times, bites(scene.seed)
    fit = min(1.0, frame.aspect / 1.5)
    pulse = (-(((t[:, None] - marks.at - 0.03) / 0.1) ** 2)).exp().sum(1)
    ground = 0.84
    side = food.size * fit * zoom * frame.height
    x = torch.full_like(t, food.x * frame.width)
    y = ground * frame.height - (SOLE - 0.5) * side
    art, picks = drawings(food, torch.zeros_like(t), bank)
    whole_art = art[picks]
    shade(picture, x, torch.full_like(t, ground * frame.height), side * 0.4, torch.full_like(t, 0.35))
    shake = torch.zeros_like(t) if eaters else 0.05 * pulse * (30 * t).sin()
    boards = [Board(bitten(whole_art, marks, t), torch.arange(len(t)), x, y, side, shake)]
    if eaters:
        reach = eaters[0].size * fit * zoom * frame.height
        front = torch.from_numpy(np.interp(t.numpy(), marks.at.numpy(), marks.x.numpy()))
        mouth = x + (front - 0.5 - 0.03 * pulse + 0.05) * side
        eater_x = mouth + 0.40 * reach
        eater_y = ground * frame.height - (SOLE - 0.5) * reach
        likeness, frames = drawings(eaters[0], 0.05 * pulse, bank)
        floor = torch.full_like(t, ground * frame.height)
        shade(picture, eater_x, floor, reach * 0.4, torch.full_like(t, 0.35))
        boards.append(Board(likeness, frames, eater_x, eater_y, reach, -0.06 * pulse))
    shown, whole = overlay(picture, boards, torch.ones(3))
    return shown.flip(0), whole.flip(1)  # the eater is performer 0


def sample_studio(rng: np.random.Generator, split: Split = "train") -> Scene:
    """A close-up (half of the draws), a painting, a meal or a loop whose triple lies in the split."""
    while True:
        draw = (_draw_close_up, _draw_painting, _draw_meal, _draw_loop)[int(rng.choice(4, p=(0.5, 0.17, 0.18, 0.15)))]
        scene = replace(draw(rng), seed=int(rng.integers(2**31)))
        if split == "any" or is_heldout(scene.triple) == (split == "heldout"):
            return scene


def _background(rng: np.random.Generator, but: str = "") -> str:
    return f"{rng.choice([name for name in BACKDROPS if name != but])} background"


def _draw_close_up(rng: np.random.Generator) -> Scene:
    name, action = str(rng.choice(FACES + FOODS + EATERS)), str(rng.choice(CLOSE_UPS))
    size = float(rng.uniform(0.78, 0.95)) if action != "bounce" else float(rng.uniform(0.7, 0.78))
    performer = Performer(name, action, size=size, phase=float(rng.uniform()))
    cameras = CAMERAS if action in ("stand", "sway") else CAMERAS[:1]
    return Scene("studio", (performer,), _background(rng), "", camera=str(rng.choice(cameras)))


def _draw_painting(rng: np.random.Generator) -> Scene:
    tool, shape, colour = str(rng.choice(tuple(TOOLS))), str(rng.choice(FIGURES)), str(rng.choice(COLOURS))
    drawn = Performer(shape, "appear", size=float(rng.uniform(0.6, 0.8)), depth=0.4, colour=colour, partner=0)
    return Scene("studio", (Performer(tool, "paint", size=0.5, partner=1), drawn), CANVAS, "")


def _draw_meal(rng: np.random.Generator) -> Scene:
    food, place = str(rng.choice(FOODS)), _background(rng)
    if rng.random() < 0.4:
        return Scene("studio", (Performer(food, "be eaten", size=float(rng.uniform(0.65, 0.8))),), place, "")
    eater = Performer(str(rng.choice(EATERS)), "eat", size=float(rng.uniform(0.55, 0.65)), partner=1)
    meal = Performer(food, "be eaten", size=float(rng.uniform(0.42, 0.5)), x=0.32, depth=0.4, partner=0)
    return Scene("studio", (eater, meal), place, "")


def _draw_loop(rng: np.random.Generator) -> Scene:
    name, colour = str(rng.choice(tuple(LOOPS))), str(rng.choice([name for name in COLOURS if name != "black"]))
    direction = str(rng.choice(("left", "right"))) if name == "wave" else ""
    performer = Performer(name, str(rng.choice(LOOPS[name])), direction, 0.5, colour=colour)
    place = (
        _background(rng, but=colour) if name != "particle" else f"{rng.choice(('black', 'purple', 'blue'))} background"
    )
    return Scene("studio", (performer,), place, "")


def describe(scene: Scene) -> dict[str, str]:
    """What is visible, as slots for a caption: those of `captions.slots`, `where`, the place in words, and
    `second_colour` of a painted figure."""
    said = slots(scene)
    said["where"] = "on a canvas" if scene.place == CANVAS else f"in front of {article(scene.place)}"
    lead = scene.performers[0]
    if lead.name in LOOPS:
        said["count"] = "some"
    elif lead.action == "paint":
        said["second_colour"] = scene.performers[1].colour
    elif lead.action in ("grow", "shrink", "be eaten"):
        said.pop("size", None)
    return said
