"""Which files of a folder count, what its configurations may say, and what a model is taken for by its name."""

from __future__ import annotations

import json
import shutil
import struct
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import open_folder
import pytest
import torch
from conftest import Sora
from safetensors.torch import load_file, save_file

from soracli import media
from soracli.errors import WeightsError
from soracli.models.ltx.transformer import LtxConfig, LtxTransformer
from soracli.models.ltx.vae import LtxVae, LtxVaeConfig
from soracli.models.wan import cleaned
from soracli.models.wan.transformer import WanConfig, WanTransformer
from soracli.options import open_models
from soracli.pipeline import model_cache, tasks
from soracli.types import Canvas, Clip, SamplingOptions
from soracli.weights import hub_folder, manifest


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return {kind: open_folder.write(tmp_path_factory.mktemp(kind) / kind, kind) for kind in ("vace", "ltx", "ti2v")}


def copy(made: dict[str, Path], kind: str, folder: Path) -> Path:
    shutil.copytree(made[kind], folder)
    return folder


# --- which files count ------------------------------------------------------------------------------------------------


def empty(folder: Path, *names: str) -> Path:
    folder.mkdir()
    for name in names:
        (folder / name).write_bytes(b"")
    return folder


def index(folder: Path, name: str, *files: str) -> None:
    table = {f"layer.{i}": file for i, file in enumerate(files)}
    (folder / f"{name}.safetensors.index.json").write_text(json.dumps({"weight_map": table}))


SHARDS = ("diffusion_pytorch_model-00001-of-00002.safetensors", "diffusion_pytorch_model-00002-of-00002.safetensors")
WHOLE, HALF = "diffusion_pytorch_model.safetensors", "diffusion_pytorch_model.fp16.safetensors"


def test_an_index_says_which_files_count(tmp_path: Path) -> None:
    folder = empty(tmp_path / "a", *SHARDS, "zz-stray.safetensors", WHOLE, HALF)
    index(folder, "diffusion_pytorch_model", *SHARDS)
    assert [path.name for path in hub_folder.shards(folder, "a")] == list(SHARDS)
    (folder / SHARDS[1]).unlink()
    with pytest.raises(WeightsError, match=r"a: lacks diffusion_pytorch_model-00002-of-00002\.safetensors, which"):
        hub_folder.shards(folder, "a")


@pytest.mark.parametrize("name", ["../secret.safetensors", "/etc/a.safetensors", "a.bin", "folder/a.safetensors"])
def test_an_index_names_files_beside_it_only(name: str, tmp_path: Path) -> None:
    folder = empty(tmp_path / "a", WHOLE)
    index(folder, "model", name)
    with pytest.raises(WeightsError, match="names no files beside it"):
        hub_folder.shards(folder, "a")


@pytest.mark.parametrize(
    ("there", "counts"),
    [
        ((WHOLE, HALF), [WHOLE]),
        (("model.safetensors", "model.bf16.safetensors", "old.safetensors"), ["model.safetensors"]),
        ((HALF,), [HALF]),
        (("mine.gguf",), ["mine.gguf"]),
        (SHARDS, list(SHARDS)),
        ((), []),
    ],
)
def test_without_an_index_the_usual_names_count(there: tuple[str, ...], counts: list[str], tmp_path: Path) -> None:
    assert [path.name for path in hub_folder.shards(empty(tmp_path / "a", *there), "a")] == counts


@pytest.mark.parametrize(
    ("there", "message"),
    [
        ((HALF, "diffusion_pytorch_model.bf16.safetensors"), "a: holds 2 sets of weights "),
        ((*SHARDS, "other.safetensors"), "a: holds 2 sets of weights "),
        (SHARDS[:1], "a: has 1 of 2 files of weights"),
    ],
)
def test_what_cannot_be_told_is_refused(there: tuple[str, ...], message: str, tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=message):
        hub_folder.shards(empty(tmp_path / "a", *there), "a")


CALL = ("generate", "a fox", "-s", "64x32", "-d", "5f", "--steps", "1", "--seed", "1", "--quality", "lossless")


