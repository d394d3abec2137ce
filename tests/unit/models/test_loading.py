"""Published files into our modules: original names, several components in a file, float8, and files that do not fit."""

from __future__ import annotations

import json
import re
import time
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from tiny import noise, stirred
from torch import Tensor, nn

from soracli.errors import WeightsError
from soracli.models.common import loading, sentencepiece, t5
from soracli.models.common.loading import FileLayout, LoadOptions, QuantisedLinear, load, renamed
from soracli.models.common.t5 import T5, T5Config
from soracli.models.ltx import key_map as ltx_names
from soracli.models.ltx.transformer import LtxConfig, LtxTransformer
from soracli.models.ltx.vae import LtxVae, LtxVaeConfig
from soracli.models.wan import key_map as wan_names
from soracli.models.wan.transformer import WanConfig, WanTransformer
from soracli.models.wan.vae import WanVae, WanVaeConfig

VACE = WanConfig(16, 16, 2, 12, 3, 48, 32, 64, (0, 2))
WAN_VAE = WanVaeConfig(4, widths=(1, 2, 4, 4))
LTX = LtxConfig(8, 4, 8, 2, 32)
LTX_VAE = LtxVaeConfig(8, (8, 8, 16, 16, 16), (1,) * 5, (8, 16, 32), (1,) * 4)


def both(*stems: str) -> list[str]:
    return [f"{stem}.{kind}" for stem in stems for kind in ("weight", "bias")]


def wan_block(stem: str) -> list[str]:
    attentions = [f"{stem}.{name}_attn" for name in ("self", "cross")]
    found = both(*(f"{a}.{part}" for a in attentions for part in "qkvo"), f"{stem}.ffn.0", f"{stem}.ffn.2")
    norms = [f"{a}.norm_{part}.weight" for a in attentions for part in "qk"]
    return [*found, *norms, *both(f"{stem}.norm3"), f"{stem}.modulation"]


def wan_originals() -> list[str]:
    """Of a VACE network of three blocks, as Wan's own code calls them."""
    found = both(
        "patch_embedding", "text_embedding.0", "text_embedding.2", "time_embedding.0", "time_embedding.2",
        "time_projection.1", "head.head", "vace_patch_embedding", "vace_blocks.0.before_proj",
        "vace_blocks.0.after_proj", "vace_blocks.1.after_proj",
    )  # fmt: skip
    blocks = [*(f"blocks.{i}" for i in range(3)), "vace_blocks.0", "vace_blocks.1"]
    return [*found, "head.modulation", *(name for block in blocks for name in wan_block(block))]


def wan_vae_originals() -> list[str]:
    """Of the autoencoder of 2.1: samplers and residual blocks numbered in one row."""

    def residual(stem: str) -> list[str]:
        gammas = [f"{stem}.residual.{i}.gamma" for i in (0, 3)]
        return [*gammas, *both(f"{stem}.residual.2", f"{stem}.residual.6")]

    found = both("conv1", "conv2")
    for side in ("encoder", "decoder"):
        found += [*both(f"{side}.conv1", f"{side}.head.2", f"{side}.middle.1.to_qkv", f"{side}.middle.1.proj")]
        found += [f"{side}.head.0.gamma", f"{side}.middle.1.norm.gamma"]
        found += [*residual(f"{side}.middle.0"), *residual(f"{side}.middle.2")]
    for i in range(11):
        stem = f"encoder.downsamples.{i}"
        found += both(f"{stem}.resample.1") if i % 3 == 2 else residual(stem)
    found += both("encoder.downsamples.5.time_conv", "encoder.downsamples.8.time_conv")
    found += both("encoder.downsamples.3.shortcut", "encoder.downsamples.6.shortcut")
    for i in range(15):
        stem = f"decoder.upsamples.{i}"
        found += both(f"{stem}.resample.1") if i % 4 == 3 else residual(stem)
    found += both("decoder.upsamples.3.time_conv", "decoder.upsamples.7.time_conv", "decoder.upsamples.4.shortcut")
    return found


# Of levels and samplers, in the original's row.
LATER_DOWN = "0,0.downsamplers.0,1,1.downsamplers.0,2,2.downsamplers.0,3,3.downsamplers.0,mid"
EARLY_DOWN = "0,0.downsamplers.0,0.conv_out,1,1.downsamplers.0,1.conv_out,2,2.downsamplers.0,3,mid"
LATER_UP = "mid,0.upsamplers.0,0,1.upsamplers.0,1,2.upsamplers.0,2,3.upsamplers.0,3"
EARLY_UP = "mid,0,1.upsamplers.0,1,2.conv_in,2.upsamplers.0,2,3.conv_in,3.upsamplers.0,3"


