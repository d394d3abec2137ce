"""Larger and smoother pictures: twice the size, and frames between frames. Two small networks, no sampling.

Both start at the plain method (bicubic enlargement; a cross-fade) and learn what to change about it, within bounds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from soracli.card import Card
from soracli.errors import UsageError, WeightsError
from soracli.models.common import quantise

BAND = 1 << 17  # pixels that are enlarged at once, to bound memory
WORK = 270  # pixels on the shorter side at which motion is looked for, about
SLACK = 0.1  # how far an enlargement may leave the range of what is around it at least, in pixel values
LEEWAY = 0.02  # how far a picture between frames may leave the range of what it is mixed from at least
TRUST = 200  # scale of a parameter, so that it learns as fast as it needs to
DOUBT = (0.15, 0.35)  # mean error of the frames after warping, in pixel values, from which to which trust is lost


class Residual(nn.Module):
    """x + conv(conv(x))."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(width, width, 3, padding=1)
        self.second = nn.Conv2d(width, width, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = x + self.second(F.leaky_relu(self.first(F.leaky_relu(x, 0.1)), 0.1))
        return out


def _silence(conv: nn.Conv2d, channels: int | None = None) -> None:
    """Make a convolution (the first `channels` of its outputs) give 0 until it has learnt otherwise."""
    assert conv.bias is not None
    with torch.no_grad():
        conv.weight[:channels] = 0
        conv.bias[:channels] = 0


# --- twice the size ---------------------------------------------------------------------------------------------------


class Upscaler(nn.Module):
    """Pixels (B, 3, H, W) in [-1, 1] -> (B, 3, 2H, 2W): what is missing from a bicubic enlargement.

    A pixel stays within the range of the 3x3 source pixels around it, widened by SLACK and a quarter of the range:
    edges may be steeper than bicubic's, halos may not grow.
    """

    REACH = 8  # source pixels around a place that can change it, rounded up

    def __init__(self, width: int = 48, blocks: int = 2) -> None:
        super().__init__()
        self.inlet = nn.Conv2d(3, width, 3, padding=1)
        self.blocks = nn.Sequential(*(Residual(width) for _ in range(blocks)))
        self.outlet = nn.Conv2d(width, 12, 3, padding=1)
        _silence(self.outlet)

    def forward(self, pixels: Tensor) -> Tensor:
        x = self.blocks(self.inlet(pixels.contiguous(memory_format=torch.channels_last)))  # (B, width, H, W)
        change = F.pixel_shuffle(self.outlet(F.leaky_relu(x, 0.1)), 2)  # (B, 3, 2H, 2W)
        high = F.max_pool2d(pixels, 3, 1, 1)
        low = -F.max_pool2d(-pixels, 3, 1, 1)
        slack = SLACK + (high - low) / 4
        low, high = (F.interpolate(bound, scale_factor=2) for bound in (low - slack, high + slack))
        return (bicubic(pixels) + change).clamp(low, high)


def bicubic(pixels: Tensor) -> Tensor:
    """(B, 3, H, W) -> (B, 3, 2H, 2W)."""
    return F.interpolate(pixels, scale_factor=2, mode="bicubic", align_corners=False)


# --- frames between frames --------------------------------------------------------------------------------------------


def warp(x: Tensor, motion: Tensor) -> Tensor:
    """What x (B, C, H, W) shows at each place plus motion (B, 2, H, W), across and down, in pixels."""
    _, _, height, width = x.shape
    across = (torch.arange(width, device=x.device) + motion[:, 0]) * (2 / width) + (1 / width - 1)
    down = (torch.arange(height, device=x.device)[:, None] + motion[:, 1]) * (2 / height) + (1 / height - 1)
    grid = torch.stack([across, down], -1)  # (B, H, W, 2)
    return F.grid_sample(x, grid, mode="bilinear", padding_mode="border", align_corners=False)


def matches(a: Tensor, b: Tensor, reach: int) -> Tensor:
    """Likeness (B, (2 reach + 1)², H, W) of unit features at each place of a and at the places around it in b."""
    batch, channels, height, width = a.shape
    around = F.unfold(b, 2 * reach + 1, padding=reach).view(batch, channels, -1, height, width)
    return (a[:, :, None] * around).sum(1)


class Step(nn.Module):
    """One size of the search for motion: a vote among the displacements within reach, for which likeness counts as
    much as it has proved to; then a finer correction, and notes for the next size.
    """

    def __init__(self, channels: int, width: int, reach: int, notes: int) -> None:
        super().__init__()
        self.reach = reach
        side = torch.arange(-reach, reach + 1.0)
        places = torch.stack([side.repeat(2 * reach + 1), side.repeat_interleave(2 * reach + 1)])  # (2, D)
        self.register_buffer("places", places[None, :, :, None, None], persistent=False)
        self.places: Tensor
        self.trust = nn.Parameter(torch.zeros(()))
        self.inlet = nn.Conv2d(2 * channels + len(side) ** 2 + 3 + notes, width, 3, padding=1)
        self.block = Residual(width)
        self.outlet = nn.Conv2d(width, len(side) ** 2 + 2 + notes, 3, padding=1)
        _silence(self.outlet, len(side) ** 2 + 2)

    def forward(self, before: Tensor, after: Tensor, motion: Tensor, notes: Tensor, t: Tensor) -> tuple[Tensor, Tensor]:
        """Features (B, C, h, w), motion (B, 2, h, w) in pixels of this size -> corrected motion, new notes."""
        before, after = warp(before, -t * motion), warp(after, (1 - t) * motion)
        likeness = self.likeness(before, after)  # (B, D, h, w)
        moment = t.expand(-1, 1, *motion.shape[2:])
        x = self.block(self.inlet(torch.cat([before, after, likeness, motion, moment, notes], 1)))
        sizes = [likeness.shape[1], 2, notes.shape[1]]
        votes, finer, notes = torch.split(self.outlet(F.leaky_relu(x, 0.1)), sizes, 1)
        votes = (votes + TRUST * self.trust * F.avg_pool2d(likeness, 3, 1, 1)).softmax(1)
        return motion + (votes[:, None] * self.places).sum(2) + finer, notes

    def likeness(self, before: Tensor, after: Tensor) -> Tensor:
        """How well each place of one frame goes with the places around it in the other, and the reverse: the mean."""
        first, second = (F.normalize(x - x.mean((2, 3), keepdim=True), dim=1) for x in (before, after))
        return (matches(first, second, self.reach) + matches(second, first, self.reach).flip(1)) / 2


class Interpolator(nn.Module):
    """before, after (B, 3, H, W) in [-1, 1] and t (B,) in (0, 1) -> the picture at time t between them (B, 3, H, W).

    One field of motion is looked for from coarse to fine as seen at time t, both frames are warped along it and mixed
    by a mask (after RIFE: Huang et al. 2022, "Real-Time Intermediate Flow Estimation for Video Frame Interpolation"),
    with likenesses of features as the evidence (after PWC-Net: Sun et al. 2018). The frames as they are can be
    mixed in as well, and a pixel stays within the range of the four candidates, widened by LEEWAY and a quarter of it:
    where nothing moves, next to nothing can change.
    """

    GRID = 16  # the coarsest size is 1/16
    NOTES = 16

    def __init__(self, features: tuple[int, int, int, int] = (16, 24, 32, 48)) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, features[0], 3, 2, 1)
        self.down = nn.ModuleList(nn.Conv2d(features[i], features[i + 1], 3, 2, 1) for i in range(3))
        self.same = nn.ModuleList(nn.Conv2d(width, width, 3, padding=1) for width in features[1:])
        shapes = [(features[3], 48, 3), (features[2], 48, 2), (features[1], 32, 2)]
        self.steps = nn.ModuleList(Step(*shape, self.NOTES) for shape in shapes)
        self.inlet = nn.Conv2d(4 * 7 + self.NOTES, 32, 3, padding=1)
        self.block = Residual(32)
        self.outlet = nn.Conv2d(32, 4 * 7, 3, padding=1)
        _silence(self.outlet)

    def forward(self, before: Tensor, after: Tensor, t: Tensor) -> Tensor:
        height, width = before.shape[2:]
        factor = max(1, round(min(height, width) / WORK))
        grid = self.GRID * factor
        rim = (0, -width % grid, 0, -height % grid)
        before, after = (_padded(x, rim) for x in (before, after))
        first, second = (F.avg_pool2d(x, factor) for x in (before, after))
        motions, notes = self.motions(first, second, t)
        doubts = doubt(first, second, motions[-1], t)
        motion = F.interpolate(motions[-1], scale_factor=4 * factor, mode="bilinear") * 4 * factor
        notes = F.interpolate(notes, scale_factor=2 * factor, mode="bilinear")
        mix = self.mixed(before, after, motion, notes, t)
        nearer = torch.where(t[:, None, None, None] > 0.5, after, before)
        doubts = F.interpolate(doubts, scale_factor=4 * factor, mode="bilinear")
        return torch.lerp(mix, nearer, doubts)[..., :height, :width]

    def motions(self, before: Tensor, after: Tensor, t: Tensor) -> tuple[list[Tensor], Tensor]:
        """Motion (B, 2, h, w) from before to after of what is at each place at time t, at 1/16, 1/8 and 1/4 of the
        size, in pixels of that size; and notes at 1/4.
        """
        x = torch.cat([before, after]).contiguous(memory_format=torch.channels_last)
        x = F.leaky_relu(self.stem(x), 0.1)
        pyramid = []
        for down, same in zip(self.down, self.same, strict=True):
            x = F.leaky_relu(same(F.leaky_relu(down(x), 0.1)), 0.1)
            pyramid.append(x)
        batch, _, height, width = pyramid[-1].shape
        motion = x.new_zeros(batch // 2, 2, height, width)
        notes = x.new_zeros(batch // 2, self.NOTES, height, width)
        found: list[Tensor] = []
        for step, level in zip(self.steps, pyramid[::-1], strict=True):
            if found:
                motion, notes = (F.interpolate(x, scale_factor=2, mode="bilinear") for x in (2 * motion, notes))
            motion, notes = step(*level.chunk(2), motion, notes, t[:, None, None, None])
            found.append(motion)
        return found, notes

    def mixed(self, before: Tensor, after: Tensor, motion: Tensor, notes: Tensor, t: Tensor) -> Tensor:
        """Both frames warped along motion (B, 2, H, W), and as they are, mixed. notes: (B, NOTES, H/2, W/2)."""
        t = t[:, None, None, None]
        first, second = warp(before, -t * motion), warp(after, (1 - t) * motion)
        still = (before - after).abs().mean(1, keepdim=True)
        x = F.pixel_unshuffle(torch.cat([first, second, still], 1), 2)  # (B, 28, H/2, W/2)
        x = self.block(self.inlet(torch.cat([x, notes], 1).contiguous(memory_format=torch.channels_last)))
        logits, change = torch.split(F.pixel_shuffle(self.outlet(F.leaky_relu(x, 0.1)), 2), [4, 3], 1)
        prior = torch.cat([0.9 * (1 - t), 0.9 * t, 0.1 * (1 - t), 0.1 * t], 1).log()
        shares = (logits + prior).softmax(1)  # (B, 4, H, W)
        pictures = torch.stack([first, second, before, after], 1)  # (B, 4, 3, H, W)
        mix = (shares[:, :, None] * pictures).sum(1) + 4 * t * (1 - t) * change
        low, high = pictures.amin(1), pictures.amax(1)
        slack = LEEWAY + (high - low) / 4
        return torch.clamp(mix, low - slack, high + slack)


def doubt(before: Tensor, after: Tensor, motion: Tensor, t: Tensor) -> Tensor:
    """0 where both frames (B, 3, H, W), warped along motion (B, 2, H/4, W/4), agree on the whole, 1 where they do not
    in a wide neighbourhood: (B, 1, H/4, W/4). There the nearer frame is the better answer.
    """
    at = t[:, None, None, None]
    first, second = (F.avg_pool2d(x, 4) for x in (before, after))
    apart = (warp(first, -at * motion) - warp(second, (1 - at) * motion)).abs().mean(1, keepdim=True)
    wide = F.avg_pool2d(F.pad(apart, (8, 8, 8, 8), mode="replicate"), 17, 1)
    return ((wide - DOUBT[0]) / (DOUBT[1] - DOUBT[0])).clamp(0, 1)


def _padded(x: Tensor, rim: tuple[int, int, int, int]) -> Tensor:
    return F.pad(x, rim, mode="replicate") if any(rim) else x


@torch.inference_mode()
def banded(network: Callable[[Tensor], Tensor], frame: Tensor, reach: int, scale: int, device: str) -> Tensor:
    """A frame (3, H, W) through a network that makes it `scale` times as large, in bands, which see `reach` pixels of
    their neighbours and so come out as if there were none.
    """
    _, height, width = frame.shape
    rows = max(2, BAND // width // 2 * 2)
    bands = []
    for top in range(0, height, rows):
        above = min(reach + reach % 2, top)
        cut = frame[None, :, top - above : top + rows + reach].to(device)
        here = scale * min(rows, height - top)
        bands.append(network(cut)[0, :, scale * above : scale * above + here].to(frame.device))
    return torch.cat(bands, 1) if len(bands) > 1 else bands[0]


# --- clips ------------------------------------------------------------------------------------------------------------


class Enhancer:
    """Both networks, ready for clips of any length: frames come and go one at a time.

    Frames are float (3, H, W) in [-1, 1]; those made here may leave that range a little. To do both, enlarge first.
    """

    def __init__(self, upscaler: nn.Module, interpolator: nn.Module, device: str = "cpu") -> None:
        """Upscaler and Interpolator, or what takes and gives the same; an upscaler says its REACH."""
        self.device = device
        self.upscaler = upscaler.eval().requires_grad_(False).to(device)
        self.interpolator = interpolator.eval().requires_grad_(False).to(device)

    @classmethod
    def load(cls, card: Card, paths: dict[str, list[Path]], device: str = "cpu") -> Enhancer:
        """paths: files of the roles `upscale` and `interpolate`."""
        upscaler, interpolator = Upscaler(), Interpolator()
        for role, module in (("upscale", upscaler), ("interpolate", interpolator)):
            state = quantise.dequantise(quantise.load(paths[role]))
            try:
                module.load_state_dict(state)
            except RuntimeError as error:
                why = str(error).splitlines()[0]
                raise WeightsError(
                    f"'{card.name}': {paths[role][0].name} does not fit ({why}); reinstall soracli", "weights_damaged"
                ) from error
        return cls(upscaler, interpolator, device)

    def upscaled(self, frames: Iterable[Tensor], scale: int = 2) -> Iterator[Tensor]:
        """Frames (3, H, W) -> (3, scale H, scale W). scale: 2, or 4 = twice 2."""
        if scale not in (2, 4):
            raise UsageError(f"--scale {scale}: clips can be made 2 or 4 times as large; use 2 or 4", "bad_scale")
        for frame in frames:
            large = self._doubled(frame)
            yield large if scale == 2 else self._doubled(large)

    def enlarged(self, pixels: Tensor, size: tuple[int, int]) -> Tensor:
        """Pixels (1, 3, 1, H, W), doubled until they are at least as high and wide as that."""
        frame = pixels[0, :, 0]
        while frame.shape[1] < size[0] or frame.shape[2] < size[1]:
            frame = self._doubled(frame)
        return frame[None, :, None]

    def _doubled(self, frame: Tensor) -> Tensor:
        reach: int = self.upscaler.REACH  # type: ignore[assignment]
        return banded(self.upscaler, frame, reach, 2, self.device)

    def interpolated(
        self, frames: Iterable[Tensor], source: Fraction, fps: Fraction, loop: bool = False
    ) -> Iterator[Tensor]:
        """Frames at `source` a second -> the picture at every k / fps within the clip's duration.

        A frame whose time is asked for is passed through as it is; a lower rate only picks frames. After the last
        frame the clip stands still, or with `loop` moves on towards the first.
        """
        pace, place = source / fps, Fraction(0)  # of the picture to come, in source frames
        first: Tensor | None = None
        before: Tensor | None = None
        count = 0
        for after in frames:
            while before is not None and place < count:
                yield self._between(before, after, place - (count - 1), pace)
                place += pace
            first = after if first is None else first
            before, count = after, count + 1
        while before is not None and first is not None and place < count:
            yield self._between(before, first, place - (count - 1), pace) if loop else before
            place += pace

    def _between(self, before: Tensor, after: Tensor, share: Fraction, pace: Fraction) -> Tensor:
        return before if share == 0 or pace >= 1 else self.between(before, after, float(share))

    @torch.inference_mode()
    def between(self, before: Tensor, after: Tensor, share: float) -> Tensor:
        """The picture a share of the way from one frame to the next."""
        t = torch.tensor([share], device=self.device)
        pair = (x[None].to(self.device) for x in (before, after))
        out: Tensor = self.interpolator(*pair, t)[0]
        return out.to(before.device)
