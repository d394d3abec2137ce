"""spark's diffusion transformer over spacetime tokens.

    B batch   t, h, w latent grid   N = t*h*w tokens   C latent channels   D width   L text tokens   S text width

A token is (latent cell, time, y, x, its own noise level): level 0 = given, 1 = pure noise. Every task is a choice
of which tokens are given. A latent frame has a centre and a span in seconds, so rate and length are inputs.

Positions enter twice: relative, through rotary embeddings; and as a layout prior (`plan`), predicted from position and
prompt alone, which is added at the input and before the output head, so that what stands where need not be found
through the noise. Without it a small network never learnt which way "to the right" is.

Where this differs from DiT (Peebles & Xie 2023) and MMDiT: text tokens are keys and values only (MiniLM's states are
contextual already, so they need no layers of their own: one softmax over text and video, no cross-attention); the
network predicts mean and variance of each clean latent, and Bayes' rule combines them with the noisy latent itself
(`posterior`), so that the noise of a wide token need not pass through a narrow network. Beside the blocks, linear maps
at full width (`NeighbourMix`) pass latents between neighbouring cells: first the given ones, then, in rounds, the
current estimates of all, for how things moved shows in the clean frames around and not in the noise. The trainer turns
x0 into a velocity loss.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

HEAD = 64  # numbers per attention head
QUERIES = 512  # that attend at once on a CPU: their scores stay in its caches
READ = 128  # channels of the pooled prompt, see `Reader`
ROUNDS = 2  # of passing current estimates between neighbouring cells
ROTARY = (16, 24, 24)  # numbers of a head that are rotated by time, y, x
BOUND = 8.0  # the log of the variance stays within this of the channel's own
PERIODS = ((0.5, 40.0), (2.0, 128.0), (2.0, 128.0))  # shortest and longest, in seconds and cells
COVER = 128  # numbers that say which part of a cell a draft covers: 2 x 8 x 8 means over 4 frames, 4 x 4 pixels
SKETCH = 600  # numbers of a sketch that a cell sees: 3 x 2 x 10 x 10 means over 4 frames, 4 x 4 pixels, with a ring
RING, SHOWN = 10, 384  # blocks of a sketch along a side of what a cell sees; numbers of its own part
EVEN, STEEP = 0.75, 20.0  # noise level at which a sketch's estimate weighs one half, and slope of the sigmoid there
TRAVELS = (0.5, 1.0, 2.0, 4.0, 8.0)  # periods of a camera's travel, in frame heights
MAX_RMS = 3.0  # of a token of unit variance; above it is scaled down: footage unlike the training world stays bounded


@dataclass(frozen=True)
class DitConfig:
    """Size of the network. depth: blocks; width follows it, 512 at depth 12, in steps of a head. channels: C. text: S.

    few: the network also takes a target level and a guidance scale, and jumps to the one under the other (few steps).
    temperature: at inference, factor on the variances that the network states; below 1 it trusts itself more than the
    noise, which gives cleaner pictures with less detail. control: the network is conditioned on drafts, see `Control`.
    """

    channels: int = 512
    depth: int = 12
    text: int = 384
    few: bool = False
    temperature: float = 1.0
    control: bool = False

    @property
    def width(self) -> int:
        """D."""
        return HEAD * max(1, self.depth * 512 // (12 * HEAD))

    @property
    def heads(self) -> int:
        """Attention heads of a block."""
        return self.width // HEAD


@dataclass(frozen=True)
class Layout:
    """The latent grid in time. times: centre of each latent frame in seconds (t,). spans: length (t,), 0 = a still."""

    times: tuple[float, ...]
    spans: tuple[float, ...]
    height: int
    width: int

    @classmethod
    def chunks(cls, count: int, height: int, width: int, fps: float, chunk: int = 8, start: float = 0.0) -> Layout:
        """`count` consecutive chunks of `chunk` frames from `start` seconds."""
        span = chunk / fps
        return cls(tuple(start + span * (i + 0.5) for i in range(count)), (span,) * count, height, width)

    @classmethod
    def still(cls, height: int, width: int) -> Layout:
        """One picture."""
        return cls((0.0,), (0.0,), height, width)

    def followers(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """For each latent frame the one that ends as it begins, and the one that begins as it ends; t = none."""
        ends = [time + span / 2 for time, span in zip(self.times, self.spans, strict=True)]
        count = len(self.times)
        before, after = [count] * count, [count] * count
        for late, (time, span) in enumerate(zip(self.times, self.spans, strict=True)):
            for early, end in enumerate(ends):
                if span == self.spans[early] and abs(time - span / 2 - end) < 0.01 * span:
                    before[late], after[early] = early, late
        return tuple(before), tuple(after)

    def with_stills(self, times: Sequence[float]) -> Layout:
        """Pictures of these moments, in seconds, before the latent frames that are there."""
        return replace(self, times=(*times, *self.times), spans=(*(0.0 for _ in times), *self.spans))


def rotary_angles(layout: Layout, device: torch.device) -> tuple[Tensor, Tensor]:
    """cos and sin (N, HEAD/2) for each token's (seconds, y, x); y and x are centred on the frame."""
    ys = torch.arange(layout.height, dtype=torch.float32) - (layout.height - 1) / 2
    xs = torch.arange(layout.width, dtype=torch.float32) - (layout.width - 1) / 2
    axes = torch.meshgrid(torch.tensor(layout.times, dtype=torch.float32), ys, xs, indexing="ij")
    angles = []
    for position, size, (short, long) in zip(axes, ROTARY, PERIODS, strict=True):
        ladder = torch.linspace(math.log(short), math.log(long), size // 2).exp()
        angles.append(2 * math.pi * position.reshape(-1, 1) / ladder)  # (N, size/2)
    angle = torch.cat(angles, 1).to(device)
    return angle.cos(), angle.sin()


def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Rotate pairs of x (B, heads, N, HEAD) by the angles (N, HEAD/2)."""
    a, b = x.chunk(2, -1)
    return torch.cat([a * cos - b * sin, a * sin + b * cos], -1)


def sinusoidal(value: Tensor, size: int, scale: float = 1000.0) -> Tensor:
    """Features (..., size) of a number in about [0, 1]."""
    ladder = torch.exp(torch.linspace(0, math.log(scale), size // 2, device=value.device))
    angle = value[..., None] * ladder
    return torch.cat([angle.cos(), angle.sin()], -1)


def norm(x: Tensor) -> Tensor:
    """Layer normalisation over the last axis, without learnt parameters."""
    return F.layer_norm(x, x.shape[-1:])


def per_token(rows: Tensor, kind: Tensor) -> Tensor:
    """Row of `rows` (K, ...) for each token, by index `kind` (B, N): (B, N, ...); (1, 1, ...) where K = 1."""
    return rows[None] if len(rows) == 1 else rows[kind]


def attention(query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None) -> Tensor:
    """Softmax attention (B, heads, N, HEAD), in the type of `value`. mask: (B, 1, 1, L + N) additive, None = see all.

    On a CPU by three plain products, `QUERIES` at a time: a third of the time of torch's own kernel there, which gains
    nothing from bfloat16 (512 tokens, AVX-512 BF16).
    """
    query, key, value = (x.to(value.dtype).contiguous() for x in (query, key, value))
    if query.device.type != "cpu":
        return F.scaled_dot_product_attention(query, key, value, attn_mask=mask)
    across, parts = key.transpose(-1, -2), []
    for some in (query * HEAD**-0.5).split(QUERIES, 2):
        scores = some @ across  # (B, heads, n, L + N)
        parts.append((scores if mask is None else scores + mask).softmax(-1) @ value)
    return torch.cat(parts, 2)


class Block(nn.Module):
    """Attention over [text | video] and an MLP, both modulated per token (AdaLN-single, Chen et al. 2023)."""

    def __init__(self, config: DitConfig) -> None:
        super().__init__()
        width = config.width
        self.qkv = nn.Linear(width, 3 * width, bias=False)
        self.text_kv = nn.Linear(width, 2 * width, bias=False)
        self.out = nn.Linear(width, width, bias=False)
        self.up = nn.Linear(width, 4 * width, bias=False)
        self.down = nn.Linear(4 * width, width, bias=False)
        self.modulation = nn.Parameter(torch.zeros(6, width))
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.down.weight)

    def context(self, text: Tensor) -> tuple[Tensor, Tensor]:
        """Keys and values (B, heads, L, HEAD) of the text states (B, L, D)."""
        key, value = self.text_kv(text).unflatten(-1, (2, -1, HEAD)).permute(2, 0, 3, 1, 4)
        return norm(key), value

    def forward(
        self,
        x: Tensor,
        modulation: Tensor,
        angles: tuple[Tensor, Tensor],
        text: tuple[Tensor, Tensor],
        mask: Tensor | None,
    ) -> Tensor:
        """x (B, N, D), modulation (B or 1, N or 1, 6, D), text keys and values, mask as in `attention`."""
        shift, scale, gate, shift_mlp, scale_mlp, gate_mlp = (modulation + self.modulation).unbind(2)
        h = norm(x) * (1 + scale) + shift
        query, key, value = self.qkv(h).unflatten(-1, (3, -1, HEAD)).permute(2, 0, 3, 1, 4)  # (B, heads, N, HEAD)
        query, key = rotate(norm(query), *angles), rotate(norm(key), *angles)
        key = torch.cat([text[0], key], 2)  # (B, heads, L + N, HEAD)
        value = torch.cat([text[1], value], 2)
        h = attention(query, key, value, mask)
        x = x + gate * self.out(h.transpose(1, 2).flatten(2))  # (B, N, D)
        h = norm(x) * (1 + scale_mlp) + shift_mlp
        out: Tensor = x + gate_mlp * self.down(F.relu(self.up(h)).square())
        return out


class Reader(nn.Module):
    """Max pooling of a prompt over its tokens, after a linear map to `READ` channels.

    In a sentence encoder's states "left" and "right" lie so close together that a network hardly notices which was
    said; soracli/train/text_reader.py trains the map to tell such words apart before the network is trained.
    """

    def __init__(self, text: int) -> None:
        super().__init__()
        self.ask = nn.Linear(text, READ)

    def forward(self, states: Tensor, mask: Tensor) -> Tensor:
        """Text states (B, L, S) and mask (B, L) -> (B, READ)."""
        answers = self.ask(states).masked_fill(~mask[..., None], -1e4)
        return norm(answers.amax(1))


class NeighbourMix(nn.Module):
    """Linear maps between a cell and its neighbours in time and space, at full latent width, beside the blocks.

    A latent cell has more channels than the network is wide, so detail of one latent frame would reach the next one
    thinned out. Per channel the maps are gated by the condition of the source token and of the target token. Source and
    target lie in the same place at most `reach` latent frames apart, or side by side in one latent frame.
    """

    def __init__(self, channels: int, width: int, reach: int) -> None:
        super().__init__()
        self.mix = nn.Linear(channels, (5 + 2 * reach) * channels, bias=False)
        self.gates = nn.Linear(width, 4 * channels)
        for parameter in self.parameters():
            nn.init.zeros_(parameter)

    def forward(self, cells: Tensor, condition: Tensor, kind: Tensor, layout: Layout) -> Tensor:
        """Cells (B, N, C) of unit variance -> (B, N, C). condition (K, D), kind (B, N): see `Dit.condition`."""
        grid = len(layout.times), layout.height, layout.width
        gates = per_token(1 + self.gates(condition).unflatten(-1, (4, -1)), kind)  # (B, N, 4, C)
        mixed = self.mix(cells * gates[:, :, 0]).unflatten(1, grid)  # (B, t, h, w, (5 + 2 reach) C)
        itself, *in_time, above, below, left, right = mixed.split(cells.shape[-1], -1)
        given = [[frames.unbind(1) for frames in in_time[way::2]] for way in (0, 1)]  # from before, from after
        heard = [torch.zeros_like(itself[:, 0]) for _ in layout.times]  # (B, h, w, C) each
        for way, others in enumerate(layout.followers()):
            for taker in range(grid[0]):
                giver = taker
                for frames in given[way]:
                    giver = others[giver]
                    if giver == grid[0]:
                        break
                    heard[taker] = heard[taker] + frames[giver]
        in_space = torch.zeros_like(itself)
        in_space[:, :, 1:] += above[:, :, :-1]
        in_space[:, :, :-1] += below[:, :, 1:]
        in_space[:, :, :, 1:] += left[:, :, :, :-1]
        in_space[:, :, :, :-1] += right[:, :, :, 1:]
        parts = (itself, torch.stack(heard, 1), in_space)
        out = sum(part.flatten(1, 3) * gates[:, :, i] for i, part in enumerate(parts, 1))
        return cast(Tensor, out)


def bounded(cells: Tensor) -> Tensor:
    """Cells (B, N, C), each scaled down to a root mean square of at most `MAX_RMS`."""
    power = cells.square().mean(-1, keepdim=True)
    return cells * (MAX_RMS * (power + 1e-6).rsqrt()).clamp(max=1)


def posterior(tokens: Tensor, levels: Tensor, mean: Tensor, variance: Tensor) -> Tensor:
    """Posterior mean of clean tokens (B, N, C), given noisy ones and a normal prior: a Wiener filter around the mean.

    levels: noise levels (B, N). mean, variance: of the prior, (B, N, C).
    """
    clean, noise = (1 - levels)[..., None], levels[..., None]
    gain = clean * variance / (clean**2 * variance + noise**2)
    return mean + gain * (tokens - clean * mean)


class TextKeys(tuple[tuple[tuple[Tensor, Tensor], ...], Tensor, Tensor]):
    """A prompt, encoded once per sampling: (keys and values per block, pooled (B, D), additive mask (B, L))."""


class Jump(NamedTuple):
    """What few-step networks are conditioned on: target levels (B, t, h, w), at most sigma; guidance scale (B,)."""

    target: Tensor
    guidance: Tensor


class Control(NamedTuple):
    """Conditioning on a draft, a camera and a sketch, which are known before sampling.

    draft: (B, N, C) latents of the draft over black, minus those of black. cover: (B, N, COVER) share of the draft in
    the parts of a cell. present: (B,) 1 = there is a draft. camera: (B, t, 2, 4) at the start and at the end of each
    latent frame: travel in frame heights from the window's first, log of the zoom, and how far the middle of the
    picture lies from that of the unzoomed frame, in its widths and heights. steered: (B,) 1 = the camera is known.
    sketch: (B, N, SKETCH) a coarse picture in [-1, 1] of what is to be painted, see `steering.seen`. sketched: (B,) 1 =
    there is one.
    """

    draft: Tensor
    cover: Tensor
    present: Tensor
    camera: Tensor
    steered: Tensor
    sketch: Tensor
    sketched: Tensor


class Steering(nn.Module):
    """Linear maps of a `Control` into the network; all start at zero.

    With a sketch there are two estimates of the clean latents: the best linear one from it (`rough`), with residual
    variance `remainder` (C,), and the network's own. They are mixed by noise level and channel: under much noise the
    sketch's weighs more, under little the network's. The result is projected onto the latents that come down to the
    sketch, so that the network decides only what lies in its null space (Wang et al. 2022, "DDNM").
    """

    remainder: Tensor
    reduce: Tensor  # (1, C, SHOWN): latents of a cell to what a sketch shows of it
    offset: Tensor  # (SHOWN,): of black latents
    restore: Tensor  # (1, SHOWN, C): the most likely change of latents for a change of what is shown

    def __init__(self, config: DitConfig) -> None:
        super().__init__()
        self.draft = nn.Linear(config.channels + COVER + 1, config.width)
        self.camera = nn.Linear(2 * (4 + 2 * len(TRAVELS)) + 1, config.width)
        self.shade = nn.Linear(COVER, config.channels, bias=False)  # a shadow lies where the draft does
        self.sketch = nn.Linear(SKETCH + 1, config.width)
        self.rough = nn.Linear(SKETCH, config.channels)
        self.detail = nn.Linear(config.width, config.channels)  # beyond the guess
        self.own = nn.Linear(config.width, config.channels)  # how far the network's own expectation is believed
        for parameter in self.parameters():
            nn.init.zeros_(parameter)
        self.register_buffer("remainder", torch.ones(config.channels))
        self.register_buffer("reduce", torch.zeros(1, config.channels, SHOWN))
        self.register_buffer("offset", torch.zeros(SHOWN))
        self.register_buffer("restore", torch.zeros(1, SHOWN, config.channels))

    def forward(self, control: Control, spectrum: Tensor, cells: int) -> Tensor:
        """What is added to the tokens at the input, (B, N, D). cells: number in a latent frame, h * w."""
        present, sketched = (
            flag[:, None, None].expand(-1, control.draft.shape[1], 1) for flag in (control.present, control.sketched)
        )
        out = self.draft(torch.cat([control.draft * spectrum.rsqrt(), control.cover, present], -1)) * present
        out = out + self.sketch(torch.cat([control.sketch, sketched], -1)) * sketched
        turns = [2 * math.pi * control.camera[..., :1] / period for period in TRAVELS]
        numbers = torch.cat([control.camera, *(f(turn) for turn in turns for f in (torch.sin, torch.cos))], -1)
        steered = control.steered[:, None, None].expand(-1, control.camera.shape[1], 1)
        camera = self.camera(torch.cat([numbers.flatten(2), steered], -1)) * steered  # (B, t, D)
        return cast(Tensor, out + camera.repeat_interleave(cells, 1))

    def mixed(
        self,
        control: Control,
        h: Tensor,
        levels: Tensor,
        condition: Tensor,
        kind: Tensor,
        mean: Tensor,
        variance: Tensor,
    ) -> tuple[Tensor, Tensor]:
        """Mean and variance (B, N, C) of the clean latents, the network's mixed with the sketch's, if there is one.

        h: (B, N, D) tokens after the last block. levels: (B, N). condition, kind: see `Dit.condition`.
        """
        sketched = control.sketched[:, None, None]
        doubt = STEEP * (levels[..., None] - EVEN) - per_token(self.own(condition), kind)
        share = 1 - sketched * torch.sigmoid(doubt)  # of the network's own
        guess = self.rough(control.sketch) + self.detail(h) * self.remainder.sqrt()
        mixed = (variance.log() * share + self.remainder.log() * (1 - share)).exp()
        return guess + share * (mean - guess), mixed

    def kept(self, control: Control, x0: Tensor) -> Tensor:
        """Clean latents x0 (B, N, C), projected so that they come down to the sketch, where there is one."""
        blocks = control.sketch.view(*control.sketch.shape[:2], -1, RING, RING)
        error = blocks[..., 1:-1, 1:-1].flatten(2) - x0 @ self.reduce - self.offset
        return x0 + control.sketched[:, None, None] * (error @ self.restore)


class Dit(nn.Module):
    """The transformer: noisy latents x (B, C, t, h, w) and noise levels sigma (B, t, h, w) -> x0 (B, C, t, h, w)."""

    spectrum: Tensor

    def __init__(self, config: DitConfig) -> None:
        super().__init__()
        self.config = config
        width = config.width
        self.register_buffer("spectrum", torch.ones(config.channels))  # variance of each latent channel
        self.inlet = nn.Linear(config.channels, width)
        self.plan = nn.Sequential(nn.Linear(HEAD + width, 2 * width), nn.SiLU(), nn.Linear(2 * width, 2 * width))
        self.beside = NeighbourMix(config.channels, width, 1)
        self.around = nn.ModuleList(NeighbourMix(config.channels, width, 3) for _ in range(ROUNDS))
        self.outlet = nn.Linear(width, 2 * config.channels)
        self.settle = nn.Linear(width, config.channels)
        self.level = nn.Sequential(nn.Linear(width, width), nn.SiLU(), nn.Linear(width, width))
        self.span = nn.Linear(width, width)
        self.text_in = nn.Linear(config.text, width)
        self.pooled = nn.Linear(width, width)
        self.reader = Reader(config.text)
        self.heard = nn.Linear(READ, width, bias=False)
        self.modulate = nn.Linear(width, 6 * width)
        self.blocks = nn.ModuleList(Block(config) for _ in range(config.depth))
        self.final = nn.Linear(width, 2 * width)
        self.jump = nn.Linear(2 * width, width) if config.few else None
        self.steering = Steering(config) if config.control else None
        silent = [self.outlet, self.settle, self.modulate, self.final, self.heard, self.plan[2]]
        for layer in [*silent, *([self.jump] if self.jump else [])]:
            for parameter in layer.parameters():
                nn.init.zeros_(parameter)
        with torch.no_grad():  # gates start open: the residual branches are zero by their own last layers
            gates = torch.zeros(6, width)
            gates[2], gates[5] = 1.0, 1.0
            self.modulate.bias.copy_(gates.flatten())

    def prepare(self, states: Tensor, mask: Tensor) -> TextKeys:
        """Text states (B, L, S) and mask (B, L; True = a token, False = padding) -> what every block needs of them."""
        text = norm(self.text_in(states))  # (B, L, D)
        real = mask[..., None].to(text.dtype)
        pooled = self.pooled((text * real).sum(1) / real.sum(1).clamp(min=1))  # (B, D)
        pooled = pooled + self.heard(self.reader(states, mask))
        additive = torch.zeros(mask.shape, dtype=text.dtype, device=text.device).masked_fill(~mask, -1e4)
        keys = tuple(cast(Block, block).context(text) for block in self.blocks)
        return TextKeys((keys, pooled, additive))

    def condition(self, levels: Tensor, pooled: Tensor, layout: Layout, jump: Jump | None) -> tuple[Tensor, Tensor]:
        """Condition vectors for AdaLN (K, D), one for each different one, and the index of each token's (B, N).

        Tokens of one batch item, span and noise level (and target level) share one: mostly a handful.
        """
        width = self.config.width
        spans = torch.tensor(layout.spans, device=levels.device).repeat_interleave(layout.height * layout.width)
        items = torch.arange(len(levels), device=levels.device, dtype=levels.dtype)
        columns = [items[:, None].expand_as(levels), spans.expand_as(levels), levels]
        if self.jump is not None:
            assert jump is not None, "a few-step network needs to know where to"
            columns.append(jump.target.flatten(1))
        rows, kind = torch.unique(torch.stack(columns, -1).flatten(0, 1), dim=0, return_inverse=True)
        item, span, level = rows[:, 0].long(), rows[:, 1], rows[:, 2]  # (K,)
        out = self.level(sinusoidal(level, width)) + self.span(sinusoidal(torch.log1p(span), width, 100.0))
        out = out + pooled[item]
        if self.jump is not None and jump is not None:
            scale = sinusoidal(jump.guidance.log()[item], width, 100.0)
            out = out + self.jump(torch.cat([sinusoidal(rows[:, 3], width), scale], -1))
        return F.silu(out), kind.view_as(levels)

    def variance(self, doubt: Tensor) -> Tensor:
        """Prior variance (B, N, C): that of each channel, times exp of `doubt`, softly held within exp(±BOUND)."""
        return self.spectrum * torch.exp(BOUND * torch.tanh(doubt / BOUND))

    def forward(
        self,
        x: Tensor,
        sigma: Tensor,
        text: TextKeys,
        layout: Layout,
        jump: Jump | None = None,
        control: Control | None = None,
    ) -> Tensor:
        keys, pooled, additive = text
        levels = sigma.flatten(1)  # (B, N)
        tokens = x.flatten(2).transpose(1, 2).contiguous()  # (B, N, C)
        clean, noise = (1 - levels)[..., None], levels[..., None]
        power = clean**2 * self.spectrum + noise**2  # (B, N, C) variance of the noised token
        condition, kind = self.condition(levels, pooled, layout, jump)  # (K, D), (B, N)
        modulation = per_token(self.modulate(condition).unflatten(-1, (6, self.config.width)), kind)  # (B, N, 6, D)
        angles = rotary_angles(layout, x.device)
        padded = bool(additive.any())
        mask = F.pad(additive, (0, tokens.shape[1]))[:, None, None] if padded else None  # (B, 1, 1, L + N)
        places = torch.cat(angles, -1).expand(len(x), -1, -1)  # (B, N, HEAD)
        expected, foreseen = self.plan(torch.cat([places, condition[kind]], -1)).chunk(2, -1)  # (B, N, D) each
        cells = bounded(tokens * power.rsqrt())
        h = self.inlet(cells) + expected
        if self.steering is not None and control is not None:
            h = h + self.steering(control, self.spectrum, layout.height * layout.width)
        for block, pair in zip(self.blocks, keys, strict=True):
            h = block(h, modulation, angles, pair, mask)
        shift, scale = per_token(self.final(condition), kind).chunk(2, -1)
        h = norm(h) * (1 + scale) + shift + foreseen
        mean, doubt = self.outlet(h).chunk(2, -1)  # (B, N, C) each
        if self.steering is not None and control is not None:
            mean = mean + self.steering.shade(control.cover * control.present[:, None, None])
        mean = (mean + self.beside(cells, condition, kind, layout)) * self.spectrum.sqrt()
        variance, settled = self.variance(doubt), self.variance(doubt + self.settle(h))
        for around in self.around:
            guess = bounded(posterior(tokens, levels, mean, variance) * self.spectrum.rsqrt())
            mean = mean + around(guess, condition, kind, layout) * self.spectrum.sqrt()
            variance = settled
        if self.steering is not None and control is not None:
            mean, variance = self.steering.mixed(control, h, levels, condition, kind, mean, variance)
        if not self.training:
            variance = variance * self.config.temperature
        x0 = posterior(tokens, levels, mean, variance)
        if self.steering is not None and control is not None:
            x0 = self.steering.kept(control, x0)
        out: Tensor = x0.transpose(1, 2).reshape(x.shape)
        return out