def ltx_vae_original(name: str, config: LtxVaeConfig) -> str:
    """Of one of our names; samplers and levels numbered in one row."""
    if name in ("latents_mean", "latents_std"):
        return f"vae.per_channel_statistics.{name[8:]}-of-means"
    side, _, rest = name.partition(".")
    stem = "up_blocks" if side == "decoder" else "down_blocks"
    if rest.startswith((stem, "mid_block.")):
        row = (EARLY_DOWN if config.strided else LATER_DOWN) if side == "encoder" else EARLY_UP
        row = (LATER_UP if side == "decoder" and config.timed else row).split(",")
        inner = rest.replace("mid_block.", "mid.").removeprefix(f"{stem}.")
        place = max((each for each in row if inner.startswith(f"{each}.")), key=len)
        rest = f"{stem}.{row.index(place)}.{inner.removeprefix(place + '.')}"
    elif side == "decoder" and rest.startswith(("time_embedder", "scale_shift_table")):
        rest = "last_" + rest
    for ours, theirs in (("resnets", "res_blocks"), ("norm3", "norm3.norm"), ("conv_shortcut.conv", "conv_shortcut")):
        rest = rest.replace(ours, theirs)
    return f"vae.{side}.{rest}"


def state_of(module: nn.Module) -> dict[str, Tensor]:
    return {name: tensor.contiguous() for name, tensor in stirred(module).state_dict().items()}


def ltx_originals(state: dict[str, Tensor]) -> dict[str, Tensor]:
    swaps = (("proj_in", "patchify_proj"), ("time_embed.", "adaln_single."), ("norm_q", "q_norm"), ("norm_k", "k_norm"))
    found = {}
    for name, tensor in state.items():
        for ours, theirs in swaps:
            name = name.replace(ours, theirs)
        found[name] = tensor
    return found


@pytest.mark.parametrize(
    ("originals", "form", "module"),
    [
        (wan_originals(), wan_names.TRANSFORMER, WanTransformer(VACE)),
        (wan_vae_originals(), wan_names.VAE, WanVae(WAN_VAE)),
    ],
    ids=["wan vace", "wan autoencoder"],
)
def test_wans_names(originals: list[str], form: FileLayout, module: nn.Module, tmp_path: Path) -> None:
    """Every original name is one of ours, none is left out, and the file loads."""
    state = state_of(module)
    assert sorted(renamed(name, form.rules) for name in originals) == sorted(state)
    save_file({name: state[renamed(name, form.rules)] for name in originals}, tmp_path / "a.safetensors")
    build = partial(type(module), module.config)  # type: ignore[arg-type]
    found = load(build, [tmp_path / "a.safetensors"], form).state_dict()
    assert all(torch.equal(found[name], state[name]) for name in state)


def test_the_names_of_wans_newer_autoencoder() -> None:
    """2.2's, as Wan's own code calls them: levels within levels."""
    ours = list(WanVae(WanVaeConfig(8, 8, 16, (1, 2, 4, 4), residual=True, patch=2)).state_dict())
    swaps = (
        ("quant_conv", "conv1"), ("post_conv1", "conv2"), (".conv_in", ".conv1"), (".norm_out", ".head.0"),
        (".conv_out", ".head.2"), (".mid_block.resnets.0", ".middle.0"), (".mid_block.attentions.0", ".middle.1"),
        (".mid_block.resnets.1", ".middle.2"), (".downsampler", ".downsamples.2"), (".upsampler", ".upsamples.3"),
    )  # fmt: skip
    inner = ((".norm1", ".residual.0"), (".norm2", ".residual.3"), (".conv_shortcut", ".shortcut"))

    def original(name: str) -> str:
        for mine, theirs in swaps:
            name = name.replace(mine, theirs)
        if ".resnets." in name or ".middle.0" in name or ".middle.2" in name:
            name = re.sub(r"\.conv1\.", ".residual.2.", re.sub(r"\.conv2\.", ".residual.6.", name))
            for mine, theirs in inner:
                name = name.replace(mine, theirs)
        kind = "downsamples" if name.startswith("encoder") else "upsamples"
        return re.sub(r"\.(down|up)_blocks\.", f".{kind}.", name.replace(".resnets.", f".{kind}."))

    found = {original(name): name for name in ours}
    assert len(found) == len(ours)
    assert "encoder.downsamples.1.downsamples.0.residual.2.weight" in found
    assert "decoder.upsamples.0.upsamples.3.time_conv.weight" in found
    assert [renamed(name, wan_names.VAE.rules) for name in found] == ours


