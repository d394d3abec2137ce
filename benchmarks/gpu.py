"""Our networks and sampler beside diffusers' pipelines, on the same random weights at the real sizes: no download.

Both are given the same encoded prompt and the same noise, and hold one copy of the weights, on the GPU; neither holds a
text encoder. Prints seconds per step and per clip, peak memory, their ratios, how far the latents lie apart, and the
share of the measured rate of matrix products that a step reaches. Needs the [parity] extra. See README.md here.

python benchmarks/gpu.py wan-1.3b
python benchmarks/gpu.py ltx-2b --compile --repeats 3
python benchmarks/gpu.py wan-vace-1.3b --toy --device cpu
"""

from __future__ import annotations

import argparse
import gc
import json
import logging
import re
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from statistics import median
from typing import Any

import torch
from torch import Tensor, nn

from soracli.card import Card
from soracli.models.common.components import Components
from soracli.models.common.prompt_states import Prompts
from soracli.models.ltx import Ltx
from soracli.models.ltx.transformer import LtxConfig, LtxTransformer
from soracli.models.ltx.vae import LtxVae, LtxVaeConfig
from soracli.models.wan import Wan
from soracli.models.wan.key_map import TRANSFORMER
from soracli.models.wan.transformer import WanConfig, WanTransformer
from soracli.models.wan.vae import WanVae, WanVaeConfig
from soracli.pipeline import tasks
from soracli.sampling.sampler import sample
from soracli.types import Geometry, SamplingOptions

PROMPT, NEGATIVE = "what is wanted", "what is not"
WORDS = 40  # tokens of the prompt
MIX = 0.02  # deviation of what has one axis


@dataclass(frozen=True)
class Size:
    """A request. The card's defaults at the real sizes; small enough for a CPU as a toy."""

    frames: int
    height: int
    width: int
    fps: int
    steps: int
    guidance: float


@dataclass(frozen=True)
class Setup:
    """network, vae: our configurations. size: what is painted."""

    family: str
    network: Any
    vae: Any
    size: Size


WAN_SIZE = Size(81, 480, 832, 16, 6, 5.0)
LTX_SIZE = Size(121, 704, 1216, 30, 7, 1.0)
SETUPS = {
    "wan-1.3b": Setup("wan", WanConfig(), WanVaeConfig(), WAN_SIZE),
    "wan-14b": Setup("wan", WanConfig(heads=40, hidden=13824, depth=40), WanVaeConfig(), WAN_SIZE),
    "wan-vace-1.3b": Setup("wan", WanConfig(vace=tuple(range(0, 30, 2))), WanVaeConfig(), WAN_SIZE),
    "ltx-2b": Setup("ltx", LtxConfig(), LtxVaeConfig(), LTX_SIZE),
    "ltx-13b": Setup("ltx", LtxConfig(head=128, depth=48), LtxVaeConfig(), LTX_SIZE),
}


def toy(setup: Setup) -> Setup:
    """The same in tiny, to see that all of it works."""
    if setup.family == "wan":
        vace = (0, 2) if setup.network.vace else ()
        network = WanConfig(16, 16, 2, 12, 3, 48, 32, 64, vace)
        return replace(
            setup, network=network, vae=WanVaeConfig(4, 4, 16, (1, 1, 1, 1), 1), size=Size(9, 32, 48, 16, 3, 5.0)
        )
    vae = LtxVaeConfig(8, (8, 8, 16, 16, 16), (1,) * 5, (8, 16, 32), (1,) * 4)
    return replace(setup, network=LtxConfig(8, 4, 8, 2, 32), vae=vae, size=Size(17, 64, 96, 30, 3, 1.0))


# --- the same weights, twice ------------------------------------------------------------------------------------------


def filled(build: Callable[[], nn.Module], device: str, dtype: torch.dtype, keep: str = "") -> Any:
    """A module of random weights. keep: pattern of those that are float32."""
    from accelerate import init_empty_weights

    with init_empty_weights(include_buffers=False):  # buffers that are in no file are worked out
        module = build()
    generator = torch.Generator(device).manual_seed(0)
    state = {}
    for name, tensor in module.state_dict().items():
        kind = torch.float32 if keep and re.search(keep, name) else dtype
        size = MIX if tensor.ndim < 2 else max(1, tensor[0].numel()) ** -0.5
        drawn = torch.randn(tensor.shape, generator=generator, device=device, dtype=torch.float32) * size
        drawn += float(name.endswith(("gamma", "norm_q.weight", "norm_k.weight")))
        state[name] = drawn.to(kind)
    if "decoder.timestep_scale_multiplier" in state:
        state["decoder.timestep_scale_multiplier"].fill_(1000.0)
    module.load_state_dict(state, assign=True)
    return module.to(device).eval().requires_grad_(False)


