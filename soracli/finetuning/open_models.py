"""Adapters of Wan and LTX-Video: examples as latents and states of their texts, and the loss of rectified flow.

    x = (1 - sigma) x0 + sigma eps      the network says v, and is to say eps - x0: `sampling.flow`

Noise levels are logit-normal (Esser et al. 2024), shifted towards noise as the model's own schedule is. Of clips some
are shown their first latent frame, where the model was trained to be (LTX-Video), so that it goes on from pictures.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from soracli.card import Card
from soracli.errors import UsageError
from soracli.finetuning import dataset
from soracli.finetuning.dataset import Bucket, Item, Order
from soracli.finetuning.loop import generator
from soracli.finetuning.workers import Workers
from soracli.models.common.clip_vision import Vision, prepared
from soracli.models.ltx import Ltx
from soracli.models.ltx import key_map as key_map_ltx
from soracli.models.ltx.conditioning import Shifting, places
from soracli.models.ltx.transformer import LtxTransformer
from soracli.models.wan import Wan
from soracli.models.wan import conditioning as wan
from soracli.models.wan import key_map as key_map_wan
from soracli.models.wan.transformer import WanTransformer
from soracli.sampling import flow
from soracli.sampling.pixels import to_torch

TARGETS = r"attn[12]\.(?:to_[qkv]|to_out\.0)$"  # layers that get an adapter: as diffusers' own scripts have it
THOUSAND = 1000
SHOWN = 0.2  # share of clips whose first latent frame is given, for LTX-Video
HIGH, LOW = "high", "low"


@dataclass(frozen=True)
class Example:
    """latents: (1, C, t, h, w). text: states (1, L, S). extra, seen: see `wan.conditioning.Control`; None = none."""

    bucket: Bucket
    latents: Tensor
    text: Tensor
    extra: Tensor | None = None
    seen: Tensor | None = None


def logit_normal(draw: torch.Generator) -> Tensor:
    """A noise level in (0, 1), the sigmoid of a standard normal number (Esser et al. 2024), float64 ()."""
    return torch.sigmoid(torch.randn((), generator=draw, dtype=torch.float64))


class WanFamily:
    """What is Wan's own. expert: of a model that has two, HIGH or LOW, which paint above and below `boundary`."""

    def __init__(self, model: Wan, expert: str) -> None:
        self.model, self.expert = model, expert
        role = "low" if expert == LOW else "transformer"
        model.parts.drop_others(role)
        self.network: WanTransformer = model.parts.get(role, WanTransformer)
        self.boundary = float(model.card.params.get("boundary", 0.0))
        self.shift = float(model.card.defaults.get("shift", 1.0))

    def blocks(self) -> list[nn.Module]:
        """The blocks whose linear layers are adapted."""
        return [*self.network.blocks, *getattr(self.network, "vace_blocks", ())]

    def levels(self, example: Example, draw: torch.Generator) -> tuple[float, Tensor]:
        """A noise level, and which latent frames are painted, (t,) of 0 and 1."""
        sigma = flow.shifted(logit_normal(draw), self.shift)
        if self.expert:  # brought into its own range
            low, high = (self.boundary, 1.0) if self.expert == HIGH else (0.0, self.boundary)
            sigma = low + (high - low) * torch.rand((), generator=draw, dtype=torch.float64)
        return float(sigma), torch.ones(example.latents.shape[2])

    def velocity(self, x: Tensor, sigmas: Tensor, painted: Tensor, some: Sequence[Example]) -> Tensor:
        """x (B, C, t, h, w), sigmas (B,), painted (B, t) -> velocity (B, C, t, h, w), float32."""
        dtype = self.network.patch_embedding.weight.dtype
        text = torch.cat([one.text for one in some]).to(x.device, dtype)
        extra, seen = (_stacked([getattr(one, name) for one in some]) for name in ("extra", "seen"))
        if self.model.way == "channels" and extra is not None:
            x, extra = torch.cat([x, extra.to(x.device)], 1), None
        extra = None if extra is None else extra.to(x.device, dtype)
        seen = None if seen is None else seen.to(x.device, dtype)
        out: Tensor = self.network(x.to(dtype), sigmas * THOUSAND, text, extra, None, seen)
        return out.float()


