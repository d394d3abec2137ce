"""How Wan's networks are told what is given. Each was trained for one way:

control     VACE: kept pixels, pixels to change and the mask, encoded into 96 channels (Jiang et al. 2025, section 3.2)
channels    image to video: the mask in 4 channels and the encoded pixels in 16, next to the noisy ones
tokens      2.2 5B: given latents in the picture itself, told as noise level 0
replaced    text to video, which was trained for none: given latents at the noise level of the others

    T, H, W frames and pixels   t, h, w latent grid   grey = 0 in [-1, 1]
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from soracli.models.common.causal import cells, together
from soracli.models.wan.transformer import PATCH
from soracli.models.wan.vae import CHUNK
from soracli.sampling import flow
from soracli.sampling.conditioning import WindowInputs
from soracli.types import Frames

WAYS = ("control", "channels", "tokens", "replaced")
LUMA = (0.299, 0.587, 0.114)  # ITU-R BT.601
NEARLY = 1 - 1e-6  # where UniPC starts: at 1 the log-SNR has no end
THOUSAND = 1000
Encode = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class Control:
    """What the network sees beside the noisy latents.

    whole: whether times are whole thousandths, as the model saw with UniPC. extra: (1, 96 or 20, t, h, w). seen: states
    of pictures (1, M, 1280).
    """

    whole: bool
    extra: Tensor | None = None
    seen: Tensor | None = None


def levels(steps: int, shift: float, solver: str, start: float, trained: Sequence[float] = ()) -> list[float]:
    """Falling noise levels from `start` to 0, as Wan's own schedulers make them for this solver.

    Of float32 precision, like theirs: near 1 the log-SNR, by which UniPC steps, hangs on the last digit.
    trained: those of a distilled model before they are shifted, used instead if there are so many steps.
    """
    if len(trained) == steps:
        even = torch.tensor(trained, dtype=torch.float64)
        shifted = flow.shifted(even, shift).clamp(max=NEARLY if solver == "unipc" else 1.0).float().tolist()
        return [*shifted, 0.0] if start == 1 else [start, *(level for level in shifted if level < start), 0.0]
    if solver == "unipc":
        even = torch.linspace(1, 1 / THOUSAND, steps + 1, dtype=torch.float64)[:-1]
        sigmas = flow.shifted(even, shift).clamp(max=NEARLY)
    else:  # diffusers shifts the end of this one twice, and results should be the same
        last = float(flow.shifted(torch.tensor(1 / THOUSAND, dtype=torch.float64), shift).float())
        sigmas = flow.shifted(torch.linspace(1, last, steps, dtype=torch.float64), shift)
    return [*(start * sigmas).float().tolist(), 0.0]


def whole(sigma: float) -> float:
    """A noise level in whole thousandths, cut; what float32 is short of one does not count."""
    return float(int(round(sigma * THOUSAND, 3)))


def controlled(pixels: Tensor, paint: Tensor, strength: float, encode: Encode) -> Tensor:
    """VACE's tensor (1, 96, t, h, w) of pixels (1, 3, T, H, W) and what of them to paint (1, 1, T, H, W).

    Below full strength the pixels to change are shown as well, in grey, which VACE was trained to colour.
    """
    kept = pixels * (1 - paint)
    changed = torch.zeros_like(pixels)
    if strength < 1:
        weights = torch.tensor(LUMA, device=pixels.device).view(1, 3, 1, 1, 1)
        changed = (pixels * weights).sum(1, keepdim=True).expand_as(pixels) * paint
    parts = [encode(kept), encode(changed)]
    return torch.cat([*parts, _blocks(paint, parts[0].shape[2:])], 1)


def reference(picture: Frames, height: int, width: int) -> Tensor:
    """A picture of whom is to be seen (1, H, W, 3) -> (1, 3, 1, height, width) in [-1, 1]: all of it, amid white.

    Scaled to what fits by the weights of four pixels, as VACE was shown them.
    """
    x = torch.tensor(picture).permute(0, 3, 1, 2).float() / 255 * 2 - 1
    scale = min(height / x.shape[2], width / x.shape[3])
    high, wide = (max(1, int(length * scale)) for length in x.shape[2:])
    shown = torch.ones(1, 3, 1, height, width)
    top, left = (height - high) // 2, (width - wide) // 2
    shown[:, :, 0, top : top + high, left : left + wide] = F.interpolate(x, (high, wide), mode="bilinear")
    return shown


def with_references(
    inputs: WindowInputs, encode: Encode, control: Tensor, start: Tensor | None
) -> tuple[Tensor, Tensor | None]:
    """VACE's tensor and given latents with a latent frame in front for each picture of a subject, the last one first.

    Each is a kept picture of which nothing is to change, and is painted again by the network; so they are given.
    """
    height, width = inputs.geometry.height, inputs.geometry.width
    pictures = [reference(picture, height, width) for picture in reversed(inputs.canvas.subjects)]
    if not pictures:
        return control, start
    kept = torch.cat([encode(picture.to(inputs.device)) for picture in pictures], 2)
    rest = kept.new_zeros(1, control.shape[1] - kept.shape[1], *kept.shape[2:])
    lead = torch.cat([kept, rest], 1)
    return torch.cat([lead, control], 2), None if start is None else torch.cat([kept, start], 2)


def _blocks(paint: Tensor, grid: torch.Size) -> Tensor:
    """Every block of 8x8 pixels of the mask as 64 channels; of each four frames one, as the original picks it."""
    frames, high, wide = grid
    x = paint[0, 0].reshape(paint.shape[2], high, paint.shape[3] // high, wide, paint.shape[4] // wide)
    x = x.permute(2, 4, 0, 1, 3).flatten(0, 1)[None]  # (1, 64, T, h, w)
    return F.interpolate(x, size=(frames, high, wide), mode="nearest-exact")


def beside(pixels: Tensor, paint: Tensor, encode: Encode) -> Tensor:
    """What stands next to the noisy channels (1, 20, t, h, w): 4 of the mask, 1 = given, and 16 of the pixels."""
    latents = encode(pixels * (1 - paint))
    frames, high, wide = latents.shape[2:]
    given = F.interpolate(1 - paint, size=(paint.shape[2], high, wide), mode="nearest")
    given = torch.cat([given[:, :, :1].expand(-1, -1, CHUNK, -1, -1), given[:, :, 1:]], 2)
    given = given[:, 0].reshape(1, frames, CHUNK, high, wide).transpose(1, 2)  # (1, 4, t, h, w)
    return torch.cat([given, latents], 1)


def shown(inputs: WindowInputs, both: bool) -> Tensor | None:
    """The given first frame (1, 3, H, W), for a network that sees pictures; with the last one if it sees `both`.

    One that is not given is not shown; where both are wanted and one is given, it stands for both. None = nothing is.
    """
    if inputs.blank:
        return None
    pixels, paint = inputs.clip()
    ends = [at for at in (0, -1) if not bool((paint[0, 0, at] > 0).any())]
    found = [pixels[:, :, at] for at in (ends if both else ends[:1])]
    return torch.cat((found * 2)[:2] if both else found) if found else None


def given(way: str, inputs: WindowInputs, side: int, encode: Encode) -> tuple[Tensor | None, Tensor | None, Tensor]:
    """(extra channels, given latents, mask (1, t, h, w) of what to paint). side: pixels of a latent cell."""
    geometry = inputs.geometry
    grid = (len(inputs.numbers), *geometry.latent[1:])
    everything = torch.ones(1, *grid, device=inputs.device)
    if inputs.blank and way in ("tokens", "replaced"):
        return None, None, everything
    if inputs.blank:
        pixels = torch.zeros(1, 3, len(inputs.frames), geometry.height, geometry.width, device=inputs.device)
        paint = torch.ones_like(pixels[:, :1])
    else:
        pixels, paint = inputs.clip()
    start = encode(pixels) if inputs.strength < 1 or inputs.drafted else None
    if way == "control":
        tensor = controlled(pixels, paint, inputs.strength, encode)
        tensor, start = with_references(inputs, encode, tensor, start)
        return tensor, start, everything[:, :1].expand(-1, tensor.shape[2], -1, -1)
    if way == "channels":
        return beside(pixels, paint, encode), start, everything
    mask = together(cells(paint, CHUNK, side), PATCH)
    return None, encode(pixels) if start is None else start, mask
