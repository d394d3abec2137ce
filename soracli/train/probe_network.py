"""A small reader of clips: which actor, action, direction, place, time and camera do these pixels show?

Its truth comes from the renderer, so it needs no labels by hand and no network trained elsewhere. Two paths share
eight frames that are spread evenly over a clip:

    appearance   single frames, 96 pixels high: where somebody is, who it is, and what is around
    motion       all eight at half size, as grey differences from their mean, joined at the first layer: how it moves

    B clips   F = 8 frames   H, W pixels (96 high or wide, whichever is less)   h, w the same halved

Both are fully convolutional and pooled, so a wide clip is read as it is. Nothing but motion can tell left from right
for sure: training shows clips backwards too, with the direction exchanged and the drawing left facing as it was.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import torch
import torch.nn.functional as F
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from soracli.errors import WeightsError
from soracli.models.common import quantise
from soracli.types import Frames
from soracli.world.language.captions import slots
from soracli.world.scene import Scene
from soracli.world.scenes import MOVES, Corpus

SLOTS = ("actor", "action", "direction", "place", "time", "camera")
LENGTH = 8  # frames that are looked at
SIDE = 96  # pixels of the shorter side
ASPECT = 2.5  # longest side over shortest; what is longer is cut at its ends
NONE = "none"  # of a slot that a scene does not fill
UNKNOWN = -1  # target of a slot that a clip cannot show

Labels = Mapping[str, tuple[str, ...]]


def labels_of(corpus: Corpus) -> Labels:
    """Every value of every slot that scenes of the corpus can have."""
    verbs = dict.fromkeys(verb for actor in corpus.actors for verb in corpus.verbs(actor))
    return {
        "actor": tuple(actor.name for actor in corpus.actors),
        "action": tuple(verbs),
        "direction": (NONE, "left", "right"),
        "place": corpus.places,
        "time": corpus.times,
        "camera": corpus.cameras,
    }


def truth(scene: Scene) -> dict[str, str]:
    """What a perfect reader says of a scene."""
    said = slots(scene)
    return {slot: said.get(slot, NONE) for slot in SLOTS}


def targets(scenes: Sequence[Scene], labels: Labels) -> Tensor:
    """Index of each slot's true value: int64 (B, 6)."""
    return torch.tensor([[labels[slot].index(value) for slot, value in truth(scene).items()] for scene in scenes])


def picks(count: int) -> list[int]:
    """The eight of `count` frames that are looked at: the middles of equal parts."""
    return [(2 * i + 1) * count // (2 * LENGTH) for i in range(LENGTH)]


def look(frames: Frames, fps: float) -> tuple[Tensor, float]:
    """Eight frames spread over a clip, made small: float32 (8, 3, H, W) in 0..1, and the seconds between them.

    frames: uint8 (T, H, W, 3). A still picture is looked at eight times, 0 seconds apart.
    """
    count = len(frames)
    chosen = torch.from_numpy(frames[picks(count)].copy())
    x = chosen.permute(0, 3, 1, 2).float() / 255  # (8, 3, H, W)
    height, width = x.shape[2:]
    most = round(ASPECT * min(height, width))
    top, left = max(0, height - most) // 2, max(0, width - most) // 2
    x = x[:, :, top : top + most, left : left + most]
    scale = SIDE / min(height, width)
    size = [round(side * scale) for side in x.shape[2:]]
    x = F.interpolate(x, size, mode="area") if scale < 1 else F.interpolate(x, size, mode="bilinear")
    return x, count / LENGTH / fps if count > 1 else 0.0


class Layer(nn.Sequential):
    """Convolution, normalisation, ReLU; halves the size if `stride` is 2, adds its input if nothing changes."""

    def __init__(self, inputs: int, outputs: int, stride: int = 2, kernel: int = 3) -> None:
        convolution = nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False)
        super().__init__(convolution, nn.BatchNorm2d(outputs), nn.ReLU())
        self.skip = stride == 1 and inputs == outputs

    def forward(self, x: Tensor) -> Tensor:
        y = x
        for part in self:
            y = part(y)
        return x + y if self.skip else y


class Read(NamedTuple):
    """slots: logits (B, values) of each. where: logits (B, n, h, w) of each cell to hold the lead's middle."""

    slots: dict[str, Tensor]
    where: Tensor


