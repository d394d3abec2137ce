"""Wan 2.1 and 2.2 (Wan Team 2025) behind the Model interface: text, pictures, VACE, two experts."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import torch
from torch import Tensor

from soracli.card import ALL, TURNS, Card
from soracli.errors import WeightsError
from soracli.models.common import acceleration, clip_vision, components, loading, parallel, t5
from soracli.models.common.clip_vision import Vision, VisionConfig, prepared
from soracli.models.common.components import Components
from soracli.models.common.loading import LoadOptions, adapters, configured
from soracli.models.common.prompt_states import Prompts, identity, padded
from soracli.models.common.t5 import T5, T5Config
from soracli.models.common.tiling import of_pixels
from soracli.models.wan import causal, conditioning, key_map
from soracli.models.wan.conditioning import WAYS, Control
from soracli.models.wan.transformer import PATCH, WanConfig, WanTransformer
from soracli.models.wan.vae import WanVae, WanVaeConfig
from soracli.sampling import flow
from soracli.sampling.conditioning import WindowInputs
from soracli.sampling.model import Conditioning
from soracli.types import Window

TOKENS = 512  # of a prompt; padding is attended to, so the number is the model's


def cleaned(prompt: str) -> str:
    """As Wan's own code reads prompts: broken and look-alike characters put right, HTML entities undone."""
    import ftfy

    return " ".join(html.unescape(html.unescape(ftfy.fix_text(prompt))).split())