def test_a_stray_file_paints_nothing(made: dict[str, Path], sora: Sora, tmp_path: Path) -> None:
    """Beside an index: the frames are those without it."""
    folder = copy(made, "vace", tmp_path / "vace")
    assert sora(*CALL, "-m", "./vace", "-o", "a.mkv").code == 0
    files = sorted((folder / "transformer").glob("*.safetensors"))
    index(folder / "transformer", "diffusion_pytorch_model", *(path.name for path in files))
    save_file({name: -tensor for path in files for name, tensor in load_file(path).items()},
              folder / "transformer" / "zz.safetensors")  # fmt: skip
    assert sora(*CALL, "-m", "./vace", "-o", "b.mkv").code == 0
    a, b = (media.read_source(name).clip.frames for name in ("a.mkv", "b.mkv"))
    np.testing.assert_array_equal(a, b)


# --- configurations ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "part", "change", "message"),
    [
        ("vace", "transformer", {"num_attention_heads": None}, "lacks num_attention_heads"),
        ("vace", "transformer", {"in_channels": None}, "lacks in_channels"),
        ("vace", "transformer", {"num_layers": "two"}, 'num_layers is "two", and must be a whole number from 1 on'),
        ("vace", "transformer", {"num_layers": 10_000_000}, "num_layers is 10000000, and must be"),
        ("vace", "transformer", {"num_layers": True}, "num_layers is true"),
        ("vace", "transformer", {"vace_layers": 5}, "vace_layers is 5, and must be a list"),
        ("vace", "transformer", {"ffn_dim": -1}, "ffn_dim is -1"),
        ("vace", "transformer", {"eps": 0.1}, "eps is 0.1, and must be 1e-06, which is all that this version runs"),
        ("vace", "transformer", {"patch_size": [1, 4, 4]}, r"patch_size is \\[1, 4, 4\\]"),
        ("vace", "transformer", {"cross_attn_norm": False}, "cross_attn_norm is false"),
        ("vace", "vae", {"dim_mult": "x"}, 'dim_mult is "x"'),
        ("vace", "vae", {"z_dim": {}}, "z_dim is {}"),
        ("vace", "vae", {"latents_mean": ["a"] * 16}, "latents_mean is"),
        ("vace", "text_encoder", {"d_ff": None}, "lacks d_ff"),
        ("vace", "text_encoder", {"feed_forward_proj": "relu"}, 'feed_forward_proj is "relu"'),
        ("vace", "scheduler", {"flow_shift": "much"}, 'flow_shift is "much"'),
        ("vace", "scheduler", {"prediction_type": "epsilon"}, 'prediction_type is "epsilon"'),
        ("ltx", "transformer", {"attention_head_dim": 1.5}, "attention_head_dim is 1.5"),
        ("ltx", "transformer", {"norm_elementwise_affine": True}, "norm_elementwise_affine is true"),
        ("ltx", "vae", {"decoder_inject_noise": [1]}, r"decoder_inject_noise is \\[1\\]"),
        ("ltx", "vae", {"block_out_channels": None, "down_block_types": 7}, None),
    ],
)  # fmt: skip
def test_configurations_that_are_odd(
    kind: str, part: str, change: dict[str, Any], message: str | None, made: dict[str, Path], tmp_path: Path
) -> None:
    folder = copy(made, kind, tmp_path / "odd")
    path = folder / part / ("scheduler_config.json" if part == "scheduler" else "config.json")
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    if message is None:
        hub_folder.card(str(folder))
        return
    with pytest.raises(WeightsError, match=message.replace("\\\\", "\\")) as caught:
        hub_folder.card(str(folder))
    assert caught.value.exit_code == 5


def test_a_configuration_without_end(made: dict[str, Path], tmp_path: Path) -> None:
    folder = copy(made, "ltx", tmp_path / "odd")
    (folder / "transformer" / "config.json").write_text("[" * 100_000)
    with pytest.raises(WeightsError, match=r"config\.json cannot be read"):
        hub_folder.card(str(folder))


# --- what a model is taken for ----------------------------------------------------------------------------------------


def test_defaults_of_ti2v(made: dict[str, Path]) -> None:
    """Those of the model of 2.2 that marks given latents by their time."""
    found, named = hub_folder.card(str(made["ti2v"])).defaults, manifest.card("wan-ti2v-5b").defaults
    for key in ("width", "height", "fps", "seconds"):
        assert found[key] == named[key], key
    assert Fraction(found["seconds"]) * found["fps"] == 121
    assert (
        hub_folder.card(str(made["vace"])).defaults["width"],
        hub_folder.card(str(made["vace"])).defaults["fps"],
    ) == (832, 16)