def shared(build: Callable[[], nn.Module], theirs: nn.Module, **more: Tensor) -> Any:
    """Ours on the tensors of theirs."""
    with torch.device("meta"):
        module = build()
    module.load_state_dict({**theirs.state_dict(), **more}, assign=True)
    return module.eval().requires_grad_(False)


def theirs_wan(setup: Setup, device: str, dtype: torch.dtype) -> Any:
    import diffusers

    config, vae = setup.network, setup.vae
    sizes = {
        "num_attention_heads": config.heads, "attention_head_dim": config.head, "in_channels": config.channels_in,
        "out_channels": config.channels, "text_dim": config.text, "freq_dim": config.frequencies,
        "ffn_dim": config.hidden, "num_layers": config.depth,
    }  # fmt: skip
    vace = {"vace_layers": list(config.vace)} if config.vace else {}
    kind = diffusers.WanVACETransformer3DModel if vace else diffusers.WanTransformer3DModel
    network = filled(lambda: kind(**sizes, **vace), device, dtype, TRANSFORMER.keep)
    autoencoder = filled(
        lambda: diffusers.AutoencoderKLWan(
            base_dim=vae.base, z_dim=vae.channels, dim_mult=list(vae.widths), num_res_blocks=vae.blocks,
            temperal_downsample=list(vae.in_time), latents_mean=list(vae.mean), latents_std=list(vae.std),
        ),
        device,
        torch.float32,
    )  # fmt: skip
    scheduler = diffusers.UniPCMultistepScheduler(
        prediction_type="flow_prediction", use_flow_sigmas=True, flow_shift=3.0
    )
    pipeline = diffusers.WanVACEPipeline if vace else diffusers.WanPipeline
    return pipeline(tokenizer=None, text_encoder=None, vae=autoencoder, scheduler=scheduler, transformer=network)


def theirs_ltx(setup: Setup, device: str, dtype: torch.dtype) -> Any:
    import diffusers

    config, vae = setup.network, setup.vae
    network = filled(
        lambda: diffusers.LTXVideoTransformer3DModel(
            in_channels=config.channels, out_channels=config.channels, num_attention_heads=config.heads,
            attention_head_dim=config.head, cross_attention_dim=config.heads * config.head, num_layers=config.depth,
            caption_channels=config.text,
        ),
        device,
        dtype,
    )  # fmt: skip
    autoencoder = filled(
        lambda: diffusers.AutoencoderKLLTXVideo(
            latent_channels=vae.channels, block_out_channels=vae.encoder,
            down_block_types=("LTXVideo095DownBlock3D",) * 4, decoder_block_out_channels=vae.decoder,
            layers_per_block=vae.encoder_blocks, decoder_layers_per_block=vae.decoder_blocks,
            spatio_temporal_scaling=(True,) * 4, decoder_spatio_temporal_scaling=(True,) * 3,
            decoder_inject_noise=(False,) * 4, upsample_residual=(True,) * 3, upsample_factor=(2, 2, 2),
            downsample_type=("spatial", "temporal", "spatiotemporal", "spatiotemporal"), timestep_conditioning=True,
            patch_size=4, patch_size_t=1, encoder_causal=True, decoder_causal=False, spatial_compression_ratio=32,
            temporal_compression_ratio=8,
        ),
        device,
        dtype,
    )  # fmt: skip
    scheduler = diffusers.FlowMatchEulerDiscreteScheduler(use_dynamic_shifting=False)
    return diffusers.LTXConditionPipeline(
        tokenizer=None, text_encoder=None, vae=autoencoder, scheduler=scheduler, transformer=network
    )


