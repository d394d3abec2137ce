"""Tiny open models of random weights, written as the hub lays them out, with nothing but our own networks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import nn

from soracli.models.common.t5 import T5, T5Config
from soracli.models.ltx.transformer import LtxConfig, LtxTransformer
from soracli.models.ltx.vae import LtxVae, LtxVaeConfig
from soracli.models.wan.transformer import WanConfig, WanTransformer
from soracli.models.wan.vae import WanVae, WanVaeConfig

WORDS = ["a", "the", "red", "fox", "runs", "cow", "stands", "snow"]
MEAN, STD = [0.0] * 16, [1.0] * 16
LISTED = (
    "wan-vace-1.3b, ltx-2b, ltx-13b, wan-t2v-1.3b, wan-ti2v-5b, wan-vace-14b, wan-causal-2step, wan-causal-1step, "
    "wan-causal-4step"
)
KINDS = ("vace", "i2v", "ti2v", "t2v", "ltx")
EARLY = {  # LTX-Video 0.9.0 and 0.9.1
    "ltx-0.9.0": LtxVaeConfig(8, (8, 12, 16, 16), (1,) * 5, (8, 12, 16, 16), (1,) * 5, True, False, (False,) * 5),
    "ltx-0.9.1": LtxVaeConfig(
        8, (8, 12, 16, 16), (1,) * 5, (8, 16, 32), (1,) * 4, True, True, (True, True, True, False)
    ),
}


def settled(module: nn.Module, seed: int) -> dict[str, torch.Tensor]:
    """Random weights of a size that keeps numbers near one."""
    generator = torch.Generator().manual_seed(seed)
    state = {}
    for name, tensor in module.state_dict().items():
        size = 0.05 if tensor.ndim < 2 else max(1, tensor[0].numel()) ** -0.5
        drawn = torch.randn(tensor.shape, generator=generator) * size
        state[name] = drawn + name.endswith(("gamma", "norm_q.weight", "norm_k.weight", "layer_norm.weight"))
    if "decoder.timestep_scale_multiplier" in state:
        state["decoder.timestep_scale_multiplier"] = torch.tensor(1000.0)
    return state


def part(folder: Path, name: str, config: dict[str, Any], module: nn.Module, seed: int) -> None:
    (folder / name).mkdir(parents=True)
    (folder / name / "config.json").write_text(json.dumps(config))
    state = settled(module, seed)
    half = len(state) // 2
    for i, names in enumerate((list(state)[:half], list(state)[half:]), 1):
        save_file({key: state[key] for key in names}, folder / name / f"model-{i:05d}-of-00002.safetensors")


def text(folder: Path, kind: str) -> None:
    from tokenizers import Tokenizer, models, pre_tokenizers, processors

    config = {"vocab_size": 64, "d_model": 32, "d_kv": 8, "num_heads": 4, "d_ff": 64, "num_layers": 1}
    encoder = T5(T5Config(64, 32, 8, 4, 64, 1, kind == "umt5"))
    part(folder, "text_encoder", config | {"model_type": kind}, encoder, 1)
    vocabulary = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", -20.0), *(("\u2581" + word, -3.0) for word in WORDS)]
    tokenizer = Tokenizer(models.Unigram(vocabulary, unk_id=2))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.post_processor = processors.TemplateProcessing(single="$A </s>", special_tokens=[("</s>", 1)])
    (folder / "tokenizer").mkdir()
    tokenizer.save(str(folder / "tokenizer" / "tokenizer.json"))


def write(folder: Path, kind: str) -> Path:
    """One of KINDS, or of EARLY."""
    folder.mkdir(parents=True, exist_ok=True)
    (ltx if kind == "ltx" or kind in EARLY else wan)(folder, kind)
    return folder


def wan(folder: Path, kind: str) -> None:
    channels_in = 36 if kind == "i2v" else 16
    sizes = {
        "num_attention_heads": 2, "attention_head_dim": 12, "num_layers": 2, "ffn_dim": 32, "text_dim": 32,
        "freq_dim": 32, "in_channels": channels_in, "out_channels": 16,
    }  # fmt: skip
    vace = (0,) if kind == "vace" else ()
    config = sizes | ({"vace_layers": [0], "vace_in_channels": 96} if vace else {})
    part(folder, "transformer", config, WanTransformer(WanConfig(channels_in, 16, 2, 12, 2, 32, 32, 32, vace)), 2)
    stats = {"latents_mean": MEAN, "latents_std": STD, "z_dim": 16, "dim_mult": [1, 1, 1, 1], "num_res_blocks": 1}
    vae = stats | {"base_dim": 4, "temperal_downsample": [False, True, True]}
    residual = {"is_residual": True, "patch_size": 2, "decoder_base_dim": 4, "scale_factor_spatial": 16}
    own = WanVaeConfig(
        4, 4, 16, (1, 1, 1, 1), 1, residual=kind == "ti2v", patch=2 if kind == "ti2v" else 1,
        mean=tuple(MEAN), std=tuple(STD),
    )  # fmt: skip
    part(folder, "vae", vae | (residual if kind == "ti2v" else {}), WanVae(own), 3)
    text(folder, "umt5")
    (folder / "scheduler").mkdir()
    (folder / "scheduler" / "scheduler_config.json").write_text(json.dumps({"flow_shift": 3.0}))
    index = {"_class_name": "WanVACEPipeline" if vace else "WanPipeline", "expand_timesteps": kind == "ti2v"}
    (folder / "model_index.json").write_text(json.dumps(index))


def ltx(folder: Path, kind: str) -> None:
    config = {
        "in_channels": 8, "num_attention_heads": 4, "attention_head_dim": 8, "num_layers": 2, "caption_channels": 32,
    }  # fmt: skip
    part(folder, "transformer", config, LtxTransformer(LtxConfig(8, 4, 8, 2, 32)), 2)
    own = EARLY.get(kind, LtxVaeConfig(8, (8, 8, 16, 16, 16), (1,) * 5, (8, 16, 32), (1,) * 4))
    vae = {
        "latent_channels": own.channels, "block_out_channels": own.encoder, "layers_per_block": own.encoder_blocks,
        "decoder_block_out_channels": own.decoder, "decoder_layers_per_block": own.decoder_blocks,
        "timestep_conditioning": own.timed, "decoder_inject_noise": own.grain,
        "down_block_types": ["LTXVideoDownBlock3D" if own.strided else "LTXVideo095DownBlock3D"] * 4,
    }  # fmt: skip
    part(folder, "vae", vae, LtxVae(own), 3)
    text(folder, "t5")
    (folder / "scheduler").mkdir()
    shifting = {"use_dynamic_shifting": own.strided, "base_shift": 0.95, "max_shift": 2.05, "shift_terminal": 0.1}
    (folder / "scheduler" / "scheduler_config.json").write_text(json.dumps(shifting))
    index = {"_class_name": "LTXPipeline" if own.strided else "LTXConditionPipeline"}
    (folder / "model_index.json").write_text(json.dumps(index))
