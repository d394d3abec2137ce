"""diffusers' pipelines with tiny random weights, saved as the hub lays them out: what our own networks must equal.

Import this only where diffusers and transformers are (see `needed`). Weights depend on the seed alone, and no parameter
is left at zero or one, where a difference could hide.
"""

from __future__ import annotations

import contextlib
import importlib.util
import io
import warnings
from pathlib import Path
from typing import Any

import pytest
import torch

LIBRARIES = ("diffusers", "transformers")
WORDS = "a,the,red,blue,fox,car,runs,jumps,over,river,slow,fast,night,day,rain,blurry,worst,quality"
PROMPT, NEGATIVE = "a red fox jumps over the river", "worst quality, blurry"


def needed() -> None:
    """Skip the module that calls this where the reference is not installed."""
    lacking = [name for name in LIBRARIES if importlib.util.find_spec(name) is None]
    if lacking:
        pytest.skip(f"needs {' and '.join(lacking)}: pip install '.[parity]'", allow_module_level=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import diffusers
        import transformers

    diffusers.utils.logging.set_verbosity_error()
    diffusers.utils.logging.disable_progress_bar()
    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()


def shaken(module: Any, seed: int, scale: float = 0.1) -> Any:
    """Every parameter drawn anew."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in module.named_parameters():
            size = scale if parameter.ndim < 2 else parameter[0].numel() ** -0.5
            drawn = torch.randn(parameter.shape, generator=generator) * size
            parameter.copy_(drawn + name.endswith(("gamma", "norm_q.weight", "norm_k.weight")))
    return module.eval()


def tokenizer(length: int) -> Any:
    """T5's special tokens and a few words."""
    from transformers import T5TokenizerFast

    vocabulary = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", -20.0), ("\u2581", -10.0)]
    vocabulary += [("\u2581" + word, -3.0) for word in WORDS.split(",")] + [
        (c, -8.0) for c in "abcdefghijklmnopqrstuvwxyz,."
    ]
    return T5TokenizerFast(vocab=vocabulary, extra_ids=0, model_max_length=length)


def text_encoder(seed: int, kind: str) -> Any:
    from transformers import T5Config, T5EncoderModel, UMT5Config, UMT5EncoderModel

    torch.manual_seed(seed)
    sizes = {
        "vocab_size": 64, "d_model": 32, "d_kv": 8, "d_ff": 64, "num_layers": 2, "num_heads": 4,
        "feed_forward_proj": "gated-gelu",
    }  # fmt: skip
    made = UMT5EncoderModel(UMT5Config(**sizes)) if kind == "umt5" else T5EncoderModel(T5Config(**sizes))
    return made.eval()


# --- LTX ------------------------------------------------------------------------------------------------------------


def ltx_transformer(seed: int, **sizes: int) -> Any:
    from diffusers import LTXVideoTransformer3DModel

    usual = {
        "in_channels": 8, "out_channels": 8, "num_attention_heads": 4, "attention_head_dim": 8,
        "cross_attention_dim": 32, "num_layers": 2, "caption_channels": 32,
    }  # fmt: skip
    return shaken(LTXVideoTransformer3DModel(**(usual | sizes)), seed)


EARLY = {"0.9.0": ((8, 12, 16, 16), (1,) * 5), "0.9.1": ((8, 16, 32), (1,) * 4)}  # the decoder's channels and blocks


def ltx_vae(seed: int, version: str = "0.9.5") -> Any:
    """The levels of a version, in small; of 0.9.5 those of later ones as well."""
    if version in EARLY:
        made = ltx_early_vae_of(version, 8, (8, 12, 16, 16), (1,) * 5, *EARLY[version])
    else:
        made = ltx_vae_of(8, (8, 8, 16, 16, 16), (1,) * 5, (8, 16, 32), (1,) * 4)
    vae = shaken(made, seed)
    with torch.no_grad():
        if vae.decoder.timestep_scale_multiplier is not None:
            vae.decoder.timestep_scale_multiplier.fill_(1000.0)
    vae.latents_mean = torch.linspace(-0.3, 0.3, 8)
    vae.latents_std = torch.linspace(0.6, 1.4, 8)
    return vae


def ltx_early_vae_of(
    version: str, channels: int, encoder: Any, encoder_blocks: Any, decoder: Any, decoder_blocks: Any
) -> Any:
    """As diffusers' conversion script has 0.9.0 and 0.9.1."""
    from diffusers import AutoencoderKLLTXVideo

    timed = version == "0.9.1"
    levels, grain = len(decoder), (True, True, True, False) if timed else (False,) * 5
    return AutoencoderKLLTXVideo(
        latent_channels=channels, block_out_channels=encoder, decoder_block_out_channels=decoder,
        layers_per_block=encoder_blocks, decoder_layers_per_block=decoder_blocks,
        spatio_temporal_scaling=(True, True, True, False), timestep_conditioning=timed,
        decoder_spatio_temporal_scaling=(True,) * 3 if timed else (True, True, True, False),
        decoder_inject_noise=grain, upsample_residual=(timed,) * levels, upsample_factor=(1 + timed,) * levels,
    )  # fmt: skip


def ltx_vae_of(channels: int, encoder: Any, encoder_blocks: Any, decoder: Any, decoder_blocks: Any) -> Any:
    from diffusers import AutoencoderKLLTXVideo

    return AutoencoderKLLTXVideo(
        latent_channels=channels, block_out_channels=encoder, down_block_types=("LTXVideo095DownBlock3D",) * 4,
        decoder_block_out_channels=decoder, layers_per_block=encoder_blocks, decoder_layers_per_block=decoder_blocks,
        spatio_temporal_scaling=(True,) * 4, decoder_spatio_temporal_scaling=(True,) * 3,
        decoder_inject_noise=(False,) * 4, upsample_residual=(True,) * 3, upsample_factor=(2, 2, 2),
        downsample_type=("spatial", "temporal", "spatiotemporal", "spatiotemporal"), timestep_conditioning=True,
        patch_size=4, patch_size_t=1, encoder_causal=True, decoder_causal=False, spatial_compression_ratio=32,
        temporal_compression_ratio=8,
    )  # fmt: skip


def ltx(seed: int = 0) -> Any:
    """The layout of 0.9.5 and later, which takes pictures and clips at any time."""
    from diffusers import FlowMatchEulerDiscreteScheduler, LTXConditionPipeline

    pipeline = LTXConditionPipeline(
        scheduler=FlowMatchEulerDiscreteScheduler(use_dynamic_shifting=False), vae=ltx_vae(seed + 2),
        text_encoder=text_encoder(seed + 3, "t5"), tokenizer=tokenizer(128), transformer=ltx_transformer(seed + 4),
    )  # fmt: skip
    return _quiet(pipeline)


def early_ltx(version: str, seed: int = 0) -> Any:
    """The layout of 0.9.0 and 0.9.1."""
    from diffusers import FlowMatchEulerDiscreteScheduler, LTXPipeline

    scheduler = FlowMatchEulerDiscreteScheduler(
        use_dynamic_shifting=True, base_shift=0.95, max_shift=2.05, base_image_seq_len=1024, max_image_seq_len=4096,
        shift_terminal=0.1,
    )  # fmt: skip
    pipeline = LTXPipeline(
        scheduler=scheduler, vae=ltx_vae(seed + 2, version), text_encoder=text_encoder(seed + 3, "t5"),
        tokenizer=tokenizer(128), transformer=ltx_transformer(seed + 4),
    )  # fmt: skip
    return _quiet(pipeline)


# --- Wan ------------------------------------------------------------------------------------------------------------


def wan_vae(seed: int, kind: str = "2.1") -> Any:
    from diffusers import AutoencoderKLWan

    stats = {
        "latents_mean": torch.linspace(-0.4, 0.4, 16).tolist(),
        "latents_std": torch.linspace(0.7, 1.6, 16).tolist(),
    }
    common = {"z_dim": 16, "num_res_blocks": 1, "temperal_downsample": [False, True, True], **stats}
    if kind == "2.1":
        return shaken(AutoencoderKLWan(base_dim=4, dim_mult=[1, 1, 1, 1], **common), seed)
    made = AutoencoderKLWan(
        base_dim=8, decoder_base_dim=8, dim_mult=[1, 2, 2, 2], is_residual=True, in_channels=12, out_channels=12,
        patch_size=2, scale_factor_temporal=4, scale_factor_spatial=16, **common,
    )  # fmt: skip
    return shaken(made, seed)


def vision(seed: int) -> Any:
    """CLIP's vision tower, in small: 16 tokens and one."""
    from transformers import CLIPVisionConfig, CLIPVisionModel

    config = CLIPVisionConfig(
        hidden_size=24, intermediate_size=32, num_hidden_layers=3, num_attention_heads=2, patch_size=8, image_size=32,
        hidden_act="gelu", projection_dim=24,
    )  # fmt: skip
    return shaken(CLIPVisionModel(config), seed)


def wan_transformer(seed: int, channels_in: int = 16, *, vace: bool = False, **more: Any) -> Any:
    from diffusers import WanTransformer3DModel, WanVACETransformer3DModel

    sizes = {
        "patch_size": (1, 2, 2), "num_attention_heads": 2, "attention_head_dim": 12, "in_channels": channels_in,
        "out_channels": 16, "text_dim": 32, "freq_dim": 64, "ffn_dim": 48, "num_layers": 3, "cross_attn_norm": True,
        "qk_norm": "rms_norm_across_heads", "rope_max_seq_len": 64,
    }  # fmt: skip
    if vace:
        return shaken(WanVACETransformer3DModel(vace_layers=[0, 2], vace_in_channels=96, **sizes), seed)
    return shaken(WanTransformer3DModel(**(sizes | more)), seed)


def wan(kind: str, seed: int = 0, solver: str = "unipc") -> Any:
    """kind: t2v, a14b (two experts), ti2v (2.2 5B: a time per token), i2v (36 channels), vace.

    clip, flf: 2.1's, which see the first frame, or the first and the last, through CLIP.
    """
    import diffusers

    shift = 5.0 if kind == "ti2v" else 3.0
    scheduler = (
        diffusers.UniPCMultistepScheduler(prediction_type="flow_prediction", use_flow_sigmas=True, flow_shift=shift)
        if solver == "unipc"
        else diffusers.FlowMatchEulerDiscreteScheduler(shift=shift)
    )
    parts = {
        "tokenizer": tokenizer(64), "text_encoder": text_encoder(seed + 1, "umt5"),
        "vae": wan_vae(seed + 3, "2.2" if kind == "ti2v" else "2.1"), "scheduler": scheduler,
    }  # fmt: skip
    if kind == "vace":
        return _quiet(diffusers.WanVACEPipeline(transformer=wan_transformer(seed + 4, vace=True), **parts))
    if kind in ("clip", "flf"):
        sees = {"image_dim": 24, "added_kv_proj_dim": 24, "pos_embed_seq_len": 34 if kind == "flf" else None}
        parts |= {"transformer": wan_transformer(seed + 4, 36, **sees), "image_encoder": vision(seed + 6)}
        return _quiet(diffusers.WanImageToVideoPipeline(image_processor=None, **parts))
    if kind == "i2v":
        return _quiet(diffusers.WanImageToVideoPipeline(transformer=wan_transformer(seed + 4, 36), **parts))
    if kind == "a14b":
        parts["transformer_2"] = wan_transformer(seed + 5)
        return _quiet(diffusers.WanPipeline(transformer=wan_transformer(seed + 4), boundary_ratio=0.875, **parts))
    made = diffusers.WanPipeline(transformer=wan_transformer(seed + 4), expand_timesteps=kind == "ti2v", **parts)
    return _quiet(made)


def svd(seed: int = 0, frames: int = 5) -> Any:
    """Stable Video Diffusion: four levels, of which the coarsest does not attend."""
    import diffusers
    from transformers import CLIPImageProcessor, CLIPVisionConfig, CLIPVisionModelWithProjection

    unet = diffusers.UNetSpatioTemporalConditionModel(
        block_out_channels=(32, 64, 64, 64), addition_time_embed_dim=32, projection_class_embeddings_input_dim=96,
        cross_attention_dim=16, num_attention_heads=(2, 4, 4, 4), num_frames=frames, sample_size=4,
    )  # fmt: skip
    vae = diffusers.AutoencoderKLTemporalDecoder(
        down_block_types=("DownEncoderBlock2D",) * 4, block_out_channels=(32, 32, 32, 64), layers_per_block=2,
    )  # fmt: skip
    clip = CLIPVisionConfig(
        hidden_size=24, intermediate_size=32, num_hidden_layers=3, num_attention_heads=2, patch_size=56, image_size=224,
        hidden_act="gelu", projection_dim=16,
    )  # fmt: skip
    scheduler = diffusers.EulerDiscreteScheduler(
        prediction_type="v_prediction", timestep_type="continuous", use_karras_sigmas=True, sigma_min=0.002,
        sigma_max=700.0, timestep_spacing="leading", steps_offset=1, beta_schedule="scaled_linear",
        beta_start=0.00085, beta_end=0.012,
    )  # fmt: skip
    return _quiet(diffusers.StableVideoDiffusionPipeline(
        vae=shaken(vae, seed + 1, 0.3), image_encoder=shaken(CLIPVisionModelWithProjection(clip), seed + 2),
        unet=shaken(unet, seed + 3, 0.3), scheduler=scheduler, feature_extractor=CLIPImageProcessor(),
    ))  # fmt: skip


def _quiet(pipeline: Any) -> Any:
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


def saved(pipeline: Any, folder: Path) -> Path:
    """Written as a hub repository is, in shards."""
    with contextlib.redirect_stderr(io.StringIO()):
        pipeline.save_pretrained(folder, safe_serialization=True, max_shard_size="60KB")
    return folder
