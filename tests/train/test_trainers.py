"""One layer under the names of any trainer gives the same weights; no tensor of a file is left over in silence."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import open_folder
import pytest
import torch
from safetensors.torch import save, save_file
from tiny import noise
from torch import Tensor, nn

from soracli.card import Card, ModelOptions, WeightFile
from soracli.errors import WeightsError
from soracli.models.common import single_file
from soracli.models.common.loading import FileLayout, LoadOptions, adapters, load, renamed
from soracli.models.common.lora import Lora, flat
from soracli.models.common.lora_file import LOW, TRANSFORMER
from soracli.models.ltx import key_map as ltx_names
from soracli.models.ltx.transformer import LtxConfig, LtxTransformer
from soracli.models.wan import key_map as wan_names
from soracli.models.wan.transformer import WanConfig, WanTransformer
from soracli.options import open_models
from soracli.pipeline import tasks
from soracli.types import SamplingOptions

RANK = 3
WAN, LTX = WanConfig(36, 16, 2, 12, 2, 32, 32, 32, (0,), image=20, places=8), LtxConfig(8, 4, 8, 2, 32)
NETWORKS: dict[str, tuple[Any, FileLayout, str, str]] = {  # how it is built and read, a layer, its original name
    "wan": (partial(WanTransformer, WAN), wan_names.TRANSFORMER, "blocks.1.attn1.to_q", "blocks.1.self_attn.q"),
    "wan ffn": (partial(WanTransformer, WAN), wan_names.TRANSFORMER, "blocks.0.ffn.net.0.proj", "blocks.0.ffn.0"),
    "ltx": (partial(LtxTransformer, LTX), ltx_names.TRANSFORMER, *2 * ("transformer_blocks.1.attn1.to_out.0",)),
    "ltx in": (partial(LtxTransformer, LTX), ltx_names.TRANSFORMER, "proj_in", "patchify_proj"),
}
TRAINERS = {  # how each calls a layer, and its two matrices; whether alpha stands beside them
    "kohya, musubi": ("lora_unet_{flat}", ".lora_down.weight", ".lora_up.weight", True),
    "musubi in diffusers names": ("lora_unet_{ours_flat}", ".lora_down.weight", ".lora_up.weight", True),
    "peft": ("base_model.model.{original}", ".lora_A.weight", ".lora_B.weight", False),
    "peft in diffusers names": ("base_model.model.{ours}", ".lora_A.weight", ".lora_B.weight", False),
    "diffsynth": ("{original}", ".lora_A.default.weight", ".lora_B.default.weight", False),
    "diffsynth whole": ("pipe.dit.{original}", ".lora_A.default.weight", ".lora_B.default.weight", False),
    "diffusers": ("transformer.{ours}", ".lora_A.weight", ".lora_B.weight", False),
    "diffusers before peft": ("transformer.{ours}", ".lora.down.weight", ".lora.up.weight", False),
    "comfy": ("diffusion_model.{original}", ".lora_A.weight", ".lora_B.weight", False),
    "comfy checkpoint": ("model.diffusion_model.{original}", ".lora_down.weight", ".lora_up.weight", True),
    "lycoris": ("lycoris_{flat}", ".lora_down.weight", ".lora_up.weight", True),
    "onetrainer": ("transformer.{ours}", ".lora_down.weight", ".lora_up.weight", True),
    "onetrainer in one word": ("lora_transformer_{ours_flat}", ".lora_down.weight", ".lora_up.weight", True),
    "simpletuner": ("lycoris_{ours_flat}", ".lora_down.weight", ".lora_up.weight", True),
    "finetrainers": ("{ours}", ".lora_A.weight", ".lora_B.weight", False),
    "an adapter with a name": ("transformer.{ours}", ".lora_A.my_style.weight", ".lora_B.my_style.weight", False),
    "compiled": ("base_model.model._orig_mod.{ours}", ".lora_A.weight", ".lora_B.weight", False),
    "compiled, kohya": ("lora_unet__orig_mod_{flat}", ".lora_down.weight", ".lora_up.weight", True),
    "sharded": ("module._fsdp_wrapped_module.{original}", ".lora_A.weight", ".lora_B.weight", False),
}


def built(kind: str, folder: Path) -> Path:
    """A file of random weights of a network."""
    path = folder / f"{kind}.safetensors"
    save_file(open_folder.settled(NETWORKS[kind][0](), 1), path)
    return path


def state(kind: str, folder: Path, *loras: Lora) -> dict[str, Tensor]:
    build, form, _, _ = NETWORKS[kind]
    return load(build, [built(kind, folder)], form, LoadOptions(loras=loras)).state_dict()


def shape(kind: str) -> torch.Size:
    module: nn.Module = NETWORKS[kind][0]()
    return module.state_dict()[f"{NETWORKS[kind][2]}.weight"].shape


@pytest.mark.parametrize("trainer", TRAINERS)
@pytest.mark.parametrize("kind", NETWORKS)
def test_one_layer_under_any_trainers_names(kind: str, trainer: str, tmp_path: Path) -> None:
    _, _, ours, original = NETWORKS[kind]
    pattern, down, up, has_alpha = TRAINERS[trainer]
    stem = pattern.format(ours=ours, original=original, flat=flat(original), ours_flat=flat(ours))
    rows, columns = shape(kind)
    a, b = noise(RANK, columns, seed=1), noise(rows, RANK, seed=2)
    content = {stem + down: a, stem + up: b} | ({f"{stem}.alpha": torch.tensor(1.5)} if has_alpha else {})
    save_file(content, tmp_path / "a.safetensors")
    before, after = state(kind, tmp_path), state(kind, tmp_path, Lora(tmp_path / "a.safetensors", 0.5))
    share = 0.25 if has_alpha else 0.5
    torch.testing.assert_close(after[f"{ours}.weight"], before[f"{ours}.weight"] + share * b @ a)
    assert {name for name in before if not torch.equal(before[name], after[name])} == {f"{ours}.weight"}


@pytest.mark.parametrize("kind", ["wan", "ltx"])
def test_original_names_there_and_back(kind: str) -> None:
    build, form, _, _ = NETWORKS[kind]
    wanted = list(build().state_dict())
    originals = [renamed(name, form.originals) for name in wanted]
    assert [renamed(name, form.rules) for name in originals] == wanted
    assert len({flat(name) for name in (*wanted, *originals)}) == len({*wanted, *originals})  # none is mistaken


def one(tmp_path: Path, content: dict[str, Tensor], **metadata: str) -> Tensor:
    """What a file adds to the layer `wan`."""
    content = {name: tensor.clone() for name, tensor in content.items()}  # a file may not hold one tensor twice
    save_file(content, tmp_path / "a.safetensors", metadata or None)
    return added(tmp_path, tmp_path / "a.safetensors")


def added(tmp_path: Path, path: Path) -> Tensor:
    name = f"{NETWORKS['wan'][2]}.weight"
    return state("wan", tmp_path, Lora(path))[name] - state("wan", tmp_path)[name]


STEM = "diffusion_model.blocks.1.self_attn.q"
DOWN, UP = noise(RANK, 24, seed=1), noise(24, RANK, seed=2)
PAIR = {f"{STEM}.lora_A.weight": DOWN, f"{STEM}.lora_B.weight": UP}


def test_alpha_of_peft_stands_in_its_configuration(tmp_path: Path) -> None:
    plain = UP @ DOWN
    torch.testing.assert_close(one(tmp_path, PAIR), plain, atol=1e-5, rtol=0)
    inside = {"transformer.r": RANK, "transformer.lora_alpha": 6}
    torch.testing.assert_close(
        one(tmp_path, PAIR, lora_adapter_metadata=json.dumps(inside)), 2 * plain, atol=1e-5, rtol=0
    )
    path = tmp_path / "adapter_model.safetensors"
    save_file({name.replace("diffusion_model", "base_model.model"): tensor for name, tensor in PAIR.items()}, path)
    for config, factor in (
        ({"r": RANK, "lora_alpha": 6}, 2.0),
        ({"r": RANK, "lora_alpha": 6, "use_rslora": True}, 6 / 3**0.5),
        ({"r": 8, "lora_alpha": 8, "alpha_pattern": {"self_attn.q": 12}}, 4.0),
    ):
        (tmp_path / "adapter_config.json").write_text(json.dumps(config))
        torch.testing.assert_close(added(tmp_path, path), factor * plain, atol=1e-5, rtol=0)
    (tmp_path / "adapter_config.json").write_text('{"lora_alpha": "much"}')
    with pytest.raises(WeightsError, match="has no number for lora_alpha"):
        added(tmp_path, path)


@pytest.mark.parametrize(
    "said", ['{"lora_alpha": NaN}', '{"lora_alpha": 1e999}', '{"lora_alpha": 1, "alpha_pattern": {"q": 1e999}}',
             "[" * 100_000, '{"lora_alpha": [1]}', '{"lora_alpha": 1, "alpha_pattern": [1]}'],
    ids=lambda said: said[:40],
)  # fmt: skip
def test_scales_that_are_no_numbers_are_refused(said: str, tmp_path: Path) -> None:
    """They would make every weight NaN, and the clip black."""
    with pytest.raises(WeightsError, match="cannot be read"):
        one(tmp_path, PAIR, lora_adapter_metadata=said.replace("lora_alpha", "transformer.lora_alpha"))
    path = tmp_path / "adapter_model.safetensors"
    save_file(PAIR, path)
    (tmp_path / "adapter_config.json").write_text(said)
    with pytest.raises(WeightsError, match="cannot be read"):
        added(tmp_path, path)


@pytest.mark.parametrize("way", ["pissa", "pissa_niter_16", "OLoRA", "loftq", "corda"])
def test_adapters_of_other_weights_are_refused(way: str, tmp_path: Path) -> None:
    """These ways to begin take the adapter's first state out of the model's weights, which are not in the file."""
    said = json.dumps({"transformer.lora_alpha": 3, "transformer.init_lora_weights": way})
    with pytest.raises(WeightsError, match=f"begun by {way}, on weights that the model does not have"):
        one(tmp_path, PAIR, lora_adapter_metadata=said)
    for plain in ("true", '"gaussian"', "false"):
        said = f'{{"transformer.lora_alpha": 3, "transformer.init_lora_weights": {plain}}}'
        torch.testing.assert_close(one(tmp_path, PAIR, lora_adapter_metadata=said), UP @ DOWN, atol=1e-5, rtol=0)


def test_layers_that_were_wrapped_within(tmp_path: Path) -> None:
    """As torch names what it recomputes instead of keeping it."""
    within = {name.replace("blocks.1.", "blocks.1._checkpoint_wrapped_module."): part for name, part in PAIR.items()}
    torch.testing.assert_close(one(tmp_path, within), UP @ DOWN, atol=1e-5, rtol=0)


def test_a_bias_and_a_convolution(tmp_path: Path) -> None:
    save_file(
        PAIR | {f"{STEM}.lora_B.bias": torch.ones(24),
                "diffusion_model.patch_embedding.lora_down.weight": noise(2, 36, 1, 2, 2, seed=3),
                "diffusion_model.patch_embedding.lora_up.weight": noise(24, 2, 1, 1, 1, seed=4)},
        tmp_path / "a.safetensors",
    )  # fmt: skip
    before, after = state("wan", tmp_path), state("wan", tmp_path, Lora(tmp_path / "a.safetensors"))
    torch.testing.assert_close(after["blocks.1.attn1.to_q.bias"], before["blocks.1.attn1.to_q.bias"] + 1)
    change = torch.einsum("nr,rkthw->nkthw", noise(24, 2, seed=4), noise(2, 36, 1, 2, 2, seed=3))
    torch.testing.assert_close(after["patch_embedding.weight"], before["patch_embedding.weight"] + change)


def test_loha(tmp_path: Path) -> None:
    a1, b1, a2, b2 = (noise(*size, seed=i) for i, size in enumerate([(24, 3), (3, 24)] * 2))
    parts = {"hada_w1_a": a1, "hada_w1_b": b1, "hada_w2_a": a2, "hada_w2_b": b2, "alpha": torch.tensor(1.5)}
    found = one(tmp_path, {f"{STEM}.{name}": tensor for name, tensor in parts.items()})
    torch.testing.assert_close(found, 0.5 * (a1 @ b1) * (a2 @ b2), atol=1e-5, rtol=0)


@pytest.mark.parametrize("cut", ["none", "second", "both"])
def test_lokr(cut: str, tmp_path: Path) -> None:
    """Of LyCORIS both factors may be whole, and alpha says nothing then."""
    w1, w2, a1, b1, a2, b2 = (
        noise(*size, seed=i) for i, size in enumerate([(4, 4), (6, 6), (4, 2), (2, 4), (6, 2), (2, 6)])
    )
    one_, two = (a1 @ b1 if cut == "both" else w1), (w2 if cut == "none" else a2 @ b2)
    parts = {"alpha": torch.tensor(0.5)}
    parts |= {"lokr_w1_a": a1, "lokr_w1_b": b1} if cut == "both" else {"lokr_w1": w1}
    parts |= {"lokr_w2": w2} if cut == "none" else {"lokr_w2_a": a2, "lokr_w2_b": b2}
    found = one(tmp_path, {f"{STEM}.{name}": tensor for name, tensor in parts.items()})
    torch.testing.assert_close(found, (1 if cut == "none" else 0.25) * torch.kron(one_, two), atol=1e-5, rtol=0)


@pytest.mark.parametrize(
    ("name", "shape", "axis"),
    [("dora_scale", (24, 1), 1), ("lora_magnitude_vector", (24,), 1), ("lora_magnitude_vector.weight", (24,), 1),
     ("lora_magnitude_vector.default.weight", (24,), 1), ("dora_scale", (1, 24), 0)],
)  # fmt: skip
def test_dora(name: str, shape: tuple[int, ...], axis: int, tmp_path: Path) -> None:
    """Rows of what is changed have the lengths that the file says; those of older LyCORIS columns."""
    size = noise(*shape, seed=5).abs() + 0.1
    whole = state("wan", tmp_path)["blocks.1.attn1.to_q.weight"]
    merged = whole + UP @ DOWN
    wanted = size.view(24, 1) if axis else size.view(1, 24)
    wanted = wanted * merged / merged.norm(dim=axis, keepdim=True)
    torch.testing.assert_close(one(tmp_path, PAIR | {f"{STEM}.{name}": size}) + whole, wanted, atol=1e-5, rtol=0)


def test_files_of_two_experts(tmp_path: Path) -> None:
    names = ("transformer.blocks.1.attn1.to_q", "transformer_2.blocks.1.attn1.to_q")
    both = {f"{name}.lora_{a}.weight": (1.0 + i) * tensor for i, name in enumerate(names)
            for a, tensor in (("A", DOWN), ("B", UP))}  # fmt: skip
    save_file(both, tmp_path / "a.safetensors")
    before = state("wan", tmp_path)
    for part, factor in ((TRANSFORMER, 1), (LOW, 4)):
        after = state("wan", tmp_path, Lora(tmp_path / "a.safetensors", part=part))
        change = after["blocks.1.attn1.to_q.weight"] - before["blocks.1.attn1.to_q.weight"]
        torch.testing.assert_close(change, factor * UP @ DOWN, atol=1e-4, rtol=0)
    with pytest.raises(WeightsError, match=r"1 of its layers are not in it, such as transformer_2\.blocks"):
        state("wan", tmp_path, Lora(tmp_path / "a.safetensors"))


ODD: dict[str, tuple[dict[str, Tensor], str]] = {
    "tucker": ({f"{STEM}.lora_mid.weight": DOWN}, f"{STEM}.lora_mid.weight is a Tucker decomposition, which cannot"),
    "loha tucker": ({f"{STEM}.hada_t1": DOWN}, "hada_t1 is a Tucker decomposition"),
    "glora": ({f"{STEM}.a1.weight": DOWN}, "a1.weight is GLoRA"),
    "oft": ({f"{STEM}.oft_blocks": DOWN}, "oft_blocks is OFT"),
    "whole": ({f"{STEM}.set_weight": DOWN}, "set_weight is a weight that replaces another"),
    "text": ({"lora_te1_text_model_encoder_layers_0_mlp_fc1.lora_down.weight": DOWN}, "adapter of the text encoder"),
    "text, peft": ({"text_encoder.encoder.block.0.layer.0.q.lora_A.weight": DOWN}, "adapter of the text encoder"),
    "unknown": ({f"{STEM}.foo": DOWN}, "foo is of an unknown kind"),
    "half": ({f"{STEM.replace('1', '0')}.lora_A.weight": DOWN}, "a part without the others of its layer"),
    "alone": ({f"{STEM.replace('1', '0')}.dora_scale": DOWN}, "a magnitude without what it is of"),
    "alpha": ({f"{STEM.replace('1', '0')}.alpha": torch.ones(())}, "alpha: changes nothing"),
    "alphas": ({f"{STEM}.alpha": torch.ones(2)}, "its alpha is not one number"),
    "nan": ({f"{STEM}.lora_A.weight": DOWN * torch.nan}, "holds numbers that are not finite"),
    "whole numbers": ({f"{STEM}.lora_A.weight": DOWN.long()}, "holds whole numbers"),
    "vectors": ({f"{STEM}.lora_A.weight": torch.ones(())}, "is no matrix"),
    "ranks": ({f"{STEM}.lora_A.weight": noise(4, 24)}, r"its ranks differ \(3 and 4\)"),
    "shape": ({f"{STEM}.lora_A.weight": noise(3, 25)}, "1 of its layers are not in it"),
    "magnitude": ({f"{STEM}.dora_scale": noise(25, 1)}, "1 of its layers are not in it"),
    "lokr": ({f"{STEM}.lokr_w1": noise(4, 4)}, "a part without the others of its layer"),
    "two": ({f"{STEM}.lora_A.default.weight": DOWN}, "has two tensors for one"),
    "bitsandbytes": ({f"{STEM}.base_layer.weight.quant_state.bitsandbytes__nf4": DOWN}, "nf4 is of an unknown kind"),
    "a base": ({f"{STEM}.base_layer.weight": DOWN}, "base_layer.weight is of an unknown kind"),
    "adalora": ({f"{STEM}.lora_E": noise(3, 1)}, "lora_E is of an unknown kind"),
    "vera": ({f"{STEM}.vera_lambda_b": noise(24)}, "vera_lambda_b is of an unknown kind"),
    "words": ({"bundle_emb.zorp.t5": DOWN}, "bundle_emb.zorp.t5 is of an unknown kind"),
}  # fmt: skip


@pytest.mark.parametrize("kind", ODD)
def test_nothing_is_left_over_in_silence(kind: str, tmp_path: Path) -> None:
    """Beside a layer that would fit, too."""
    content, message = ODD[kind]
    with pytest.raises(WeightsError, match=message) as caught:
        one(tmp_path, PAIR | content)
    assert (caught.value.exit_code, caught.value.code) == (5, "lora")


def test_an_adapter_suits_packed_weights(tmp_path: Path) -> None:
    """They are unpacked, changed, and packed anew."""
    save_file(PAIR, tmp_path / "a.safetensors")
    build, form, ours, _ = NETWORKS["wan"]
    found = load(
        build, [built("wan", tmp_path)], form, LoadOptions(packing="int8", loras=[Lora(tmp_path / "a.safetensors")])
    )
    packed = found.get_submodule(ours)
    wanted = state("wan", tmp_path, Lora(tmp_path / "a.safetensors"))[f"{ours}.weight"]
    assert float((packed.weight * packed.scale - wanted).abs().max()) < 0.01 * float(wanted.abs().max())


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("wan2.2_t2v_lightx2v_4steps_lora_v1.1_high_noise", TRANSFORMER), ("style-HIGH", TRANSFORMER),
        ("wan22-HighNoise-v2", TRANSFORMER), ("style_low", LOW), ("low-noise_model", LOW), ("style", ""),
        ("high_quality", ""), ("slow", ""), ("high_noise_and_low_noise", ""), ("lowpoly", ""),
    ],
)  # fmt: skip
def test_pairs_of_adapters_go_to_the_experts_that_they_name(name: str, part: str) -> None:
    assert single_file.expert(name) == part
    card = Card("a14b", "wan", "", "", (4, 8, 8), (), options=ModelOptions(loras=((f"{name}.safetensors", 1.0),)))
    files = tuple(WeightFile(role, role, 1, "") for role in ("transformer", "low"))
    (note,) = open_models.notes(
        replace(card, files=files, params=card.params | {"way": "control"}),
        SamplingOptions("a14b", 64, 32, Fraction(0), Fraction(16), 1, 1.0),
        tasks.generate(1, 32, 64, Fraction(16)),
    )
    assert {TRANSFORMER: "high noise alone", LOW: "low noise alone", "": "both experts"}[part] in note
    assert [bool(adapters(card, each)) for each in (TRANSFORMER, LOW, "")] == [part != LOW, part != TRANSFORMER, True]


FILES: dict[str, bytes] = {
    "empty": b"", "cut": save({"a.lora_A.weight": DOWN})[:-5], "no tensors": save({}), "text": b"not weights",
    "pickle": b"\x80\x04\x95\x10\x00\x00\x00\x00\x00\x00\x00\x8c\x05posix\x94.", "header": b"\xff" * 64,
    "long header": (1 << 40).to_bytes(8, "little") + b"{}", "list": (2).to_bytes(8, "little") + b"[]",
    "nested": (1 << 17).to_bytes(8, "little") + b"[" * (1 << 17),
    "a long name": save({f"{STEM}{'a' * 9999}.lora_A.weight": DOWN}),
    "a long value": (9009).to_bytes(8, "little") + b'{"a": "' + b"a" * 9000 + b'"}',
}  # fmt: skip


@pytest.mark.parametrize("kind", FILES)
def test_odd_files_are_refused_in_one_line(kind: str, tmp_path: Path) -> None:
    (tmp_path / "a.safetensors").write_bytes(FILES[kind])
    with pytest.raises(WeightsError) as caught:
        added(tmp_path, tmp_path / "a.safetensors")
    assert (caught.value.exit_code, caught.value.code) == (5, "lora")
    assert str(tmp_path / "a.safetensors") in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 600


@pytest.mark.parametrize("kind", [torch.bfloat16, torch.float16, torch.float8_e4m3fn, torch.float8_e5m2, torch.float64])
def test_adapters_of_any_precision(kind: torch.dtype, tmp_path: Path) -> None:
    """The numbers that are stored count, rounded as they are."""
    stored = {name: tensor.to(kind) for name, tensor in PAIR.items()}
    down, up = (stored[f"{STEM}.lora_{letter}.weight"].float() for letter in "AB")
    torch.testing.assert_close(one(tmp_path, stored), up @ down, atol=1e-5, rtol=0)


def test_two_layouts_in_one_file(tmp_path: Path) -> None:
    """Each layer under a name of its own is added; one layer under two names is refused."""
    other = {f"lora_unet_blocks_0_self_attn_q.lora_{way}.weight": PAIR[f"{STEM}.lora_{letter}.weight"]
             for way, letter in (("down", "A"), ("up", "B"))}  # fmt: skip
    torch.testing.assert_close(one(tmp_path, PAIR | other), UP @ DOWN, atol=1e-5, rtol=0)
    twice = {name.replace("blocks_0", "blocks_1"): tensor for name, tensor in other.items()}
    with pytest.raises(WeightsError, match="changes one layer twice, by "):
        one(tmp_path, PAIR | twice)