@pytest.mark.parametrize(
    ("kind", "name", "few"),
    [
        ("ltx", "LTX-Video-0.9.8-13B-distilled", True), ("ltx", "LTX-Video-0.9.7-dev", False),
        ("vace", "Wan2.1-T2V-14B-StepDistill-CfgDistill", True), ("vace", "wan-4step", True), ("vace", "Wan2.1", False),
        ("ltx", "models--Lightricks--LTX-Video-0.9.8-13B-distilled/snapshots/7c64400e", True),
    ],
)  # fmt: skip
def test_distilled_folders_are_known_by_name(
    kind: str, name: str, few: bool, made: dict[str, Path], tmp_path: Path, sora: Sora
) -> None:
    folder = copy(made, kind, tmp_path / name)
    card = hub_folder.card(str(folder))
    steps, guidance = {"ltx": (7, 1.0), "vace": (4, 1.0)}[kind]
    assert ((card.defaults["steps"], card.defaults["guidance"]) == (steps, guidance)) == few
    assert (len(card.params.get("sigmas", ())) == steps) == few
    if kind == "ltx" and few:
        known = manifest.card("ltx-13b").params
        assert (card.params["sigmas"], card.params["refining"]) == (known["sigmas"], known["refining"])
    ran = sora("generate", "a fox", "-m", f"./{name}", "-s", "64x32", "--dry-run")
    assert ("is distilled, by its name" in ran.err) == few


def ltx_file(path: Path, metadata: dict[str, Any] | None = None) -> Path:
    """A single file of LTX-Video in original names."""
    from test_loading import ltx_vae_original

    state = open_folder.settled(LtxTransformer(LtxConfig(8, 32, 2, 2, 48)), 1)
    vae = LtxVaeConfig(8, (8, 8, 16, 16, 16), (1,) * 5, (8, 16, 32), (1,) * 4)
    state = {name.replace("proj_in", "patchify_proj"): tensor for name, tensor in state.items()}
    state |= {ltx_vae_original(name, vae): tensor for name, tensor in open_folder.settled(LtxVae(vae), 3).items()}
    save_file(state, path, None if metadata is None else {"config": json.dumps(metadata)})
    return path


def test_distilled_files_say_so_themselves(tmp_path: Path) -> None:
    plain = manifest.card(str(ltx_file(tmp_path / "ltxv-13b-dev.safetensors")))
    assert (plain.defaults["steps"], plain.defaults["guidance"], plain.params["sigmas"]) == (40, 3.0, [])
    levels = [1.0, 0.9, 0.5]
    told = manifest.card(str(ltx_file(tmp_path / "mine.safetensors", {"allowed_inference_steps": levels})))
    assert (told.defaults["steps"], told.defaults["guidance"], told.params["sigmas"]) == (3, 1.0, levels)
    odd = manifest.card(str(ltx_file(tmp_path / "odd.safetensors", {"allowed_inference_steps": [0.1, "x", 9]})))
    assert odd.params["sigmas"] == []


@pytest.mark.parametrize("name", ["wan-vace-1.3b", "wan-t2v-1.3b", "wan-ti2v-5b", "wan-vace-14b", "ltx-2b", "ltx-13b"])
def test_default_lengths_are_on_the_grid(name: str, sora: Sora) -> None:
    ran = sora("generate", "a fox", "-m", name, "--dry-run", "--device", "cpu")
    assert ran.code == 0
    assert "frames is not on" not in ran.err


# --- single files -----------------------------------------------------------------------------------------------------


def test_a_file_in_diffusers_names(tmp_path: Path) -> None:
    network = WanTransformer(WanConfig(16, 16, 1, 128, 4, 32, 48, 64, (0, 2)))
    save_file(open_folder.settled(network, 1), tmp_path / "a.safetensors")
    card = manifest.card(str(tmp_path / "a.safetensors"))
    assert (card.arch, card.params["way"], card.params["transformer"]["depth"]) == ("wan", "control", 4)


def header(path: Path, shapes: dict[str, Any]) -> Path:
    """A file that is nothing but a header."""
    table = {name: {"dtype": "F32", "shape": shape, "data_offsets": [0, 0]} for name, shape in shapes.items()}
    data = json.dumps(table).encode()
    path.write_bytes(struct.pack("<Q", len(data)) + data)
    return path


