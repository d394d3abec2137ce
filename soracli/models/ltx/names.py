"""Names in LTX-Video's single files -> ours. The original numbers samplers and levels of the autoencoder in one row."""

from __future__ import annotations

from soracli.models.published import Form

TRANSFORMER = Form(
    rules=(
        (r"patchify_proj", "proj_in"),
        (r"adaln_single", "time_embed"),
        (r"q_norm", "norm_q"),
        (r"k_norm", "norm_k"),
    ),
    prefix="model.diffusion_model.",
    blocks=r"^transformer_blocks\.",
)

VAE = Form(
    rules=(
        (r"^decoder\.up_blocks\.0\.", "decoder.mid_block."),
        *((rf"^decoder\.up_blocks\.{2 * i + 1}\.", f"decoder.up_blocks.{i}.upsamplers.0.") for i in range(4)),
        *((rf"^decoder\.up_blocks\.{2 * i + 2}\.", f"decoder.up_blocks.{i}.") for i in range(4)),
        (r"^encoder\.down_blocks\.8\.", "encoder.mid_block."),
        *((rf"^encoder\.down_blocks\.{2 * i + 1}\.", f"encoder.down_blocks.{i}.downsamplers.0.") for i in range(4)),
        *((rf"^encoder\.down_blocks\.{2 * i}\.", f"encoder.down_blocks.{i}.") for i in range(4)),
        (r"res_blocks", "resnets"),
        (r"last_time_embedder", "time_embedder"),
        (r"last_scale_shift_table", "scale_shift_table"),
        (r"^per_channel_statistics\.mean-of-means$", "latents_mean"),
        (r"^per_channel_statistics\.std-of-means$", "latents_std"),
    ),
    prefix="vae.",
    drop=r"^per_channel_statistics\.(?!mean-of-means$|std-of-means$)",
)
