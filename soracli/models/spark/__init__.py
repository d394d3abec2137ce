"""The embedded model: compression network, transformer and text encoder joined behind the Model interface."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import pairwise
from pathlib import Path

import torch
from safetensors import safe_open
from torch import Tensor

from soracli.card import Card
from soracli.errors import WeightsError
from soracli.models.common import precision, quantise
from soracli.models.common.loading import adapters
from soracli.models.common.lora import Lora, additions
from soracli.models.spark import steering
from soracli.models.spark.dit import Control, Dit, DitConfig, Jump, Layout, TextKeys
from soracli.models.spark.text import TextEncoder
from soracli.models.spark.vae import CHUNK, Vae, VaeConfig
from soracli.sampling import flow
from soracli.sampling.conditioning import WindowInputs
from soracli.sampling.mirror import names_side
from soracli.sampling.model import Conditioning
from soracli.types import Window


class Spark:
    """See `sampling.model.Model`. Deterministic for one machine and thread count."""

    def __init__(self, card: Card, vae: Vae, dit: Dit, text: TextEncoder) -> None:
        self.card = card
        self.channels = dit.config.channels
        self.guided: tuple[float, float] | None = None
        if dit.config.few:
            low, high = card.params.get("guided", (1.0, 1.0))
            self.guided = low, high
        self.vae = vae.eval().requires_grad_(False)
        self.dit = dit.eval().requires_grad_(False)
        self.text = text

    @classmethod
    def load(cls, card: Card, paths: dict[str, list[Path]], device: str = "cpu") -> Spark:
        """card.params: tables `vae` and `dit` (fields of VaeConfig, DitConfig). Roles without files stay random."""
        with torch.device("meta" if "vae" in paths else "cpu"):  # no random numbers where files have the weights
            vae = Vae(VaeConfig(**card.params.get("vae", {})))
        with torch.device("meta" if "transformer" in paths else "cpu"):
            dit = Dit(DitConfig(**card.params.get("dit", {})))
        if "vae" in paths:
            _fill(vae, paths["vae"], card)
        else:
            _random_basis(vae)
        if "transformer" in paths:
            _fill(dit, paths["transformer"], card)
        _adapt(dit, [one for one in adapters(card) if _has_layers(one)])
        text = TextEncoder.load(paths["text"], paths["tokenizer"][0], device)
        for module in (vae, dit):
            precision.halve(module, torch.device(device))
        return cls(card, vae.to(device), dit.to(device), text)

    def condition(self, inputs: WindowInputs) -> Conditioning:
        """Kept frames beside painted ones become pictures; other latent frames are encoded each alone."""
        geometry, span, device = inputs.geometry, inputs.span, inputs.device
        masks = [torch.zeros(geometry.latent[1:]) for _ in span.keys]
        latents = [self.encode(inputs.still(key)) for key in span.keys]
        for number in inputs.numbers:
            mask, known = inputs.cells(number), inputs.known.get(number)
            if known is None and (inputs.strength < 1 or not bool(mask.all())):
                known = self.encode(inputs.chunk(number))
            masks.append(torch.zeros_like(mask) if number in inputs.painted else mask)
            blank = torch.zeros(1, self.channels, 1, *geometry.latent[1:], device=device)
            latents.append(blank if known is None else known)
        whole = torch.stack(masks)[None]
        untouched = bool(whole.all()) and inputs.strength == 1
        sigmas = flow.schedule(inputs.options.steps, inputs.options.shift, inputs.strength).tolist()
        control = None if self.dit.steering is None else steering.control(inputs, self.vae)
        window = replace(geometry.window(span.start, span.stop, span.keys), control=control)
        return Conditioning(sigmas, window, whole.to(device), None if untouched else torch.cat(latents, 2))

    def told(self, window: Window) -> Window:
        """The window at the nearest rate that the weights were trained at: at any other they paint noise."""
        if self.card.rates is None:
            return window
        low, high = self.card.rates
        fps = min(max(window.fps, low), high)
        return replace(window, fps=fps, stills=tuple(moment * float(window.fps / fps) for moment in window.stills))

    def layout(self, window: Window) -> Layout:
        """Where a window's latent frames lie in time."""
        chunks = Layout.chunks(window.chunks, window.height, window.width, float(window.fps), CHUNK)
        return chunks.with_stills(window.stills)

    def predictor(
        self, prompt: str, window: Window, sigmas: Sequence[float] = (), guidance: float = 1.0
    ) -> Callable[[Tensor, Tensor, float], Tensor]:
        context = self.text([prompt])
        with precision.products(context.states.device):
            keys = self.dit.prepare(context.states, context.mask)
        layout = self.layout(self.told(window))
        control: Control | None = window.control
        if self.guided is None:
            return lambda x, levels, sigma: self._predicted(x, levels, keys, layout, control=control)
        following = dict(pairwise(sigmas))
        scale = torch.tensor([guidance], device=context.states.device)

        def jump(x: Tensor, levels: Tensor, sigma: float) -> Tensor:
            target = levels * (following.get(sigma, sigma) / sigma)
            return self._predicted(x, levels, keys, layout, Jump(target, scale), control)

        return jump

    def _predicted(
        self,
        x: Tensor,
        levels: Tensor,
        keys: TextKeys,
        layout: Layout,
        jump: Jump | None = None,
        control: Control | None = None,
    ) -> Tensor:
        """The clean latents that the network says."""
        with precision.products(x.device):
            out: Tensor = self.dit(x, levels, keys, layout, jump, control)
        return out.float()

    @cached_property
    def turn(self) -> Tensor:
        """See LinearPath.backwards; worked out once, when a prompt first needs it."""
        return self.vae.linear.backwards()

    def unconditional(
        self, negative: str, prompt: str, window: Window, sigmas: Sequence[float]
    ) -> Callable[[Tensor, Tensor, float], Tensor]:
        """The negative prompt, and at every second step of the noisier half the prompt itself, run backwards in time.

        A prompt tells which way things go, but a network that is not sure of it paints something between the two ways,
        and is no surer without a prompt: plain guidance cannot tell them apart. Backwards the same things go the other
        way, so that difference holds the arrow of time (at lower levels grain, mostly). Only prompts that name a side
        are painted so: the network expects most things to move, and what is to stand would be driven on.
        """
        forwards = self.predictor(negative, window, sigmas)
        if window.chunks == 0 or not names_side(prompt):
            return forwards
        length, stills = float(window.chunks * CHUNK / window.fps), len(window.stills)
        reverse = replace(window, stills=tuple(length - moment for moment in window.stills))
        backwards = self.predictor(prompt, reverse, sigmas)
        turn, turning = self.turn, {level for level in sigmas[-3::-2] if level > 0.5}  # the last of sigmas is 0

        def turned(x: Tensor, turn: Tensor) -> Tensor:
            chunks = torch.einsum("bcthw,cd->bdthw", x[:, :, stills:].flip(2), turn)
            return torch.cat([x[:, :, :stills], chunks], 2)

        def run(x: Tensor, levels: Tensor, sigma: float) -> Tensor:
            if sigma not in turning:
                return forwards(x, levels, sigma)
            levels = torch.cat([levels[:, :stills], levels[:, stills:].flip(1)], 1)
            return turned(backwards(turned(x, turn), levels, sigma), turn.T)

        return run

    def encode(self, pixels: Tensor) -> Tensor:
        return self.vae.encode(pixels)

    def decode(self, latents: Tensor, *, still: bool = False) -> Iterator[Tensor]:
        parts = self.vae.decode(latents, still)
        for _ in range(latents.shape[2]):
            with precision.products(latents.device):
                part = next(parts)
            yield part.float()