class Probe(nn.Module):
    """forward(clips (B, 8, 3, H, W) in 0..1, spacing (B,) seconds, n frames to look at closely) -> Read."""

    SEEN = (0, 2, 5, 7)  # frames whose appearance is looked at

    def __init__(self, labels: Labels) -> None:
        super().__init__()
        self.labels = {slot: tuple(labels[slot]) for slot in SLOTS}
        self.appearance = nn.Sequential(
            Layer(3, 24, kernel=5), Layer(24, 32), Layer(32, 32, 1),
            Layer(32, 64), Layer(64, 64, 1), Layer(64, 128), Layer(128, 128, 1),
        )  # fmt: skip
        self.where = nn.Conv2d(128, 1, 1)
        self.motion = nn.Sequential(
            Layer(LENGTH + 4, 48, kernel=5), Layer(48, 64), Layer(64, 64, 1), Layer(64, 128), Layer(128, 128, 1)
        )
        self.join = nn.Sequential(nn.Linear(512, 192), nn.ReLU())
        self.heads = nn.ModuleDict({slot: nn.Linear(192, len(self.labels[slot])) for slot in SLOTS})

    def forward(self, clips: Tensor, spacing: Tensor, seen: Sequence[int] = SEEN) -> Read:
        x = clips - 0.5
        stills = x[:, list(seen)].flatten(0, 1).contiguous(memory_format=torch.channels_last)  # (B * n, 3, H, W)
        cells = self.appearance(stills)  # (B * n, 128, h, w)
        where = self.where(cells)  # (B * n, 1, h, w)
        who = (cells * where.flatten(1).softmax(1).view_as(where)).sum((2, 3))  # (B * n, 128)
        what = torch.cat([cells.mean((2, 3)), who], 1).reshape(len(x), len(seen), -1).mean(1)  # (B, 256)
        changes = self.motion(moving(x, spacing))  # (B, 128, h, w)
        how = torch.cat([changes.mean((2, 3)), changes.amax((2, 3))], 1)  # (B, 256)
        joint = self.join(torch.cat([what, how], 1))
        slots = {slot: head(joint) for slot, head in self.heads.items()}
        return Read(slots, where.reshape(len(x), len(seen), *where.shape[2:]))

    @torch.inference_mode()
    def read(self, frames: Frames, fps: float) -> dict[str, str]:
        """The likeliest value of every slot. frames: uint8 (T, H, W, 3); a still shows no motion: judge it by

        actor, place and time alone.
        """
        clip, spacing = look(frames, fps)
        found: Read = self.eval()(clip[None], torch.tensor([spacing]))
        return {slot: self.labels[slot][int(logits[0].argmax())] for slot, logits in found.slots.items()}

    def save(self, path: Path) -> None:
        """Weights as fp16, with the labels in the file's header."""
        state = quantise.quantise(self.state_dict(), threshold=1 << 62)
        path.parent.mkdir(parents=True, exist_ok=True)
        save_file({k: v.contiguous() for k, v in state.items()}, path, {"labels": json.dumps(self.labels)})
        path.chmod(0o644)

    @classmethod
    def load(cls, path: Path) -> Probe:
        remedy = "train one with: python -m soracli.train probe"
        if not path.is_file():
            raise WeightsError(f"{path}: there is no probe here; {remedy}", "weights_missing")
        try:
            with safe_open(path, "pt") as file:
                labels = json.loads((file.metadata() or {})["labels"])
            probe = cls({slot: tuple(labels[slot]) for slot in SLOTS})
            probe.load_state_dict(quantise.dequantise(quantise.load([path])))
        except (SafetensorError, KeyError, RuntimeError, ValueError) as error:
            reason = str(error).splitlines()[0]
            raise WeightsError(f"{path}: is not a probe ({reason}); {remedy}", "weights_damaged") from None
        return probe.requires_grad_(False).eval()


def moving(x: Tensor, spacing: Tensor) -> Tensor:
    """(B, 8, 3, H, W) -> (B, 12, h, w): each frame's grey difference from the mean, the mean, the seconds between."""
    halved = F.avg_pool2d(x.flatten(0, 1), 2)  # (B * 8, 3, h, w)
    small = halved.reshape(len(x), LENGTH, *halved.shape[1:])  # (B, 8, 3, h, w)
    mean = small.mean(1)  # (B, 3, h, w)
    change = (small - mean[:, None]).mean(2) * 4  # (B, 8, h, w)
    pace = spacing[:, None, None, None].to(x.dtype).expand(-1, 1, *change.shape[2:])
    return torch.cat([change, mean, pace], 1).contiguous(memory_format=torch.channels_last)


# --- training ---------------------------------------------------------------------------------------------------------


class Examples(NamedTuple):
    """clips: float32 (B, 8, 3, H, W) in 0..1. spacing: seconds (B,). wanted: int64 (B, 6), UNKNOWN = does not count.

    leads: float32 (B, 8, 2), x and y of the lead's middle, 0..1 of the frame; outside that where it is not to be seen.
    """

    clips: Tensor
    spacing: Tensor
    wanted: Tensor
    leads: Tensor


