"""Names in LTX-Video's single files -> ours. The original numbers samplers and levels of the autoencoder in one row."""

from __future__ import annotations

import re

from soracli.models.common.loading import FileLayout, Rules
from soracli.models.ltx.vae import LtxVaeConfig

TRANSFORMER = FileLayout(
    rules=(
        (r"patchify_proj", "proj_in"),
        (r"adaln_single", "time_embed"),
        (r"q_norm", "norm_q"),
        (r"k_norm", "norm_k"),
    ),
    originals=(
        (r"^proj_in", "patchify_proj"),
        (r"^time_embed", "adaln_single"),
        (r"norm_q", "q_norm"),
        (r"norm_k", "k_norm"),
    ),
    prefix="model.diffusion_model.",
    blocks=r"^transformer_blocks\.",
)

# Where samplers and levels of the autoencoder stand in the original's row -> where in ours: of 0.9.5 and later, whose
# decoder 0.9.1 has too; of the encoders before 0.9.5; of the decoder of 0.9.0.
ENCODER = ("0", "0.downsamplers.0", "1", "1.downsamplers.0", "2", "2.downsamplers.0", "3", "3.downsamplers.0", "mid")
DECODER = ("mid", *(f"{i}{part}" for i in range(4) for part in (".upsamplers.0", "")))
STRIDED = ("0", "0.downsamplers.0", "0.conv_out", "1", "1.downsamplers.0", "1.conv_out", "2", "2.downsamplers.0", "3",
           "mid")  # fmt: skip
UNTIMED = ("mid", "0", "1.upsamplers.0", "1", "2.conv_in", "2.upsamplers.0", "2", "3.conv_in", "3.upsamplers.0", "3")


def _row(stem: str, ours: tuple[str, ...]) -> Rules:
    """stem: as `encoder.down_blocks`."""
    side = stem.partition(".")[0]
    targets = (f"{side}.mid_block" if name == "mid" else f"{stem}.{name}" for name in ours)
    return tuple((rf"^{re.escape(stem)}\.{i}\.", f"{target}.") for i, target in enumerate(targets))


def vae(config: LtxVaeConfig) -> FileLayout:
    """How files of this autoencoder are read."""
    return FileLayout(
        rules=(
            *_row("encoder.down_blocks", STRIDED if config.strided else ENCODER),
            *_row("decoder.up_blocks", DECODER if config.timed else UNTIMED),
            (r"res_blocks", "resnets"),
            (r"norm3\.norm", "norm3"),
            (r"conv_shortcut\.(?!conv\.)", "conv_shortcut.conv."),
            (r"last_time_embedder", "time_embedder"),
            (r"last_scale_shift_table", "scale_shift_table"),
            (r"^per_channel_statistics\.mean-of-means$", "latents_mean"),
            (r"^per_channel_statistics\.std-of-means$", "latents_std"),
        ),
        prefix="vae.",
        drop=r"^per_channel_statistics\.(?!mean-of-means$|std-of-means$)",
    )