def ours_of(setup: Setup, pipeline: Any, device: str, said: dict[str, Tensor], compiled: bool) -> Any:
    """Our model on the pipeline's weights."""
    network: nn.Module
    vae: nn.Module
    if setup.family == "wan":
        network = shared(lambda: WanTransformer(setup.network), pipeline.transformer)
        vae = shared(lambda: WanVae(setup.vae), pipeline.vae)
        stride, patch, kind = (4, 8, 8), 2, Wan
    else:
        network = shared(lambda: LtxTransformer(setup.network), pipeline.transformer)
        zero = torch.zeros(setup.vae.channels, device=device)
        vae = shared(lambda: LtxVae(setup.vae), pipeline.vae, latents_mean=zero, latents_std=zero + 1)
        stride, patch, kind = (8, 32, 32), 1, Ltx
    if compiled:
        for block in getattr(network, "blocks", getattr(network, "transformer_blocks", [])):
            block.compile()
    params = {
        "transformer": vars(setup.network),
        "way": "control" if getattr(setup.network, "vace", ()) else "replaced",
    }
    card = Card("benchmark", setup.family, "", "", stride, (), params=params, causal=True, patch=patch)
    parts = Components({"transformer": lambda: network, "vae": lambda: vae})
    tokens = next(iter(said.values())).shape[1] if setup.family == "wan" else WORDS
    prompts = Prompts(parts, None, "", tokens, device, known=dict(said))  # type: ignore[arg-type]
    return kind(card, parts, prompts, device)


# --- runs -------------------------------------------------------------------------------------------------------------


@dataclass
class Run:
    """steps: seconds of each. clip: of all. peak: bytes of the GPU, weights included."""

    steps: list[float]
    clip: float
    peak: int
    latents: Tensor


class Clock:
    def __init__(self, device: str) -> None:
        self.device = device
        self.last = self.now()

    def now(self) -> float:
        if self.device.startswith("cuda"):
            torch.cuda.synchronize()
        return time.perf_counter()

    def lap(self) -> float:
        before, self.last = self.last, self.now()
        return self.last - before


def measured(device: str, work: Callable[[Clock], tuple[list[float], Tensor]]) -> Run:
    gc.collect()
    if device.startswith("cuda"):
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()
    clock = Clock(device)
    begin = clock.last
    steps, latents = work(clock)
    took = clock.now() - begin
    return Run(steps, took, torch.cuda.max_memory_allocated() if device.startswith("cuda") else 0, latents)


def run_ours(model: Any, setup: Setup, device: str) -> Run:
    size = setup.size
    options = SamplingOptions(
        model="benchmark", width=size.width, height=size.height, seconds=Fraction(size.frames, size.fps),
        fps=Fraction(size.fps), steps=size.steps, guidance=size.guidance, negative=NEGATIVE, shift=3.0,
        solver="unipc" if setup.family == "wan" else "euler", seed=7,
    )  # fmt: skip
    geometry = Geometry.of(options, model.card)
    canvas = tasks.generate(*geometry.keep, geometry.fps)

    def work(clock: Clock) -> tuple[list[float], Tensor]:
        steps: list[float] = []
        last: list[Tensor] = []
        decode = model.decode

        def watched(latents: Tensor, *, still: bool = False) -> Any:
            last.append(latents)
            return decode(latents, still=still)

        model.decode = watched
        for step in sample(model, canvas, PROMPT, options, geometry, device):
            if step.stage == "sample":
                steps.append(clock.lap())
            else:
                clock.lap()
        del model.decode
        return steps, last[0]

    return measured(device, work)


def run_theirs(pipeline: Any, setup: Setup, device: str, said: dict[str, Tensor]) -> Run:
    size = setup.size
    given: dict[str, Any] = {"prompt_embeds": said[PROMPT], "negative_prompt_embeds": said[NEGATIVE]}
    if setup.family == "ltx":
        ones = torch.ones(1, said[PROMPT].shape[1], device=device, dtype=torch.bool)
        given |= {"prompt_attention_mask": ones, "negative_prompt_attention_mask": ones, "frame_rate": size.fps}
        given |= {"decode_timestep": 0.05, "decode_noise_scale": 0.025, "image_cond_noise_scale": 0.0}

    def work(clock: Clock) -> tuple[list[float], Tensor]:
        steps: list[float] = []
        kept: list[Tensor] = []

        def after(_: Any, index: int, time: Any, found: dict[str, Tensor]) -> dict[str, Tensor]:
            steps.append(clock.lap())
            kept[:] = [found["latents"]]
            return {}

        pipeline(
            **given, num_inference_steps=size.steps, guidance_scale=size.guidance, num_frames=size.frames,
            height=size.height, width=size.width, generator=torch.Generator().manual_seed(7), output_type="pt",
            callback_on_step_end=after,
        )  # fmt: skip
        return steps, kept[0]

    return measured(device, work)


