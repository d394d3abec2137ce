"""LTX-Video 0.9.5 and later (HaCohen et al. 2024) behind the Model interface."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from soracli.models import Arrangement, published, shelf, t5
from soracli.models.ltx import layout, names
from soracli.models.ltx.layout import TIME, places
from soracli.models.ltx.transformer import LtxConfig, LtxTransformer
from soracli.models.ltx.vae import LtxVae, LtxVaeConfig
from soracli.models.published import adapters, configured
from soracli.models.shelf import Shelf
from soracli.models.t5 import T5, T5Config
from soracli.scene import Scene
from soracli.types import Card, Window

if TYPE_CHECKING:
    from tokenizers import Tokenizer

TOKENS = 256  # of a prompt at most
THOUSAND = 1000
DECODE_LEVEL, DECODE_NOISE = 0.05, 0.025  # noise that the decoder is told, and that it is given to remove


class Ltx:
    """See models.Model.

    card.params: tables `transformer`, `vae`, `text` (fields of LtxConfig, LtxVaeConfig, T5Config); `tokens` of a
    prompt; `sigmas` and `refining`: noise levels of a distilled model (see layout.levels); `jitter`: noise on given
    tokens, times the square of the noise level, which loosens movement.
    """

    guided = False

    def __init__(self, card: Card, parts: Shelf, tokenizer: Tokenizer, device: str = "cpu") -> None:
        self.card, self.parts, self.tokenizer, self.device = card, parts, tokenizer, device
        self.channels = configured(LtxConfig, card, "transformer").channels
        self._said: dict[str, tuple[Tensor, Tensor]] = {}

    @classmethod
    def load(cls, card: Card, paths: dict[str, list[Path]], device: str = "cpu") -> Ltx:
        """Roles: transformer, vae (may be the same file), text, tokenizer. Weights are read when they are needed."""
        half = torch.bfloat16 if device.startswith("cuda") else torch.float32
        config, vae = configured(LtxConfig, card, "transformer"), configured(LtxVaeConfig, card, "vae")
        read = partial(published.load, device=device)
        build, build_vae = partial(LtxTransformer, config), partial(LtxVae, vae)
        build_text = partial(T5, configured(T5Config, card, "text"))
        files, loras = paths["transformer"], adapters(card)
        makers: dict[str, Callable[[], torch.nn.Module]] = {
            "transformer": partial(read, build, files, names.TRANSFORMER, dtype=half, loras=loras),
            "vae": partial(read, build_vae, paths.get("vae", files), names.VAE, dtype=half),
            "text": partial(read, build_text, paths["text"], t5.FORM),
        }
        tokenizer = t5.tokenizer(paths["tokenizer"][0])
        return cls(card, Shelf(makers, alone=shelf.crowded(paths, device, 1.2)), tokenizer, device)

    def arrange(self, scene: Scene) -> Arrangement:
        trained, refining = (tuple(self.card.params.get(name, ())) for name in ("sigmas", "refining"))
        sigmas = layout.levels(scene.options.steps, scene.strength, trained, refining)
        found = layout.given(scene, self.channels, self.encode_from)
        if found is None:
            everything = torch.ones(1, len(scene.numbers), *scene.geometry.latent[1:], device=scene.device)
            return Arrangement(sigmas, scene.window(), everything, None)
        return Arrangement(sigmas, scene.window(stills=found.stills), found.mask, found.latents)

    def predictor(
        self, prompt: str, window: Window, sigmas: Sequence[float] = (), guidance: float = 1.0
    ) -> Callable[[Tensor, Tensor, float], Tensor]:
        context, mask = self.context(prompt)
        where = places(window.stills, window.chunks, window.height, window.width, float(window.fps)).to(self.device)
        jitter, draw = float(self.card.params.get("jitter", 0.0)), self.generator()

        def predict(x: Tensor, levels: Tensor, sigma: float) -> Tensor:
            network = self.parts.get("transformer", LtxTransformer)
            dtype = network.proj_in.weight.dtype
            tokens, each = x.flatten(2).transpose(1, 2), levels.flatten(1)  # (1, N, C), (1, N)
            if jitter > 0:
                noise = torch.randn(tokens.shape, generator=draw).to(x.device)
                tokens = torch.where(each[..., None] > 0, tokens, tokens + jitter * sigma**2 * noise)
            velocity: Tensor = network(tokens.to(dtype), each * THOUSAND, context.to(dtype), mask, where)
            return x - sigma * velocity.float().transpose(1, 2).reshape(x.shape)

        return predict

    def generator(self) -> torch.Generator:
        """Of the noise that is not the picture's own: the same every time."""
        return torch.Generator().manual_seed(0)

    def context(self, prompt: str) -> tuple[Tensor, Tensor]:
        """States of a prompt (1, L, 4096), and which of them are tokens (1, L): all, for padding is never seen."""
        if prompt not in self._said:
            ids, mask = t5.tokens(self.tokenizer, prompt, int(self.card.params.get("tokens", TOKENS)))
            ids, mask = (x[:, : int(mask.sum())].to(self.device) for x in (ids, mask))
            self._said[prompt] = self.parts.get("text", T5)(ids, mask), mask
        return self._said[prompt]

    def encode(self, pixels: Tensor) -> Tensor:
        return self.parts.get("vae", LtxVae).encode(pixels)

    def encode_from(self, pixels: Tensor, start: int) -> Tensor:
        """A clip that starts at this frame of the window."""
        return self.encode(pixels)

    def decode(self, latents: Tensor, *, still: bool = False) -> Iterator[Tensor]:
        """All at once, since the decoder looks both ways; handed out latent frame by latent frame."""
        noise = torch.randn(latents.shape, generator=self.generator()).to(latents.device)
        pixels = self.parts.get("vae", LtxVae).decode(latents, DECODE_LEVEL, noise, DECODE_NOISE)
        yield pixels[:, :, :1]
        yield from torch.split(pixels[:, :, 1:], TIME, 2) if pixels.shape[2] > 1 else ()