def test_wans_names_of_what_is_seen() -> None:
    """2.1's image-to-video networks, as Wan's own code calls them."""
    config = WanConfig(36, 16, 2, 12, 1, 48, 32, 64, image=24, places=34)
    ours = {name for name in WanTransformer(config).state_dict() if "image_embedder" in name or "add" in name}
    attention = both("blocks.0.cross_attn.k_img", "blocks.0.cross_attn.v_img")
    found = [*both(*(f"img_emb.proj.{i}" for i in (0, 1, 3, 4))), "img_emb.emb_pos", *attention]
    found.append("blocks.0.cross_attn.norm_k_img.weight")
    assert {renamed(name, wan_names.TRANSFORMER.rules) for name in found} == ours


def test_ltx_single_files_hold_two_components(tmp_path: Path) -> None:
    network, vae = LtxTransformer(LTX), LtxVae(LTX_VAE)
    one, two = state_of(network), state_of(vae)
    flat = {f"model.diffusion_model.{name}": tensor for name, tensor in ltx_originals(one).items()}
    flat |= {ltx_vae_original(name, LTX_VAE): tensor for name, tensor in two.items()}
    flat["vae.per_channel_statistics.mean-of-stds"] = torch.ones(8)
    path = tmp_path / "ltx.safetensors"
    save_file(flat, path)
    found = load(partial(LtxTransformer, LTX), [path], ltx_names.TRANSFORMER).state_dict()
    assert all(torch.equal(found[name], one[name]) for name in one)
    found = load(partial(LtxVae, LTX_VAE), [path], ltx_names.vae(LTX_VAE)).state_dict()
    assert all(torch.equal(found[name], two[name]) for name in two)


CONFIG = T5Config(64, 32, 8, 4, 64, 2, True)


def packed_file(path: Path, scale: float = 0.01) -> dict[str, Tensor]:
    """A float8 encoder with scales, as it is published; returns what it stands for."""
    state = {name: tensor.to(torch.bfloat16) for name, tensor in state_of(T5(CONFIG)).items()}
    file: dict[str, Tensor] = {"scaled_fp8": torch.zeros(2).to(torch.float8_e4m3fn)}
    for name, tensor in state.items():
        if tensor.ndim == 2 and "SelfAttention." in name and "bias" not in name:
            file[name] = (tensor / scale).to(torch.float8_e4m3fn)
            file[name.removesuffix("weight") + "scale_weight"] = torch.tensor(scale)
            state[name] = file[name].to(torch.bfloat16) * torch.tensor(scale, dtype=torch.bfloat16)
        else:
            file[name] = tensor
    save_file(file, path)
    return state


@torch.no_grad()
def test_float8_is_unpacked_when_it_is_used(tmp_path: Path) -> None:
    path = tmp_path / "fp8.safetensors"
    state = packed_file(path)
    ours = load(partial(T5, CONFIG), [path], t5.FORM)
    assert sum(isinstance(part, QuantisedLinear) for part in ours.modules()) == 8
    plain = T5(CONFIG).to(torch.bfloat16).eval()
    plain.load_state_dict(state)
    ids, mask = torch.arange(3, 23)[None], torch.ones(1, 20)
    assert torch.equal(ours(ids, mask), plain(ids, mask))
    whole = load(partial(T5, CONFIG), [path], t5.FORM, LoadOptions(dtype=torch.float32))
    assert not any(isinstance(part, QuantisedLinear) for part in whole.modules())
    torch.testing.assert_close(whole(ids, mask), plain.float()(ids, mask))


def eight_bits(form: str, rows: bool) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """A network in eight bits as a tool writes it, and what it stands for. form: `scale_weight`, `weight_scale`, ..."""
    state = state_of(LtxTransformer(LTX))
    file: dict[str, Tensor] = {}
    for name, tensor in state.items():
        file[name] = tensor
        if name.startswith("transformer_blocks") and tensor.ndim == 2 and name.endswith("weight"):
            stem, most = name.removesuffix("weight"), 127.0 if form == "int8" else 448.0
            scale = (tensor.abs().amax(1, keepdim=True) if rows else tensor.abs().max()) / most
            codes = tensor / scale
            file[name] = codes.round().to(torch.int8) if form == "int8" else codes.to(torch.float8_e4m3fn)
            state[name] = file[name].float() * scale
            file[stem + ("scale_weight" if form == "scale_weight" else "weight_scale")] = scale
            file[stem + ("scale_input" if form == "scale_weight" else "input_scale")] = torch.ones(())
            if form != "scale_weight":
                kind = "int8_tensorwise" if form == "int8" else "float8_e4m3fn"
                file[stem + "comfy_quant"] = torch.tensor(
                    list(json.dumps({"format": kind}).encode()), dtype=torch.uint8
                )
    if form == "scale_weight":
        file["scaled_fp8"] = torch.zeros(2).to(torch.float8_e4m3fn)
    return file, state