class LtxFamily:
    """What is LTX-Video's own; see `WanFamily`."""

    def __init__(self, model: Ltx) -> None:
        self.model = model
        model.parts.drop_others("transformer")
        self.network: LtxTransformer = model.parts.get("transformer", LtxTransformer)

    def blocks(self) -> list[nn.Module]:
        """The blocks whose linear layers are adapted."""
        return list(self.network.transformer_blocks)

    def levels(self, example: Example, draw: torch.Generator) -> tuple[float, Tensor]:
        frames = example.latents.shape[2]
        tokens = example.latents[0, 0].numel()
        known = Shifting()
        warp = known.low + (known.high - known.low) * (tokens - known.few) / (known.many - known.few)
        sigma = flow.shifted(logit_normal(draw), float(np.exp(np.clip(warp, 0.0, 3.0))))
        painted = torch.ones(frames)
        if frames > 1 and float(torch.rand((), generator=draw)) < SHOWN:
            painted[0] = 0
        return float(sigma), painted

    def velocity(self, x: Tensor, sigmas: Tensor, painted: Tensor, some: Sequence[Example]) -> Tensor:
        _, _, frames, high, wide = x.shape
        dtype = self.network.proj_in.weight.dtype
        times = (sigmas[:, None] * painted).repeat_interleave(high * wide, 1)  # (B, N)
        where = places((), frames, high, wide, float(self.model.card.defaults["fps"]), self.model.lag).to(x.device)
        longest = max(one.text.shape[1] for one in some)
        text = torch.cat([F.pad(one.text, (0, 0, 0, longest - one.text.shape[1])) for one in some])
        mask = torch.stack([torch.arange(longest) < one.text.shape[1] for one in some]).to(x.device)
        same = bool(mask.all())
        tokens = x.flatten(2).transpose(1, 2)
        out: Tensor = self.network(
            tokens.to(dtype), times * THOUSAND, text.to(x.device, dtype), None if same else mask,
            where.expand(len(x), -1, -1),
        )  # fmt: skip
        return out.float().transpose(1, 2).reshape(x.shape)


def _stacked(parts: Sequence[Tensor | None]) -> Tensor | None:
    known = [part for part in parts if part is not None]
    return torch.cat(known) if known else None


# --- examples ---------------------------------------------------------------------------------------------------------


@torch.inference_mode()
def examples(model: Wan | Ltx, found: Sequence[Item], name: str, area: int, frames: int) -> Iterator[Example]:
    """Every window of every item, encoded. name: put before each text."""
    for item in found:
        caption = ", ".join(filter(None, [name, item.caption]))
        text = model.context(caption) if isinstance(model, Wan) else model.prompts.states(caption)
        for bucket, pixels in dataset.windows(item, model.card, area, frames):
            given = to_torch(pixels, model.device)
            latents = model.encode(given).float().cpu()
            extra, seen = _beside(model, given) if isinstance(model, Wan) else (None, None)
            yield Example(bucket, latents, text.cpu(), extra, seen)


def _beside(model: Wan, pixels: Tensor) -> tuple[Tensor | None, Tensor | None]:
    """What a network that was trained for pictures is shown of a clip: nothing by VACE, else its first frame."""
    paint = torch.ones_like(pixels[:, :1])
    if model.way == "control":
        return wan.controlled(pixels * 0, paint, 1.0, model.encode).cpu(), None
    if model.way != "channels":
        return None, None
    paint[:, :, 0] = 0
    extra = wan.beside(pixels, paint, model.encode).cpu()
    if "vision" not in model.parts:
        return extra, None
    clip = model.parts.get("vision", Vision)
    weight = clip.embeddings.patch_embedding.weight
    first = pixels[:, :, 0]
    shown = torch.cat([first, first]) if model.config.places else first
    states: Tensor = clip(prepared(shown, clip.config.side).to(weight.dtype))
    return extra, states.flatten(0, 1)[None].float().cpu()