def _fill(module: torch.nn.Module, paths: list[Path], card: Card) -> None:
    """Load quantised shards; any name or shape that does not fit is an error about the file, not a traceback."""
    state = quantise.dequantise(quantise.load(paths))
    try:
        module.load_state_dict(state, assign=True)
    except RuntimeError as error:
        raise WeightsError(
            f"model '{card.name}': {paths[0].name} does not fit its card ({str(error).splitlines()[0]}); "
            "reinstall soracli or run: sora model verify " + card.name
        ) from error


def _has_layers(adapter: Lora) -> bool:
    """Whether a file changes the network: one of a performer holds pictures alone."""
    with safe_open(adapter.path, "pt") as file:
        return any(".lora_" in name for name in file.keys())  # noqa: SIM118


@torch.no_grad()
def _adapt(module: torch.nn.Module, given: Sequence[Lora]) -> None:
    """Add adapters to the weights of a module."""
    state = module.state_dict()
    found = additions(given, {name: tensor.shape for name, tensor in state.items()}, lambda name: name)
    for name, differences in found.items():
        for difference in differences:
            state[name].add_(difference(state[name].float()))


def _random_basis(vae: Vae) -> None:
    """A random orthonormal linear path, for models without files (`tiny`): everything runs, nothing is learnt."""
    generator = torch.Generator().manual_seed(0)
    for basis in (vae.linear.block_basis, vae.linear.cell_basis):
        basis.copy_(torch.linalg.qr(torch.randn(basis.shape, generator=generator))[0])