@pytest.mark.parametrize("prefix", ["", "model.diffusion_model."])
@pytest.mark.parametrize("rows", [False, True], ids=["one scale", "one a row"])
@pytest.mark.parametrize("form", ["scale_weight", "weight_scale", "int8"])
def test_eight_bits_with_scales_and_markers(form: str, rows: bool, prefix: str, tmp_path: Path) -> None:
    file, state = eight_bits(form, rows)
    path = tmp_path / "a.safetensors"
    save_file({prefix + name: tensor for name, tensor in file.items()}, path)
    found = load(
        partial(LtxTransformer, LTX), [path], ltx_names.TRANSFORMER, LoadOptions(dtype=torch.float32)
    ).state_dict()
    for name, tensor in state.items():
        torch.testing.assert_close(found[name], tensor, rtol=0.01, atol=1e-6)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"proj_in.comfy_quant": torch.tensor(list(b'{"format": "nvfp4"}'), dtype=torch.uint8)},
         r"proj_in\.comfy_quant is quantised as nvfp4; there are float8_e4m3fn"),
        ({"proj_on.weight_scale": torch.ones(())}, r"proj_on\.weight_scale scales nothing"),
        ({"proj_in.weight_scale": torch.ones(7)}, r"proj_in\.weight_scale has 7 numbers for \(32, 8\)"),
        ({"proj_in.weight_scale": torch.ones(()), "proj_in.scale_weight": torch.ones(())}, "has two scales"),
        ({"proj_in.weight": torch.ones(32, 8, dtype=torch.int8)}, r"proj_in\.weight holds whole numbers without"),
        ({"proj_in.weight_scale_2": torch.ones(())}, r"has an unknown proj_in\.weight_scale_2"),
    ],
)  # fmt: skip
def test_eight_bits_that_are_not_understood(change: dict[str, Tensor], message: str, tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    save_file(state_of(LtxTransformer(LTX)) | change, path)
    with pytest.raises(WeightsError, match=message):
        load(partial(LtxTransformer, LTX), [path], ltx_names.TRANSFORMER)


def test_formats_in_the_header(tmp_path: Path) -> None:
    path, told = tmp_path / "a.safetensors", {"layers": {"proj_in": {"format": "mxfp8"}}}
    save_file(state_of(LtxTransformer(LTX)), path, {"_quantization_metadata": json.dumps(told)})
    with pytest.raises(WeightsError, match="proj_in is quantised as mxfp8"):
        load(partial(LtxTransformer, LTX), [path], ltx_names.TRANSFORMER)


FORMATS = ("[" * 100_000, "[1]", '{"layers": [1]}', '{"layers": {"proj_in": [1]}}', "NaN", "nix")


@pytest.mark.parametrize("told", FORMATS, ids=lambda told: told[:30])
def test_formats_that_are_odd(told: str, tmp_path: Path) -> None:
    """Of the whole file, and of one tensor."""
    path = tmp_path / "a.safetensors"
    save_file(state_of(LtxTransformer(LTX)), path, {"_quantization_metadata": told})
    with pytest.raises(WeightsError):
        load(partial(LtxTransformer, LTX), [path], ltx_names.TRANSFORMER)
    marker = torch.tensor(list(told[:2000].encode()), dtype=torch.uint8)
    save_file(state_of(LtxTransformer(LTX)) | {"proj_in.comfy_quant": marker}, path)
    with pytest.raises(WeightsError):
        load(partial(LtxTransformer, LTX), [path], ltx_names.TRANSFORMER)


def test_two_files_that_hold_the_same(tmp_path: Path) -> None:
    for name in ("a.safetensors", "b.safetensors"):
        save_file(state_of(LtxTransformer(LTX)), tmp_path / name)
    with pytest.raises(WeightsError, match=r"b\.safetensors: holds caption_projection.*, which another of the model's"):
        load(partial(LtxTransformer, LTX), [tmp_path / "a.safetensors", tmp_path / "b.safetensors"],
             ltx_names.TRANSFORMER)  # fmt: skip


def test_half_precision_becomes_bfloat16_and_some_stays_whole(tmp_path: Path) -> None:
    path = tmp_path / "half.safetensors"
    save_file({name: tensor.half() for name, tensor in state_of(WanTransformer(VACE)).items()}, path)
    ours = load(partial(WanTransformer, VACE), [path], wan_names.TRANSFORMER, LoadOptions(dtype=torch.bfloat16))
    assert ours.proj_out.weight.dtype == torch.bfloat16
    assert ours.scale_shift_table.dtype == ours.condition_embedder.time_embedder.linear_1.weight.dtype == torch.float32
    x = noise(1, 16, 2, 4, 4).bfloat16()
    out = ours(x, torch.tensor([500.0]), noise(1, 9, 32, seed=1).bfloat16(), noise(1, 96, 2, 4, 4).bfloat16())
    assert out.dtype == torch.bfloat16
    assert out.isfinite().all()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"proj_out.weight": None}, r"a\.safetensors: does not fit this architecture \(lacks proj_out.weight; 1 of "),
        ({"odd.weight": torch.ones(1)}, r"has an unknown odd\.weight"),
        ({"proj_out.weight": torch.ones(2, 2)}, r"proj_out\.weight is \(2, 2\), not \(8, 32\)"),
    ],
    ids=["missing", "unknown", "misshapen"],
)
def test_files_that_do_not_fit(change: dict[str, Any], message: str, tmp_path: Path) -> None:
    state = state_of(LtxTransformer(LTX)) | change
    save_file({name: tensor for name, tensor in state.items() if tensor is not None}, tmp_path / "a.safetensors")
    with pytest.raises(WeightsError, match=message) as caught:
        load(partial(LtxTransformer, LTX), [tmp_path / "a.safetensors"], ltx_names.TRANSFORMER)
    assert (caught.value.exit_code, caught.value.code) == (5, "weights_damaged")


