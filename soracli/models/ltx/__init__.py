"""LTX-Video 0.9 (HaCohen et al. 2024) behind the Model interface."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from math import prod
from pathlib import Path

import torch
from torch import Tensor

from soracli.card import ALL, TURNS, Card
from soracli.models.common import acceleration, components, loading, parallel, t5
from soracli.models.common.components import Components
from soracli.models.common.loading import LoadOptions, adapters, configured
from soracli.models.common.prompt_states import Prompts, identity
from soracli.models.common.t5 import T5, T5Config
from soracli.models.common.tiling import of_pixels
from soracli.models.ltx import conditioning, key_map
from soracli.models.ltx.conditioning import SIDE, places
from soracli.models.ltx.transformer import LtxConfig, LtxTransformer
from soracli.models.ltx.vae import LtxVae, LtxVaeConfig
from soracli.sampling.conditioning import WindowInputs
from soracli.sampling.model import Conditioning
from soracli.types import Window

TOKENS = 256  # of a prompt at most
THOUSAND = 1000
LAG = 7  # since 0.9.5
DECODE_LEVEL, DECODE_NOISE = 0.05, 0.025  # noise that the decoder is told, and that it is given to remove


class Ltx:
    """See `sampling.model.Model`.

    card.params: tables `transformer`, `vae`, `text` (fields of LtxConfig, LtxVaeConfig, T5Config); `tokens` of a
    prompt; `sigmas` and `refining`: noise levels of a distilled model (see layout.levels); `jitter`: noise on given
    tokens, times the square of the noise level, which loosens movement; `packing` (see common.packing) and `stay`
    (card.STAYS): how weights are kept; `tiles`: pixels of those that are decoded one by one, 0 = none;
    `cache` and `compile`: see models.speed.
    """

    guided = None

    def __init__(self, card: Card, parts: Components, prompts: Prompts, device: str = "cpu") -> None:
        self.card, self.parts, self.prompts, self.device = card, parts, prompts, device
        self.channels = configured(LtxConfig, card, "transformer").channels
        self.lag = int(card.params.get("lag", LAG))

    @classmethod
    def load(cls, card: Card, paths: dict[str, list[Path]], device: str = "cpu") -> Ltx:
        """Roles: transformer, vae (may be the same file), text, tokenizer. Weights are read when they are needed."""
        half = torch.bfloat16 if device.startswith("cuda") else torch.float32
        config, vae = configured(LtxConfig, card, "transformer"), configured(LtxVaeConfig, card, "vae")
        stay = components.stay(card, paths, device)
        options = LoadOptions(device, packing=card.options.packing, in_turns=stay == TURNS)
        network = replace(options, dtype=half, loras=adapters(card))
        build, build_vae = partial(LtxTransformer, config), partial(LtxVae, vae)
        build_text, files = partial(T5, configured(T5Config, card, "text")), paths["transformer"]
        makers: dict[str, Callable[[], torch.nn.Module]] = {
            "transformer": partial(loading.load, build, files, key_map.TRANSFORMER, network),
            "vae": partial(
                loading.load, build_vae, paths.get("vae", files), key_map.vae(vae), LoadOptions(device, half)
            ),
            "text": partial(loading.load, build_text, paths["text"], t5.FORM, options),
        }
        if card.options.compile and stay != TURNS:
            makers["transformer"] = partial(acceleration.compiled, makers["transformer"])
        makers["transformer"] = partial(parallel.spread, makers["transformer"], "transformer")
        parts = Components(makers, exclusive=stay != ALL)
        tokenizer, tokens = t5.tokenizer(paths["tokenizer"][0]), int(card.params.get("tokens", TOKENS))
        return cls(card, parts, Prompts(parts, tokenizer, identity(card, paths, device), tokens, device), device)

    def condition(self, inputs: WindowInputs) -> Conditioning:
        trained, refining = (tuple(self.card.params.get(name, ())) for name in ("sigmas", "refining"))
        sigmas = conditioning.levels(self.usual(inputs), inputs.strength, trained, refining)
        found = conditioning.given(inputs, self.channels, self.encode_from, self.lag)
        if found is None:
            everything = torch.ones(1, len(inputs.numbers), *inputs.geometry.latent[1:], device=inputs.device)
            return Conditioning(sigmas, inputs.window(), everything, None)
        return Conditioning(sigmas, inputs.window(stills=found.stills), found.mask, found.latents)

    def usual(self, inputs: WindowInputs) -> list[float]:
        """Noise levels of so many steps."""
        if "shifting" not in self.card.params:
            return conditioning.linear_quadratic(inputs.options.steps)
        tokens = len(inputs.numbers) * prod(inputs.geometry.latent[1:])
        return configured(conditioning.Shifting, self.card, "shifting").levels(inputs.options.steps, tokens)

    def predictor(
        self, prompt: str, window: Window, sigmas: Sequence[float] = (), guidance: float = 1.0
    ) -> Callable[[Tensor, Tensor, float], Tensor]:
        context = self.prompts.states(prompt)  # all of it tokens: padding is never seen, so there is none
        at = (window.stills, window.chunks, window.height, window.width, float(window.fps))
        where = places(*at, self.lag).to(self.device)
        skipping = acceleration.by_network(self.card.options.cache, ("transformer",)).get("transformer")
        jitter, draw = float(self.card.params.get("jitter", 0.0)), self.generator()

        def predict(x: Tensor, levels: Tensor, sigma: float) -> Tensor:
            network = self.parts.get("transformer", LtxTransformer)
            dtype = network.proj_in.weight.dtype
            tokens, each = x.flatten(2).transpose(1, 2), levels.flatten(1)  # (1, N, C), (1, N)
            if jitter > 0:
                noise = torch.randn(tokens.shape, generator=draw).to(x.device)
                tokens = torch.where(each[..., None] > 0, tokens, tokens + jitter * sigma**2 * noise)
            if bool((each == sigma).all()):  # one for all, which needs less memory
                each = each[:, :1]
            velocity: Tensor = network(tokens.to(dtype), each * THOUSAND, context.to(dtype), None, where, skipping)
            return x - sigma * velocity.float().transpose(1, 2).reshape(x.shape)

        return predict

    def unconditional(
        self, negative: str, prompt: str, window: Window, sigmas: Sequence[float]
    ) -> Callable[[Tensor, Tensor, float], Tensor]:
        return self.predictor(negative, window)

    def generator(self) -> torch.Generator:
        """Generator of the noise on conditioning pictures, seeded alike for every call."""
        return torch.Generator().manual_seed(0)

    def encode(self, pixels: Tensor) -> Tensor:
        return self.parts.get("vae", LtxVae).encode(pixels)

    def encode_from(self, pixels: Tensor, start: int) -> Tensor:
        """A clip that starts at this frame of the window."""
        return self.encode(pixels)

    def decode(self, latents: Tensor, *, still: bool = False) -> Iterator[Tensor]:
        draw = self.generator()
        noise = torch.randn(latents.shape, generator=draw).to(latents.device)
        tiling = of_pixels(self.card.tiles or 0, SIDE, time=True)
        vae = self.parts.get("vae", LtxVae)
        yield from vae.decode(latents, DECODE_LEVEL, noise, DECODE_NOISE, tiling, self.grain(draw))

    def grain(self, draw: torch.Generator) -> torch.Generator:
        """Generator of the noise that decoder blocks inject, drawn after that on their latents."""
        return draw