class Wan:
    """See `sampling.model.Model`.

    card.params: tables `transformer`, `vae`, `text`, `vision` (fields of WanConfig, WanVaeConfig, T5Config,
    VisionConfig); `way` (see layout); `tokens` of a prompt; `boundary`: share of the noise below which the second
    expert paints, with `low_share` of the guidance; `chunk`: latent frames that are painted at a time by a network that
    looks back alone (see `causal`), 0 = all together; `sigmas` and `opening`: noise levels of a distilled model before
    they are shifted, of all it paints and of its first chunk; `packing` (see common.packing) and `stay` (card.STAYS):
    how weights are kept; `tiles`: pixels of those that are decoded one by one, 0 = none; `cache` and `compile`: see
    models.speed.
    """

    guided = None

    def __init__(self, card: Card, parts: Components, prompts: Prompts, device: str = "cpu") -> None:
        self.card, self.parts, self.prompts, self.device = card, parts, prompts, device
        self.config = configured(WanConfig, card, "transformer")
        self.channels = self.config.channels
        self.way = card.params.get("way", "replaced")
        if self.way not in WAYS:
            raise WeightsError(f"model '{card.name}': way '{self.way}' is none of {', '.join(WAYS)}", "manifest")

    @classmethod
    def load(cls, card: Card, paths: dict[str, list[Path]], device: str = "cpu") -> Wan:
        """Roles: transformer, low (the second expert), vae, text, tokenizer, vision (what sees pictures).

        Weights are read when they are needed.
        """
        half = torch.bfloat16 if device.startswith("cuda") else torch.float32
        config, vae = configured(WanConfig, card, "transformer"), configured(WanVaeConfig, card, "vae")
        stay = components.stay(card, paths, device)
        options = LoadOptions(device, packing=card.options.packing, in_turns=stay == TURNS)
        whole = LoadOptions(device, torch.float32)
        build_text = partial(T5, configured(T5Config, card, "text"))
        makers: dict[str, Callable[[], torch.nn.Module]] = {
            "vae": partial(loading.load, partial(WanVae, vae), paths["vae"], key_map.VAE, whole),
            "text": partial(loading.load, build_text, paths["text"], t5.FORM, options),
        }
        build = partial(WanTransformer, config)
        for role in ("transformer", "low"):
            if role in paths:
                network = replace(options, dtype=half, loras=adapters(card, role if "low" in paths else ""))
                makers[role] = partial(loading.load, build, paths[role], key_map.TRANSFORMER, network)
                if card.options.compile and stay != TURNS:
                    makers[role] = partial(acceleration.compiled, makers[role])
                makers[role] = partial(parallel.spread, makers[role], role)
        if "vision" in paths:
            build_vision = partial(Vision, configured(VisionConfig, card, "vision"))
            makers["vision"] = partial(
                loading.load, build_vision, paths["vision"], clip_vision.FORM, LoadOptions(device, half)
            )
        parts = Components(makers, exclusive=stay != ALL)
        tokenizer, tokens = t5.tokenizer(paths["tokenizer"][0]), int(card.params.get("tokens", TOKENS))
        prompts = Prompts(parts, tokenizer, identity(card, paths, device), tokens, device, cleaned)
        return cls(card, parts, prompts, device)

    def condition(self, inputs: WindowInputs) -> Conditioning:
        options = inputs.options
        extra, latents, mask = conditioning.given(self.way, inputs, inputs.geometry.stride[1], self.encode)
        trained = self.card.params.get("sigmas", ())
        sigmas = conditioning.levels(options.steps, options.shift, options.solver, inputs.strength, trained)
        control = Control(options.solver == "unipc", extra, self.seen(inputs))
        window = inputs.window(control, stills=[0.0] * (mask.shape[1] - len(inputs.numbers)))
        first = self.card.params.get("opening", ()) if len(trained) == options.steps else ()
        opening = (
            conditioning.levels(len(first), options.shift, options.solver, inputs.strength, first) if first else ()
        )
        return Conditioning(sigmas, window, mask, latents, opening)

    def predictor(
        self, prompt: str, window: Window, sigmas: Sequence[float] = (), guidance: float = 1.0
    ) -> Callable[[Tensor, Tensor, float], Tensor]:
        context, control = self.context(prompt), window.control
        assert isinstance(control, Control)
        if chunk := int(self.card.params.get("chunk", 0)):
            run = causal.run_by(self.parts.get("transformer", WanTransformer), context)
            return causal.Streaming(run, self.config.depth, chunk)
        boundary = float(self.card.params.get("boundary", 0.0)) if "low" in self.parts else 0.0
        eps: dict[torch.Size, Tensor] = {}
        skipping = acceleration.by_network(self.card.options.cache, ("transformer", "low"))

        def predict(x: Tensor, levels: Tensor, sigma: float) -> Tensor:
            time = conditioning.whole(sigma) if control.whole else sigma * conditioning.THOUSAND
            which = "low" if time < boundary * conditioning.THOUSAND else "transformer"
            network = self.parts.get(which, WanTransformer)
            if self.way == "replaced" and bool((levels == 0).any()):
                if x.shape not in eps:
                    eps[x.shape] = torch.randn(x.shape, generator=torch.Generator().manual_seed(0)).to(x.device)
                x = torch.where(levels[:, None] > 0, x, flow.noised(x, eps[x.shape], sigma))
            times = torch.full((1,), time, device=x.device)
            if self.way == "tokens" and bool((levels == 0).any()):  # else one time for all, which needs less memory
                times = ((levels > 0)[:, :, ::PATCH, ::PATCH] * times).flatten(1)  # (1, N)
            dtype = network.patch_embedding.weight.dtype
            seen, tensor = x, control.extra
            if self.way == "channels" and tensor is not None:
                seen, tensor = torch.cat([x, tensor], 1), None
            tensor = None if tensor is None else tensor.to(dtype)
            sight = None if control.seen is None else control.seen.to(dtype)
            velocity: Tensor = network(seen.to(dtype), times, context.to(dtype), tensor, skipping.get(which), sight)
            return x - sigma * velocity.float()

        return predict

    def unconditional(
        self, negative: str, prompt: str, window: Window, sigmas: Sequence[float]
    ) -> Callable[[Tensor, Tensor, float], Tensor]:
        return self.predictor(negative, window)

    def context(self, prompt: str) -> Tensor:
        """States of a prompt (1, tokens, 4096); those of padding are zero."""
        return padded(self.prompts.states(prompt), self.prompts.tokens)

    def seen(self, inputs: WindowInputs) -> Tensor | None:
        """States of the given first frame, and of the last if the network has places for both, (1, M, 1280)."""
        pictures = conditioning.shown(inputs, self.config.places > 0) if "vision" in self.parts else None
        if pictures is None:
            return None
        clip = self.parts.get("vision", Vision)
        weight = clip.embeddings.patch_embedding.weight
        states: Tensor = clip(prepared(pictures, clip.config.side).to(weight.dtype))
        return states.flatten(0, 1)[None]

    def encode(self, pixels: Tensor) -> Tensor:
        return self.parts.get("vae", WanVae).encode(pixels)

    def streamed(self, latents: Iterator[Tensor]) -> Iterator[Tensor]:
        """See `sampling.model.Streamer`."""
        return self.parts.get("vae", WanVae).streamed(latents)

    def decode(self, latents: Tensor, *, still: bool = False) -> Iterator[Tensor]:
        tiling = of_pixels(self.card.tiles or 0, self.card.stride[1], time=False)
        return self.parts.get("vae", WanVae).decode(latents, tiling)
