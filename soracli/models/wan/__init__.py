"""Wan 2.1 and 2.2 (Wan Team 2025) behind the Model interface: text, pictures, VACE, two experts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from soracli import flow
from soracli.errors import WeightsError
from soracli.models import Arrangement, published, shelf, t5
from soracli.models.published import adapters, configured
from soracli.models.shelf import Shelf
from soracli.models.t5 import T5, T5Config
from soracli.models.wan import layout, names
from soracli.models.wan.layout import WAYS, Control
from soracli.models.wan.transformer import PATCH, WanConfig, WanTransformer
from soracli.models.wan.vae import WanVae, WanVaeConfig
from soracli.scene import Scene
from soracli.types import Card, Window

if TYPE_CHECKING:
    from tokenizers import Tokenizer

TOKENS = 512  # of a prompt; padding is attended to, so the number is the model's


class Wan:
    """See models.Model.

    card.params: tables `transformer`, `vae`, `text` (fields of WanConfig, WanVaeConfig, T5Config); `way` (see layout);
    `tokens` of a prompt; `boundary`: share of the noise below which the second expert paints.
    """

    guided = False

    def __init__(self, card: Card, parts: Shelf, tokenizer: Tokenizer, device: str = "cpu") -> None:
        self.card, self.parts, self.tokenizer, self.device = card, parts, tokenizer, device
        self.config = configured(WanConfig, card, "transformer")
        self.channels = self.config.channels
        self.way = card.params.get("way", "replaced")
        if self.way not in WAYS:
            raise WeightsError(f"model '{card.name}': way '{self.way}' is none of {', '.join(WAYS)}", "manifest")
        self._said: dict[str, Tensor] = {}

    @classmethod
    def load(cls, card: Card, paths: dict[str, list[Path]], device: str = "cpu") -> Wan:
        """Roles: transformer, low (the second expert), vae, text, tokenizer. Weights are read when they are needed."""
        half = torch.bfloat16 if device.startswith("cuda") else torch.float32
        config, vae = configured(WanConfig, card, "transformer"), configured(WanVaeConfig, card, "vae")
        read = partial(published.load, device=device)
        makers: dict[str, Callable[[], torch.nn.Module]] = {
            "vae": partial(read, partial(WanVae, vae), paths["vae"], names.VAE, dtype=torch.float32),
            "text": partial(read, partial(T5, configured(T5Config, card, "text")), paths["text"], t5.FORM),
        }
        build, loras = partial(WanTransformer, config), adapters(card)
        for role in ("transformer", "low"):
            if role in paths:
                makers[role] = partial(read, build, paths[role], names.TRANSFORMER, dtype=half, loras=loras)
        tokenizer = t5.tokenizer(paths["tokenizer"][0])
        return cls(card, Shelf(makers, alone=shelf.crowded(paths, device, 1.2)), tokenizer, device)

    def arrange(self, scene: Scene) -> Arrangement:
        options = scene.options
        extra, latents, mask = layout.given(self.way, scene, scene.geometry.stride[1], self.encode)
        sigmas = layout.levels(options.steps, options.shift, options.solver, scene.strength)
        window = scene.window(Control(options.solver == "unipc", extra))
        return Arrangement(sigmas, window, mask, latents)

    def predictor(
        self, prompt: str, window: Window, sigmas: Sequence[float] = (), guidance: float = 1.0
    ) -> Callable[[Tensor, Tensor, float], Tensor]:
        context, control = self.context(prompt), window.control
        assert isinstance(control, Control)
        boundary = float(self.card.params.get("boundary", 0.0)) if "low" in self.parts else 0.0
        eps: dict[torch.Size, Tensor] = {}

        def predict(x: Tensor, levels: Tensor, sigma: float) -> Tensor:
            time = layout.whole(sigma) if control.whole else sigma * layout.THOUSAND
            network = self.parts.get("low" if time < boundary * layout.THOUSAND else "transformer", WanTransformer)
            if self.way == "replaced" and bool((levels == 0).any()):
                if x.shape not in eps:
                    eps[x.shape] = torch.randn(x.shape, generator=torch.Generator().manual_seed(0)).to(x.device)
                x = torch.where(levels[:, None] > 0, x, flow.noised(x, eps[x.shape], sigma))
            times = torch.full((1,), time, device=x.device)
            if self.way == "tokens":
                times = ((levels > 0)[:, :, ::PATCH, ::PATCH] * times).flatten(1)  # (1, N)
            dtype = network.patch_embedding.weight.dtype
            seen, tensor = x, control.extra
            if self.way == "channels" and tensor is not None:
                seen, tensor = torch.cat([x, tensor], 1), None
            tensor = None if tensor is None else tensor.to(dtype)
            velocity: Tensor = network(seen.to(dtype), times, context.to(dtype), tensor)
            return x - sigma * velocity.float()

        return predict

    def context(self, prompt: str) -> Tensor:
        """States of a prompt (1, tokens, 4096); those of padding are zero."""
        if prompt not in self._said:
            ids, mask = t5.tokens(self.tokenizer, prompt, int(self.card.params.get("tokens", TOKENS)))
            ids, mask = ids.to(self.device), mask.to(self.device)
            states = self.parts.get("text", T5)(ids, mask)
            self._said[prompt] = states * mask[..., None].to(states.dtype)
        return self._said[prompt]

    def encode(self, pixels: Tensor) -> Tensor:
        return self.parts.get("vae", WanVae).encode(pixels)

    def decode(self, latents: Tensor, *, still: bool = False) -> Iterator[Tensor]:
        return self.parts.get("vae", WanVae).decode(latents)
