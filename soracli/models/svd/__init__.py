"""Stable Video Diffusion (Blattmann et al. 2023) behind the Model interface: a picture becomes a clip."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

import torch
from torch import Tensor, nn

from soracli.card import ALL, Card
from soracli.models.common import clip_vision, components, loading
from soracli.models.common.clip_vision import Vision, VisionConfig
from soracli.models.common.components import Components
from soracli.models.common.loading import FileLayout, LoadOptions, configured
from soracli.models.svd import conditioning
from soracli.models.svd.conditioning import Control
from soracli.models.svd.unet import Unet, UnetConfig
from soracli.models.svd.vae import SvdVae, SvdVaeConfig
from soracli.sampling.conditioning import WindowInputs
from soracli.sampling.model import Conditioning
from soracli.types import Window

MOTION, NOISE = 127.0, 0.02  # usual amount of motion, 1 .. 255; deviation of the noise on the picture
PICTURE_NOISE = 1 << 33  # seeds of that noise are so far from those of clips
VISION = FileLayout(drop=clip_vision.FORM.drop.split("|")[0])


class ImageEncoder(nn.Module):
    """CLIP's picture tower with its projection: (B, 3, side, side) -> (B, width)."""

    def __init__(self, config: VisionConfig, width: int) -> None:
        super().__init__()
        self.vision_model, self.visual_projection = Vision(config), nn.Linear(config.width, width, bias=False)

    def forward(self, pictures: Tensor) -> Tensor:
        found: Tensor = self.visual_projection(self.vision_model.pooled(pictures))
        return found


class Svd:
    """See `sampling.model.Model`.

    card.params: tables `unet`, `vae`, `vision` (fields of UnetConfig, SvdVaeConfig, VisionConfig); `motion` and
    `noise`: what it is told; `first_guidance`: of the first frame, from where it rises to the last; `together`: frames
    that are decoded at once, 0 = all; `stay` (card.STAYS).
    """

    guided = (1.0, 100.0)  # both passes are made here, for guidance differs from frame to frame

    def __init__(self, card: Card, parts: Components, device: str = "cpu") -> None:
        self.card, self.parts, self.device = card, parts, device
        self.channels = configured(UnetConfig, card, "unet").channels

    @classmethod
    def load(cls, card: Card, paths: dict[str, list[Path]], device: str = "cpu") -> Svd:
        """Roles: unet, vae, vision. Weights are read when they are needed."""
        half = torch.bfloat16 if device.startswith("cuda") else torch.float32
        unet, vae = configured(UnetConfig, card, "unet"), configured(SvdVaeConfig, card, "vae")
        vision = partial(ImageEncoder, configured(VisionConfig, card, "vision"), unet.context)
        whole = LoadOptions(device, torch.float32)
        makers: dict[str, Callable[[], nn.Module]] = {
            "unet": partial(loading.load, partial(Unet, unet), paths["unet"], FileLayout(), LoadOptions(device, half)),
            "vae": partial(loading.load, partial(SvdVae, vae), paths["vae"], FileLayout(), whole),
            "vision": partial(loading.load, vision, paths["vision"], VISION, whole),
        }
        return cls(card, Components(makers, exclusive=components.stay(card, paths, device) != ALL), device)

    def condition(self, inputs: WindowInputs) -> Conditioning:
        picture = inputs.clip()[0][:, :, 0]  # (1, 3, H, W)
        sigmas = conditioning.levels(inputs.options.steps)
        grid = (1, len(inputs.numbers), *inputs.geometry.latent[1:])
        from_nothing = torch.zeros(1, self.channels, *grid[1:], device=inputs.device)  # what the noise is added to
        window = inputs.window(self.control(picture, float(inputs.options.fps), inputs.options.seed))
        return Conditioning(sigmas, window, torch.ones(grid, device=inputs.device), from_nothing)

    def control(self, picture: Tensor, fps: float, seed: int) -> Control:
        """Conditioning on a picture (1, 3, H, W) in [-1, 1]. fps: of the result. seed: of the noise on the picture."""
        motion, noise = (float(self.card.params.get(key, usual)) for key, usual in
                         (("motion", MOTION), ("noise", NOISE)))  # fmt: skip
        encoder = self.parts.get("vision", ImageEncoder)
        embedding = encoder(conditioning.squeezed(picture, encoder.vision_model.config.side))[:, None]
        drawn = torch.randn(picture.shape, generator=torch.Generator().manual_seed(seed + PICTURE_NOISE))
        latents = self.parts.get("vae", SvdVae).encode(picture + noise * drawn.to(picture.device))
        return Control(embedding, latents, torch.tensor([[round(fps) - 1, motion, noise]], device=picture.device))

    def predictor(
        self, prompt: str, window: Window, sigmas: Sequence[float] = (), guidance: float = 1.0
    ) -> Callable[[Tensor, Tensor, float], Tensor]:
        control = window.control
        assert isinstance(control, Control)
        first = float(self.card.params.get("first_guidance", 1.0))

        def predict(x: Tensor, levels: Tensor, sigma: float) -> Tensor:
            shown = self._said(x, sigma, control)
            if guidance == 1:
                return conditioning.clean(x, shown, sigma)
            unshown = self._said(x, sigma, self._none(control))
            scales = torch.linspace(first, guidance, x.shape[2], device=x.device).view(1, 1, -1, 1, 1)
            return conditioning.clean(x, unshown + scales * (shown - unshown), sigma)

        return predict

    def unconditional(
        self, negative: str, prompt: str, window: Window, sigmas: Sequence[float]
    ) -> Callable[[Tensor, Tensor, float], Tensor]:
        """The prediction without the picture: its embedding and latents are zero."""
        control = window.control
        assert isinstance(control, Control)
        return lambda x, levels, sigma: conditioning.clean(x, self._said(x, sigma, self._none(control)), sigma)

    def _none(self, control: Control) -> Control:
        return Control(torch.zeros_like(control.embedding), torch.zeros_like(control.latents), control.told)

    def _said(self, x: Tensor, sigma: float, control: Control) -> Tensor:
        """What the network predicts of noisy latents (1, C, T, h, w)."""
        network = self.parts.get("unet", Unet)
        beside = control.latents[:, :, None].expand(-1, -1, x.shape[2], -1, -1)
        seen = torch.cat([conditioning.scaled(x, sigma), beside], 1)
        times = torch.full((1,), conditioning.time(sigma), device=x.device)
        found: Tensor = network(seen, times, control.embedding.to(network.conv_in.weight.dtype), control.told)
        return found.float()

    def encode(self, pixels: Tensor) -> Tensor:
        vae = self.parts.get("vae", SvdVae)
        return torch.stack([vae.encode(frame) * vae.config.scale for frame in pixels.unbind(2)], 2)

    def decode(self, latents: Tensor, *, still: bool = False) -> Iterator[Tensor]:
        return self.parts.get("vae", SvdVae).decode(latents, int(self.card.params.get("together", 0)))
