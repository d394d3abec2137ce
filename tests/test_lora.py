"""Adapters are added to the weights as they are loaded, whatever they call their layers."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import open_folder
import pytest
import torch
from conftest import Sora
from safetensors.torch import save_file
from tiny import noise
from torch import Tensor

from soracli import media
from soracli.errors import WeightsError
from soracli.models.lora import Lora
from soracli.models.published import Wish, load
from soracli.models.wan import names
from soracli.models.wan.transformer import WanConfig, WanTransformer

CONFIG = WanConfig(16, 16, 2, 12, 2, 32, 32, 32)
RANK = 3
DOWN, UP = noise(RANK, 24, seed=1), noise(24, RANK, seed=2)
DOWN_FF, UP_FF = noise(RANK, 24, seed=3), noise(32, RANK, seed=4)
LAYER, FEED = "blocks.1.attn1.to_q.weight", "blocks.0.ffn.net.0.proj.weight"


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("lora") / "net.safetensors"
    save_file(open_folder.settled(WanTransformer(CONFIG), 1), path)
    return path


def state(plain: Path, *loras: Lora) -> dict[str, Tensor]:
    return load(partial(WanTransformer, CONFIG), [plain], names.TRANSFORMER, Wish(loras=loras)).state_dict()


STYLES = {
    "peft": {
        "transformer.blocks.1.attn1.to_q.lora_A.weight": DOWN, "transformer.blocks.1.attn1.to_q.lora_B.weight": UP,
        "transformer.blocks.0.ffn.net.0.proj.lora_A.weight": DOWN_FF,
        "transformer.blocks.0.ffn.net.0.proj.lora_B.weight": UP_FF,
    },
    "original names": {
        "diffusion_model.blocks.1.self_attn.q.lora_down.weight": DOWN,
        "diffusion_model.blocks.1.self_attn.q.lora_up.weight": UP,
        "diffusion_model.blocks.1.self_attn.q.alpha": torch.tensor(float(RANK)),
        "diffusion_model.blocks.0.ffn.0.lora_down.weight": DOWN_FF,
        "diffusion_model.blocks.0.ffn.0.lora_up.weight": UP_FF,
    },
}  # fmt: skip


@pytest.mark.parametrize("style", STYLES)
def test_both_kinds_of_names(plain: Path, style: str, tmp_path: Path) -> None:
    save_file(STYLES[style], tmp_path / "a.safetensors")
    before, after = state(plain), state(plain, Lora(tmp_path / "a.safetensors", 0.5))
    torch.testing.assert_close(after[LAYER], before[LAYER] + 0.5 * UP @ DOWN)
    torch.testing.assert_close(after[FEED], before[FEED] + 0.5 * UP_FF @ DOWN_FF)
    assert {name for name in before if not torch.equal(before[name], after[name])} == {LAYER, FEED}


def test_alpha_differences_and_several(plain: Path, tmp_path: Path) -> None:
    stem = "diffusion_model.blocks.1.self_attn.q"
    one = {f"{stem}.lora_down.weight": DOWN, f"{stem}.lora_up.weight": UP, f"{stem}.alpha": torch.tensor(1.5)}
    two = {f"{stem}.diff": torch.ones(24, 24), f"{stem}.diff_b": torch.ones(24)}
    save_file(one, tmp_path / "1.safetensors")
    save_file(two, tmp_path / "2.safetensors")
    before = state(plain)
    after = state(plain, Lora(tmp_path / "1.safetensors"), Lora(tmp_path / "2.safetensors", -1))
    torch.testing.assert_close(after[LAYER], before[LAYER] + 0.5 * UP @ DOWN - 1)
    torch.testing.assert_close(after["blocks.1.attn1.to_q.bias"], before["blocks.1.attn1.to_q.bias"] - 1)


def test_adapters_for_other_networks(plain: Path, tmp_path: Path) -> None:
    stem = "transformer.blocks.9.attn1.to_q"
    files = {
        "odd": ({f"{stem}.lora_A.weight": DOWN, f"{stem}.lora_B.weight": UP},
                "1 of its layers are not in it, such as blocks.9.attn1.to_q.lora_A.weight"),
        "empty": ({"a": DOWN}, "it changes nothing"),
    }  # fmt: skip
    for name, (content, message) in files.items():
        save_file(content, tmp_path / name)
        with pytest.raises(WeightsError, match=message) as caught:
            state(plain, Lora(tmp_path / name))
        assert (caught.value.exit_code, caught.value.code) == (5, "lora")
    (tmp_path / "text").write_text("hello")
    with pytest.raises(WeightsError, match="text: cannot be read"):
        state(plain, Lora(tmp_path / "text"))


def test_the_flag(sora: Sora, tmp_path: Path) -> None:
    open_folder.write(tmp_path / "vace", "vace")
    save_file(STYLES["original names"], tmp_path / "style.safetensors")
    call = ("generate", "a fox", "-m", "./vace", "-s", "64x32", "-d", "5f", "--steps", "1", "--quality", "lossless")
    results = []
    for number, lora in enumerate(([], ["--lora", "style.safetensors:0.5"], ["--lora", "style.safetensors"])):
        ran = sora(*call, "--seed", "1", "-o", f"{number}.mkv", "--json", *lora)
        assert ran.code == 0, ran.err
        results.append(media.read_source(f"{number}.mkv").clip.frames.tobytes())
        assert json.loads(ran.text)["data"].get("loras") == (
            [["style.safetensors", [0.5, 1.0][number - 1]]] if lora else None
        )
    assert len(set(results)) == 3


@pytest.mark.parametrize(
    ("model", "lora", "message"),
    [
        (
            "tiny",
            "a.safetensors",
            f"--lora a.safetensors: model 'tiny' takes none; use an open model ({open_folder.LISTED})",
        ),
        ("ltx-2b", "no.safetensors", "--lora no.safetensors: no such file; give FILE or FILE:SCALE"),
        ("ltx-2b", "a.safetensors:much", "--lora a.safetensors:much: the scale must be a number, such as 0.8"),
        ("ltx-2b", "a.safetensors:9", "--lora a.safetensors:9: the scale must be -4..4 (1 = as it was trained)"),
    ],
)
def test_wrong_flags(sora: Sora, tmp_path: Path, model: str, lora: str, message: str) -> None:
    (tmp_path / "a.safetensors").write_bytes(b"")
    ran = sora("generate", "a fox", "-m", model, "--lora", lora, "--dry-run")
    assert (ran.code, ran.err) == (2, f"sora: error: {message}\n")