def family(model: Wan | Ltx, expert: str) -> WanFamily | LtxFamily:
    """expert: as typed, empty for models that have one network."""
    if isinstance(model, Ltx):
        return LtxFamily(model)
    return WanFamily(model, expert)


def halve(network: nn.Module) -> None:
    """Weights in bfloat16, as they are on a GPU, but for those that stay float32 there, too."""
    keep = (key_map_wan if isinstance(network, WanTransformer) else key_map_ltx).TRANSFORMER.keep
    for name, parameter in network.named_parameters():
        if not re.search(keep, name):
            parameter.data = parameter.data.bfloat16()


def check_expert(card: Card, expert: str | None) -> str:
    """Raises UsageError if the model has two experts and none is chosen, or it has not."""
    two = any(file.role == "low" for file in card.files)
    if two and expert not in (HIGH, LOW):
        raise UsageError(
            f"--expert: model '{card.name}' has one network for much noise and one for little; choose --expert high "
            "(what is seen and how it moves) or low (detail)",
            "bad_expert",
        )
    if expert is not None and not two:
        raise UsageError(f"--expert {expert}: model '{card.name}' has one network; leave it out", "no_effect")
    return expert or ""


class Objective:
    """The loss of some items of a step's batch, all of one bucket."""

    def __init__(
        self, kind: WanFamily | LtxFamily, known: Sequence[Example], batch: int, seed: int, device: str = "cpu"
    ) -> None:
        self.kind, self.known, self.seed, self.device = kind, known, seed, device
        self.order = Order([one.bucket for one in known], batch, seed)

    def __call__(self, step: int, mine: Sequence[int]) -> Tensor:
        """The sum over `mine`, places in the batch, of mean squared errors of the velocity."""
        chosen = self.order(step)
        some = [self.known[chosen[i]] for i in mine]
        device = self.device
        noises, levels, painted = [], [], []
        for i, one in zip(mine, some, strict=True):
            draw = generator(self.seed, step, i)
            sigma, shown = self.kind.levels(one, draw)
            levels.append(sigma)
            painted.append(shown)
            noises.append(torch.randn(one.latents.shape, generator=draw))
        x0, eps = torch.cat([one.latents for one in some]).to(device), torch.cat(noises).to(device)
        sigmas, mask = torch.tensor(levels, device=device), torch.stack(painted).to(device)  # (B,), (B, t)
        each = (sigmas[:, None] * mask)[:, None, :, None, None]
        velocity = self.kind.velocity(flow.noised(x0, eps, each), sigmas, mask, some)
        error = (velocity - flow.velocity(x0, eps)).square().mean((1, 3, 4)) * mask  # (B, t)
        return (error.sum(1) / mask.sum(1)).sum()


def memory(card: Card, layers: int, bucket: Bucket, batch: int, *, gpu: bool, workers: Workers, shard: bool) -> int:
    """Bytes at once on one device while it trains: the network, the adapter with AdamW's two moments and gradient,
    each block's input, and what one block works with.
    """
    cost = card.params["cost"]
    wide = 2 if gpu else 4
    time, *sides = card.stride
    tokens = (1 + (bucket.frames - 1) // time) * (bucket.height // sides[0]) * (bucket.width // sides[1])
    tokens = tokens // card.patch**2 * -(-batch // workers.size)
    network = cost["parameters"] * wide / (workers.size if shard else 1)
    kept = tokens * cost["width"] * cost["depth"] * wide
    return int(network + 16 * layers + kept + 3 * tokens * cost["token_bytes"] * wide / 2)
