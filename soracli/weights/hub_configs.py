"""Configurations of the hub's components: which of their keys we read, what these may be, and what must be so."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from soracli.errors import WeightsError
from soracli.formatting import printable

# what a field of a config.json may be: a number from 1 on, one from 0, yes or no, and lists of these
COUNT, SIZE, FLAG, NUMBER, WORD = "a whole number from 1 on", "a whole number", "true or false", "a number", "a word"
COUNTS, SIZES, FLAGS, NUMBERS = (f"a list, each {kind}" for kind in (COUNT, SIZE, FLAG, NUMBER))
MOST, LAYERS, LONGEST = 10_000_000, 1000, 10_000  # of any number, of layers, of a list
Keys = Mapping[str, tuple[str, str]]  # field of ours -> key in a component's config.json, and what it may be

T5: Keys = {
    "vocabulary": ("vocab_size", COUNT), "width": ("d_model", COUNT), "head": ("d_kv", COUNT),
    "heads": ("num_heads", COUNT), "hidden": ("d_ff", COUNT), "depth": ("num_layers", COUNT),
}  # fmt: skip
WAN: Keys = {
    "channels_in": ("in_channels", COUNT), "channels": ("out_channels", COUNT), "heads": ("num_attention_heads", COUNT),
    "head": ("attention_head_dim", COUNT), "depth": ("num_layers", COUNT), "hidden": ("ffn_dim", COUNT),
    "text": ("text_dim", COUNT), "frequencies": ("freq_dim", COUNT), "vace": ("vace_layers", SIZES),
    "control": ("vace_in_channels", COUNT), "image": ("image_dim", SIZE), "places": ("pos_embed_seq_len", SIZE),
}  # fmt: skip
WAN_VAE: Keys = {
    "base": ("base_dim", COUNT), "decoder_base": ("decoder_base_dim", COUNT), "channels": ("z_dim", COUNT),
    "widths": ("dim_mult", COUNTS), "blocks": ("num_res_blocks", COUNT), "in_time": ("temperal_downsample", FLAGS),
    "residual": ("is_residual", FLAG), "patch": ("patch_size", COUNT), "mean": ("latents_mean", NUMBERS),
    "std": ("latents_std", NUMBERS),
}  # fmt: skip
VISION: Keys = {
    "width": ("hidden_size", COUNT), "heads": ("num_attention_heads", COUNT), "hidden": ("intermediate_size", COUNT),
    "depth": ("num_hidden_layers", COUNT), "patch": ("patch_size", COUNT), "side": ("image_size", COUNT),
    "activation": ("hidden_act", WORD),
}  # fmt: skip
LTX: Keys = {
    "channels": ("in_channels", COUNT), "heads": ("num_attention_heads", COUNT), "head": ("attention_head_dim", COUNT),
    "depth": ("num_layers", COUNT), "text": ("caption_channels", COUNT),
}  # fmt: skip
LTX_VAE: Keys = {
    "channels": ("latent_channels", COUNT), "encoder": ("block_out_channels", COUNTS),
    "encoder_blocks": ("layers_per_block", COUNTS), "decoder": ("decoder_block_out_channels", COUNTS),
    "decoder_blocks": ("decoder_layers_per_block", COUNTS), "timed": ("timestep_conditioning", FLAG),
    "grain": ("decoder_inject_noise", FLAGS),
}  # fmt: skip
EARLY_LTX_VAE = {  # what 0.9.0's does not say
    "strided": True, "timed": False, "decoder": (128, 256, 512, 512), "decoder_blocks": (4, 3, 3, 3, 4),
    "grain": (False,) * 5,
}  # fmt: skip
UNET: Keys = {
    "channels_in": ("in_channels", COUNT), "channels": ("out_channels", COUNT),
    "widths": ("block_out_channels", COUNTS), "heads": ("num_attention_heads", COUNTS),
    "blocks": ("layers_per_block", COUNT), "context": ("cross_attention_dim", COUNT),
    "told": ("addition_time_embed_dim", COUNT),
}  # fmt: skip
SVD_VAE: Keys = {
    "channels": ("latent_channels", COUNT), "widths": ("block_out_channels", COUNTS),
    "blocks": ("layers_per_block", COUNT), "scale": ("scaling_factor", NUMBER),
}  # fmt: skip
SHIFTING: Keys = {
    "low": ("base_shift", NUMBER), "high": ("max_shift", NUMBER), "few": ("base_image_seq_len", COUNT),
    "many": ("max_image_seq_len", COUNT), "last": ("shift_terminal", NUMBER),
}  # fmt: skip

# what a config may not leave out, and what it may say of things that the networks here have built in
NEEDED = {
    "wan": ("in_channels", "out_channels", "num_attention_heads", "attention_head_dim", "num_layers", "ffn_dim",
            "text_dim", "freq_dim"),
    "ltx": ("in_channels", "num_attention_heads", "attention_head_dim", "num_layers", "caption_channels"),
    "t5": ("vocab_size", "d_model", "d_kv", "num_heads", "d_ff", "num_layers"),
    "unet": ("block_out_channels", "num_attention_heads"), "svd vae": ("block_out_channels", "scaling_factor"),
}  # fmt: skip

BUILT_IN: dict[str, dict[str, Any]] = {
    "wan": {"patch_size": [1, 2, 2], "eps": 1e-6, "cross_attn_norm": True, "qk_norm": "rms_norm_across_heads"},
    "ltx": {
        "patch_size": 1, "patch_size_t": 1, "norm_eps": 1e-6, "norm_elementwise_affine": False,
        "qk_norm": "rms_norm_across_heads", "attention_bias": True, "activation_fn": "gelu-approximate",
    },
    "t5": {
        "feed_forward_proj": "gated-gelu", "relative_attention_num_buckets": 32,
        "relative_attention_max_distance": 128, "layer_norm_epsilon": 1e-6,
    },
    "wan vae": {"attn_scales": []}, "ltx vae": {"patch_size": 4, "patch_size_t": 1, "encoder_causal": True},
    "scheduler": {"prediction_type": "flow_prediction", "use_flow_sigmas": True},
    "unet": {
        "transformer_layers_per_block": 1,
        "down_block_types": [*["CrossAttnDownBlockSpatioTemporal"] * 3, "DownBlockSpatioTemporal"],
        "up_block_types": ["UpBlockSpatioTemporal", *["CrossAttnUpBlockSpatioTemporal"] * 3],
    },
    "svd scheduler": {
        "prediction_type": "v_prediction", "timestep_type": "continuous", "use_karras_sigmas": True,
        "sigma_min": 0.002, "sigma_max": 700.0,
    },
}  # fmt: skip


def read(config: Mapping[str, Any], keys: Keys, where: str, of: str = "") -> dict[str, Any]:
    """What a configuration says, by our names. of: key of `NEEDED` and `BUILT_IN`.

    Raises WeightsError for what is missing, of another kind, or not what the networks here have built in.
    """
    for theirs in NEEDED.get(of, ()):
        if config.get(theirs) is None:
            raise WeightsError(f"{printable(where)}: its configuration lacks {theirs}; download it again",
                               "weights_damaged")  # fmt: skip
    for theirs, value in BUILT_IN.get(of, {}).items():
        if config.get(theirs, value) not in (value, None):
            raise unsupported(where, theirs, config[theirs], f"{value}, which is all that this version runs")
    found = {}
    for ours, (theirs, kind) in keys.items():
        value = config.get(theirs)
        if value is None:
            continue
        if not _fits(value, kind) or (ours == "depth" and value > LAYERS):
            raise unsupported(where, theirs, value, f"{kind}, at most {LAYERS}" if ours == "depth" else kind)
        found[ours] = value
    return found


def _fits(value: object, kind: str) -> bool:
    if kind in (COUNTS, SIZES, FLAGS, NUMBERS):
        one = {COUNTS: COUNT, SIZES: SIZE, FLAGS: FLAG, NUMBERS: NUMBER}[kind]
        return isinstance(value, list | tuple) and len(value) <= LONGEST and all(_fits(each, one) for each in value)
    if kind in (COUNT, SIZE):
        return isinstance(value, int) and not isinstance(value, bool) and (kind == COUNT) <= value <= MOST
    if kind == NUMBER:
        return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= MOST
    return isinstance(value, bool if kind == FLAG else str)


def unsupported(where: str, key: str, value: object, wanted: str) -> WeightsError:
    """The error of a configuration of a model that we do not have. where: its file. wanted: what the value may be."""
    shown = printable(json.dumps(value, default=str)[:40])
    return WeightsError(f"{printable(where)}: {key} is {shown}, and must be {wanted}; take another model, or mend it",
                        "weights_damaged")  # fmt: skip