WAN = {
    "patch_embedding.weight": [128, 16, 1, 2, 2], "text_embedding.0.weight": [128, 48], "head.head.weight": [64, 128],
    "time_embedding.0.weight": [128, 64], "blocks.0.ffn.0.weight": [32, 128],
}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"head.head.weight": None}, "is cut off or of another kind (lacks head.head.weight)"),
        ({"blocks.0.ffn.0.weight": None}, "is cut off or of another kind (lacks blocks.0.ffn.0.weight)"),
        ({"head.head.weight": []}, "is cut off or of another kind (its tensors have odd shapes)"),
        ({"patch_embedding.weight": [128]}, "is cut off or of another kind (its tensors have odd shapes)"),
        ({"patch_embedding.weight": "wide"}, "(ValueError: the shape of patch_embedding.weight)"),
        ({"patch_embedding.weight": [-1, 16]}, "(ValueError: the shape of patch_embedding.weight)"),
        ({"patch_embedding.weight": [10**18, 16]}, "(ValueError: the shape of patch_embedding.weight)"),
        ({f"vace_blocks.{i}.x": [1] for i in range(9)}, "is cut off or of another kind"),
        ({f"blocks.{i}.x": [1] for i in range(2000)}, "is cut off or of another kind"),
    ],
)  # fmt: skip
def test_files_of_odd_shapes(change: dict[str, Any], message: str, sora: Sora, tmp_path: Path) -> None:
    shapes = {name: shape for name, shape in (WAN | change).items() if shape is not None}
    header(tmp_path / "a.safetensors", shapes)
    ran = sora("generate", "a fox", "-m", "./a.safetensors", "--dry-run")
    assert (ran.code, message in ran.err) == (5, True), ran.err


def test_files_that_are_not_there_or_nested(sora: Sora, tmp_path: Path) -> None:
    ran = sora("generate", "a fox", "-m", "./nofolder", "--dry-run")
    assert (ran.code, ran.err) == (
        5, "sora: error: ./nofolder: no such file or folder; see: sora model list\n",
    )  # fmt: skip
    (tmp_path / "a.safetensors").write_bytes(struct.pack("<Q", 200_000) + b"[" * 200_000)
    assert sora("generate", "a fox", "-m", "./a.safetensors", "--dry-run").code == 5


# --- content ----------------------------------------------------------------------------------------------------------


def test_models_are_told_apart_by_all_of_their_bytes(made: dict[str, Path], sora: Sora, tmp_path: Path) -> None:
    """Of the same names and shapes and one long beginning; in one process each paints with its own weights."""
    for name, sign in (("a", 1), ("b", -1)):
        folder = copy(made, "vace", tmp_path / name / "tiny")
        for path in sorted((folder / "transformer").glob("*.safetensors")):
            state = {key: sign * tensor for key, tensor in load_file(path).items()}
            save_file(state, path, {"filler": "x" * 70_000})
    one, two = (hub_folder.card(f"{name}/tiny") for name in "ab")
    assert manifest.digest(one) != manifest.digest(two)
    with model_cache.keeping_models():
        for name in "ab":
            assert sora(*CALL, "-m", f"./{name}/tiny", "-o", f"{name}.mkv").code == 0
    assert sora(*CALL, "-m", "./b/tiny", "-o", "c.mkv").code == 0
    a, b, c = (media.read_source(f"{name}.mkv").clip.frames for name in "abc")
    np.testing.assert_array_equal(b, c)
    assert (a != b).any()


# --- numbers that are none --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "part"), [("vace", "transformer"), ("vace", "vae"), ("ltx", "transformer"),
                                            ("vace", "text_encoder")])  # fmt: skip
def test_numbers_that_are_none_are_never_painted(
    kind: str, part: str, made: dict[str, Path], sora: Sora, tmp_path: Path
) -> None:
    folder = copy(made, kind, tmp_path / "nan")
    path = sorted((folder / part).glob("*.safetensors"))[-1]
    state = load_file(path)
    state = {name: tensor * torch.nan if tensor.ndim > 1 else tensor for name, tensor in state.items()}
    save_file(state, path)
    ran = sora(*CALL, "-m", "./nan", "-o", "a.mkv")
    assert ran.code == 5
    assert "model 'nan': paints numbers that are not finite; its weights or an adapter's are damaged" in ran.err
    assert not (tmp_path / "a.mkv").exists()


