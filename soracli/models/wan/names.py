"""Names in Wan's original files -> ours, and what of the weights stays float32."""

from __future__ import annotations

from soracli.models.published import Form

TRANSFORMER = Form(
    rules=(
        (r"time_embedding\.0", "condition_embedder.time_embedder.linear_1"),
        (r"time_embedding\.2", "condition_embedder.time_embedder.linear_2"),
        (r"text_embedding\.0", "condition_embedder.text_embedder.linear_1"),
        (r"text_embedding\.2", "condition_embedder.text_embedder.linear_2"),
        (r"time_projection\.1", "condition_embedder.time_proj"),
        (r"head\.modulation", "scale_shift_table"),
        (r"head\.head", "proj_out"),
        (r"modulation", "scale_shift_table"),
        (r"ffn\.0", "ffn.net.0.proj"),
        (r"ffn\.2", "ffn.net.2"),
        (r"self_attn", "attn1"),
        (r"cross_attn", "attn2"),
        (r"\.([qkv])\.", r".to_\1."),
        (r"\.o\.", ".to_out.0."),
        (r"norm3", "norm2"),
        (r"img_emb\.proj\.0", "condition_embedder.image_embedder.norm1"),
        (r"img_emb\.proj\.1", "condition_embedder.image_embedder.ff.net.0.proj"),
        (r"img_emb\.proj\.3", "condition_embedder.image_embedder.ff.net.2"),
        (r"img_emb\.proj\.4", "condition_embedder.image_embedder.norm2"),
        (r"img_emb\.emb_pos", "condition_embedder.image_embedder.pos_embed"),
        (r"([kv])_img\.", r"add_\1_proj."),
        (r"norm_add_k_proj", "norm_added_k"),
        (r"before_proj", "proj_in"),
        (r"after_proj", "proj_out"),
    ),
    prefix="model.diffusion_model.",
    keep=r"time_embedder|scale_shift_table|norm2",
    blocks=r"^(vace_)?blocks\.",
)

VAE = Form(
    rules=(
        (r"^conv1\.", "quant_conv."),
        (r"^conv2\.", "post_quant_conv."),
        (r"^(encoder|decoder)\.conv1\.", r"\1.conv_in."),
        (r"^encoder\.downsamples\.(\d)\.downsamples\.([01])\.", r"encoder.down_blocks.\1.resnets.\2."),  # of 2.2
        (r"^encoder\.downsamples\.(\d)\.downsamples\.2\.", r"encoder.down_blocks.\1.downsampler."),
        (r"^decoder\.upsamples\.(\d)\.upsamples\.([012])\.", r"decoder.up_blocks.\1.resnets.\2."),
        (r"^decoder\.upsamples\.(\d)\.upsamples\.3\.", r"decoder.up_blocks.\1.upsampler."),
        (r"^decoder\.upsamples\.3\.", "decoder.up_blocks.0.upsamplers.0."),
        (r"^decoder\.upsamples\.7\.", "decoder.up_blocks.1.upsamplers.0."),
        (r"^decoder\.upsamples\.11\.", "decoder.up_blocks.2.upsamplers.0."),
        (r"^decoder\.upsamples\.([012])\.", r"decoder.up_blocks.0.resnets.\1."),
        *((rf"^decoder\.upsamples\.{4 * i + j}\.", f"decoder.up_blocks.{i}.resnets.{j}.")
          for i in (1, 2, 3) for j in (0, 1, 2)),
        (r"downsamples\.", "down_blocks."),
        (r"middle\.0\.", "mid_block.resnets.0."),
        (r"middle\.1\.", "mid_block.attentions.0."),
        (r"middle\.2\.", "mid_block.resnets.1."),
        (r"head\.0\.", "norm_out."),
        (r"head\.2\.", "conv_out."),
        (r"residual\.0\.", "norm1."),
        (r"residual\.2\.", "conv1."),
        (r"residual\.3\.", "norm2."),
        (r"residual\.6\.", "conv2."),
        (r"shortcut\.", "conv_shortcut."),
    ),
    prefix="vae.",
)  # fmt: skip