def same_shape(latents: Tensor, like: Tensor) -> Tensor:
    """LTX's pipeline keeps tokens in a row: (1, N, C) -> (1, C, t, h, w)."""
    return latents if latents.ndim == 5 else latents.transpose(1, 2).reshape(like.shape)


def matrix_rate(device: str, dtype: torch.dtype, side: int) -> float:
    """FLOP per second of a product of square matrices."""
    a, b = (torch.randn(side, side, device=device, dtype=dtype) for _ in range(2))
    for _ in range(3):
        a @ b
    clock = Clock(device)
    took = []
    for _ in range(10):
        a @ b
        took.append(clock.lap())
    return 2 * side**3 / median(took)


def work_of(setup: Setup, network: nn.Module, context: int) -> float:
    """FLOP of a step: products, and attention over all tokens and the prompt."""
    size, config = setup.size, setup.network
    time, side = (4, 16) if setup.family == "wan" else (8, 32)
    tokens = (1 + (size.frames - 1) // time) * (size.height // side) * (size.width // side)
    width, depth = config.heads * config.head, config.depth + len(getattr(config, "vace", ()))
    parameters = sum(tensor.numel() for tensor in network.parameters())
    passes = 1 if size.guidance == 1 else 2
    return passes * (2 * parameters * tokens + 4 * tokens * (tokens + context) * width * depth)


def compared(arguments: argparse.Namespace) -> dict[str, Any]:
    device = arguments.device or ("cuda" if torch.cuda.is_available() else "cpu")
    dtype = torch.bfloat16 if device.startswith("cuda") else torch.float32
    setup = toy(SETUPS[arguments.model]) if arguments.toy else SETUPS[arguments.model]
    size = setup.size
    setup = replace(setup, size=replace(size, steps=arguments.steps or size.steps))
    pipeline = (theirs_wan if setup.family == "wan" else theirs_ltx)(setup, device, dtype)
    pipeline.set_progress_bar_config(disable=True)
    generator = torch.Generator().manual_seed(1)
    length = 512 if setup.family == "wan" and not arguments.toy else WORDS
    said = {
        name: torch.randn(1, length, setup.network.text, generator=generator).to(device, dtype)
        for name in (PROMPT, NEGATIVE)
    }
    model = ours_of(setup, pipeline, device, said, arguments.compile)
    ours, theirs = [], []
    for number in range(arguments.repeats + 1):  # the first of each warms up
        ours.append(run_ours(model, setup, device))
        theirs.append(run_theirs(pipeline, setup, device, said))
        print(f"run {number}: {ours[-1].clip:.2f} s, diffusers {theirs[-1].clip:.2f} s", file=sys.stderr)
    expected = same_shape(theirs[-1].latents, ours[-1].latents).float()
    away = (ours[-1].latents.float() - expected).square().mean().sqrt() / expected.square().mean().sqrt()
    rate = matrix_rate(device, dtype, 256 if arguments.toy else 8192)
    step, their_step = (min(min(run.steps[1:] or run.steps) for run in runs[1:]) for runs in (ours, theirs))
    clip, their_clip = (median(run.clip for run in runs[1:]) for runs in (ours, theirs))
    share = work_of(setup, pipeline.transformer, length) / step / rate
    peak, their_peak = (max(run.peak for run in runs) for runs in (ours, theirs))
    return {
        "model": arguments.model, "toy": arguments.toy, "compile": arguments.compile, "size": vars(setup.size),
        "device": torch.cuda.get_device_name() if device.startswith("cuda") else "cpu", "torch": torch.__version__,
        "step_seconds": round(step, 4), "their_step_seconds": round(their_step, 4),
        "clip_seconds": round(clip, 3), "their_clip_seconds": round(their_clip, 3),
        "peak_bytes": peak, "their_peak_bytes": their_peak,
        "speed": round(their_clip / clip, 3), "speed_of_a_step": round(their_step / step, 3),
        "memory": round(peak / their_peak, 3) if their_peak else None, "latents_apart": float(away),
        "matrix_rate": rate, "share_of_matrix_rate": float(f"{share:.3g}"),
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", choices=SETUPS)
    parser.add_argument("--toy", action="store_true", help="tiny networks: to see that it works")
    parser.add_argument("--compile", action="store_true", help="our blocks through torch.compile")
    parser.add_argument("--steps", type=int)
    parser.add_argument("--repeats", type=int, default=2, help="clips of each after the first, which warms up")
    parser.add_argument("--device", help="cpu or cuda")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    print(json.dumps(compared(arguments)))


if __name__ == "__main__":
    main()