def loss_of(probe: Probe, examples: Examples, generator: torch.Generator, damaged: float = 0.8) -> Tensor:
    """Cross-entropy of the slots and of the lead's place, a share of the clips disturbed as generators disturb them.

    One frame is looked at closely: two of one clip teach less than two clips.
    """
    clips, spacing, wanted, leads = turned(examples, probe.labels, generator)
    seen = torch.randint(LENGTH, (1,), generator=generator).tolist()
    found: Read = probe(degraded(clips, generator, damaged), spacing, seen)
    losses = [
        F.cross_entropy(found.slots[slot], wanted[:, i], ignore_index=UNKNOWN)
        for i, slot in enumerate(SLOTS)
        if bool((wanted[:, i] != UNKNOWN).any())
    ]
    high, wide = found.where.shape[2:]
    cells = (leads[:, seen] * torch.tensor([wide, high])).floor().long()  # (B, n, 2)
    inside = ((leads[:, seen] >= 0) & (leads[:, seen] < 1)).all(-1)
    cell = torch.where(inside, cells[..., 1] * wide + cells[..., 0], UNKNOWN)
    if bool(inside.any()):
        losses.append(F.cross_entropy(found.where.flatten(2).flatten(0, 1), cell.flatten(), ignore_index=UNKNOWN))
    return torch.stack(losses).sum()


def turned(examples: Examples, labels: Labels, generator: torch.Generator) -> Examples:
    """Half of the clips mirrored, a quarter of the moving ones backwards, one in twelve frozen to a still."""
    clips, spacing, wanted, leads = (part.clone() for part in examples)
    direction = SLOTS.index("direction")
    exchanged = sum(labels["direction"].index(side) for side in ("left", "right"))
    for i, (mirror, back, freeze) in enumerate(torch.rand(len(clips), 3, generator=generator).tolist()):
        values = {slot: labels[slot][int(wanted[i, k])] for k, slot in enumerate(SLOTS)}
        backwards = back < 0.25 and values["action"] in MOVES and values["camera"] in ("static", "tracking")
        if mirror < 0.5:
            clips[i] = clips[i].flip(-1)
            leads[i, :, 0] = 1 - leads[i, :, 0]
        if backwards:
            clips[i], leads[i] = clips[i].flip(0), leads[i].flip(0)
        if (mirror < 0.5) != backwards and values["direction"] != NONE:
            wanted[i, direction] = exchanged - wanted[i, direction]
        if freeze < 1 / 12:
            clips[i], leads[i], spacing[i] = clips[i, :1], leads[i, :1], 0.0
            for slot in ("action", "direction", "camera"):
                wanted[i, SLOTS.index(slot)] = UNKNOWN
    return Examples(clips, spacing, wanted, leads)


def degraded(clips: Tensor, generator: torch.Generator, share: float = 0.8) -> Tensor:
    """A share of the clips (B, 8, 3, H, W) in other colours and, one in three each, with FLAWS of random strength."""
    out = []
    for clip in clips:
        dice = torch.rand(2 * len(FLAWS) + 1, generator=generator).tolist()
        if dice.pop() >= share:
            out.append(clip)
            continue
        gain = 1 + 0.12 * float(torch.randn((), generator=generator).clamp(-2, 2))
        x = clip * gain + (0.5 - 0.5 * gain + 0.025 * torch.randn(3, 1, 1, generator=generator))
        for i, flaw in enumerate(FLAWS):
            if dice[2 * i] < 1 / 3:
                x = flaw(x, dice[2 * i + 1], generator)
        out.append(x.clamp(0, 1))
    return torch.stack(out)


def smeared(x: Tensor, amount: float, generator: torch.Generator) -> Tensor:
    """Each frame mixed with its neighbours in time."""
    before, after = torch.cat([x[:1], x[:-1]]), torch.cat([x[1:], x[-1:]])
    return torch.lerp(x, (before + after) / 2, 0.4 * amount)


def blurred(x: Tensor, amount: float, generator: torch.Generator) -> Tensor:
    """Pictures (B, 3, H, W), blurred. amount: 0 (little) .. 1."""
    small = F.interpolate(x, scale_factor=1 / (1.3 + 3 * amount), mode="area")
    return F.interpolate(small, x.shape[2:], mode="bilinear")


def blocky(x: Tensor, amount: float, generator: torch.Generator) -> Tensor:
    """Towards squares of 6 pixels, as much coarser coding would."""
    squares = F.interpolate(F.avg_pool2d(x, 6, ceil_mode=True), x.shape[2:], mode="nearest")
    return torch.lerp(x, squares, 0.7 * amount)


def blotched(x: Tensor, amount: float, generator: torch.Generator) -> Tensor:
    """Soft coloured blots of 12 pixels, other ones in every frame."""
    high, wide = (-(-side // 12) for side in x.shape[2:])
    blots = torch.randn(len(x), 3, high, wide, generator=generator)
    return x + 0.1 * amount * F.interpolate(blots, x.shape[2:], mode="bilinear")


def grainy(x: Tensor, amount: float, generator: torch.Generator) -> Tensor:
    """Pictures (B, 3, H, W) with normal noise. amount: 0 (none) .. 1."""
    return x + 0.06 * amount * torch.randn(x.shape, generator=generator)


FLAWS = (smeared, blurred, blocky, blotched, grainy)