# --- prompts ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("a  fox\n runs ", "a fox runs"), ("a fox &amp; a cow", "a fox & a cow"), ("&amp;lt;b&amp;gt;", "<b>"),
        ("“a fox” isn’t", "\"a fox\" isn't"), ("ﬁre，ｗｉｄｅ", "fire,wide"), ("schÃ¶n", "schön"),
    ],
)  # fmt: skip
def test_prompts_are_cleaned_as_wans_own_code_does(typed: str, read: str) -> None:
    """Right values by ftfy and html, which its code and diffusers' run."""
    assert cleaned(typed) == read


# --- what a model never learnt ----------------------------------------------------------------------------------------


def canvas(given: str, frames: int = 9) -> Canvas:
    """given: `none`, `first`, `last`, `both`, `half` of the first frame, `clip`."""
    blank = tasks.generate(frames, 32, 64, Fraction(16))
    mask = np.array(blank.mask)
    mask = np.broadcast_to(mask, (frames, 32, 64)).copy()
    for name, part in {"first": np.s_[0], "last": np.s_[-1], "half": np.s_[0, :16], "clip": np.s_[:5]}.items():
        if given == name or (given == "both" and name in ("first", "last")):
            mask[part] = 0
    return Canvas(Clip(blank.clip.frames, Fraction(16)), mask)


@pytest.mark.parametrize(
    ("way", "fine", "odd"),
    [
        ("control", ("none", "first", "last", "both", "half", "clip"), ()),
        ("replaced", ("none",), ("first", "clip", "half")),
        ("channels", ("first",), ("none", "last", "half", "clip", "both")),
        ("tokens", ("none", "first"), ("last", "half", "clip", "both")),
    ],
)
def test_tasks_that_a_model_never_learnt_are_noted(way: str, fine: tuple[str, ...], odd: tuple[str, ...]) -> None:
    card = manifest.card("wan-t2v-1.3b")
    card.params["way"], before = way, card.params["way"]
    try:
        options = SamplingOptions.of(card)
        told = {given: open_models.notes(card, options, canvas(given)) for given in (*fine, *odd)}
    finally:
        card.params["way"] = before
    assert {given for given, notes in told.items() if notes} == set(odd)
    assert all("was trained" in note for given in odd for note in told[given])


@pytest.mark.parametrize(("fps", "factor"), [("24", "1.5"), ("60", "3.75"), ("8", "0.5")])
def test_rates_that_a_model_never_learnt_are_noted(fps: str, factor: str, sora: Sora) -> None:
    ran = sora("generate", "a fox", "-m", "wan-vace-1.3b", "--fps", fps, "-d", "9f", "--dry-run")
    assert f"at {fps} fps everything moves {factor} times as fast" in ran.err
    assert "times as fast" not in sora("generate", "a fox", "-m", "wan-vace-1.3b", "--dry-run").err
    assert "times as fast" not in sora("generate", "a fox", "-m", "ltx-2b", "--fps", "24", "-d", "9f", "--dry-run").err


def test_tokenizers_that_are_odd(made: dict[str, Path], tmp_path: Path) -> None:
    """Those that the library panics over as well, and those of another encoder."""
    from soracli.models.common import t5

    path = made["vace"] / "tokenizer" / "tokenizer.json"
    whole = json.loads(path.read_text())
    spoils: dict[str, Callable[[dict[str, Any]], object]] = {
        "no vocabulary": lambda it: it["model"].update(vocab=[]),
        "unknown of none": lambda it: it["model"].update(unk_id=99),
        "no model": lambda it: it.pop("model"),
        "numbers": lambda it: it["model"].update(vocab=[["a", "b"]]),
    }
    for spoil in spoils.values():
        table = json.loads(json.dumps(whole))
        spoil(table)
        (tmp_path / "tokenizer.json").write_text(json.dumps(table))
        with pytest.raises(WeightsError, match="tokenizer"):
            t5.tokens(t5.tokenizer(tmp_path / "tokenizer.json"), "a zebra", 9)


def test_a_name_cannot_write_on_the_terminal(made: dict[str, Path], tmp_path: Path, sora: Sora) -> None:
    """Of a folder or a file, in what is said of it, in a plan and in errors."""
    name = "t\x1b]0;x\x07\u202ey"
    copy(made, "vace", tmp_path / name)
    for words in (("model", "show", f"./{name}"), ("generate", "x", "-m", f"./{name}", "--dry-run"),
                  ("generate", "x", "-m", f"./{name}-not", "--dry-run")):  # fmt: skip
        ran = sora(*words)
        assert "\\x1b]0;x" in ran.text + ran.err
        assert not {"\x1b", "\x07", "\u202e"} & set(ran.text + ran.err)