def test_damaged_files(tmp_path: Path) -> None:
    build = partial(LtxTransformer, LTX)
    (tmp_path / "a.safetensors").write_bytes(b"not one")
    with pytest.raises(WeightsError, match=r"a\.safetensors: cannot be read"):
        load(build, [tmp_path / "a.safetensors"], ltx_names.TRANSFORMER)
    with pytest.raises(WeightsError, match=r"b\.safetensors: file is missing"):
        load(build, [tmp_path / "b.safetensors"], ltx_names.TRANSFORMER)
    for name in ("spiece.model", "tokenizer.json"):
        (tmp_path / name).write_bytes(b"\x0a\xff\xff")
        with pytest.raises(WeightsError, match=f"{name}: is not a "):
            t5.tokenizer(tmp_path / name)


def test_a_number_without_an_end_is_refused_at_once(tmp_path: Path) -> None:
    """Of a protobuf message; to add it up would take time as the square of its length."""
    (tmp_path / "spiece.model").write_bytes(b"\xff" * 4_000_000)
    clock = time.process_time()
    with pytest.raises(WeightsError, match=r"spiece\.model: is not a SentencePiece model"):
        t5.tokenizer(tmp_path / "spiece.model")
    assert time.process_time() - clock < 2


def field(number: int, value: bytes) -> bytes:
    return bytes([number << 3 | 2, len(value)]) + value


def test_a_sentencepiece_model_is_read(tmp_path: Path) -> None:
    """Three special pieces and five words, with scores; rare letters are unknown."""
    import struct

    data = b""
    special = {"<pad>": 3, "</s>": 3, "<unk>": 2}
    for text, score, kind in [*((name, 0.0, kind) for name, kind in special.items()), ("\u2581a", -2.0, 1),
                              ("\u2581fox", -3.0, 1), ("\u2581", -4.0, 1), ("f", -9.0, 1), ("o", -9.0, 1)]:  # fmt: skip
        piece = field(1, text.encode()) + b"\x15" + struct.pack("<f", score) + bytes([0x18, kind])
        data += field(1, piece)
    (tmp_path / "spiece.model").write_bytes(data)
    tokenizer = sentencepiece.load(tmp_path / "spiece.model")
    assert tokenizer.encode("a fox").ids == [3, 4, 1]
    assert tokenizer.encode("  fo z").ids == [5, 6, 7, 5, 2, 1]
    ids, mask = t5.tokens(tokenizer, "a  fox\n", 5)
    assert (ids.tolist(), mask.tolist()) == ([[3, 4, 1, 0, 0]], [[1, 1, 1, 0, 0]])
    assert t5.tokens(tokenizer, "a a a a a a", 3)[0].tolist() == [[3, 3, 1]]


def test_an_unknown_setting_is_named() -> None:
    from soracli.card import Card

    card = Card("odd", "wan", "", "", (4, 8, 8), (), params={"vae": {"bas": 4}})
    with pytest.raises(WeightsError, match=r"model 'odd': params\.vae has an unknown 'bas'"):
        loading.configured(WanVaeConfig, card, "vae")
