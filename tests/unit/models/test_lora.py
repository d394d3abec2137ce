"""Adapters are added to the weights as they are loaded, whatever they call their layers."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import open_folder
import pytest
import torch
from conftest import Sora
from hub_server import Hub
from safetensors.torch import save, save_file
from tiny import noise
from torch import Tensor

from soracli import media
from soracli.errors import WeightsError
from soracli.models.common.loading import LoadOptions, load
from soracli.models.common.lora import Lora
from soracli.models.wan import conditioning, key_map
from soracli.models.wan.transformer import WanConfig, WanTransformer
from soracli.weights import hub
from soracli.weights import manifest as weights

NAMES = "wan-14b-4step, wan-i2v-14b-4step"
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
    return load(partial(WanTransformer, CONFIG), [plain], key_map.TRANSFORMER, LoadOptions(loras=loras)).state_dict()


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
    two["diffusion_model.blocks.0.diff_m"] = torch.ones(1, 6, 24)
    save_file(one, tmp_path / "1.safetensors")
    save_file(two, tmp_path / "2.safetensors")
    before = state(plain)
    after = state(plain, Lora(tmp_path / "1.safetensors"), Lora(tmp_path / "2.safetensors", -1))
    torch.testing.assert_close(after[LAYER], before[LAYER] + 0.5 * UP @ DOWN - 1)
    for name in ("blocks.1.attn1.to_q.bias", "blocks.0.scale_shift_table"):
        torch.testing.assert_close(after[name], before[name] - 1)


def test_adapters_for_other_networks(plain: Path, tmp_path: Path) -> None:
    stem = "transformer.blocks.9.attn1.to_q"
    files = {
        "odd": ({f"{stem}.lora_A.weight": DOWN, f"{stem}.lora_B.weight": UP},
                "1 of its layers are not in it, such as transformer.blocks.9.attn1.to_q.lora_A.weight"),
        "strange": ({"a": DOWN}, "a is of an unknown kind, which cannot be applied"),
        "empty": ({}, "holds nothing"),
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
        sha = hashlib.sha256((tmp_path / "style.safetensors").read_bytes()).hexdigest()[:16]
        assert json.loads(ran.text)["data"].get("loras") == (
            [["style.safetensors", [0.5, 1.0][number - 1], sha]] if lora else None
        )
    assert len(set(results)) == 3


@pytest.mark.parametrize(
    ("model", "lora", "message"),
    [
        (
            "ltx-2b",
            "no.safetensors",
            f"--lora no.safetensors: no such file or adapter; give FILE or FILE:SCALE, or for FILE a name: {NAMES}",
        ),
        (
            "wan-vace-14b",
            "wan-14b-4stop",
            "--lora wan-14b-4stop: no such file or adapter (did you mean wan-14b-4step?); give FILE or FILE:SCALE, "
            f"or for FILE a name: {NAMES}",
        ),
        (
            "wan-vace-1.3b",
            "wan-14b-4step",
            "--lora wan-14b-4step: is not for model 'wan-vace-1.3b'; use --model wan-vace-14b, or a folder "
            "with what it was made for",
        ),
        (
            "ltx-2b",
            "wan-i2v-14b-4step:0.5",
            "--lora wan-i2v-14b-4step: is not for model 'ltx-2b'; use a folder with what it was made for",
        ),
        ("ltx-2b", "a.safetensors:much", "--lora a.safetensors:much: the scale must be a number, such as 0.8"),
        ("ltx-2b", "a.safetensors:9", "--lora a.safetensors:9: the scale must be -4..4 (1 = as it was trained)"),
    ],
)
def test_wrong_flags(sora: Sora, tmp_path: Path, model: str, lora: str, message: str) -> None:
    (tmp_path / "a.safetensors").write_bytes(b"")
    ran = sora("generate", "a fox", "-m", model, "--lora", lora, "--dry-run")
    assert (ran.code, ran.err) == (2, f"sora: error: {message}\n")


# --- adapters that have a name ----------------------------------------------------------------------------------------

REPO, REVISION = "acme/quick", "b" * 40
ROW = f"""
[adapters.quick]
arch = "wan"
about = "For tests."
licence = "Apache-2.0"
defaults = {{ steps = 2, guidance = 1.0, shift = 5.0, solver = "euler" }}
params = {{ sigmas = [1.0, 0.5] }}
[[adapters.quick.files]]
role = "adapter"
name = "quick.safetensors"
repo = "{REPO}"
revision = "{REVISION}"
path = "quick.safetensors"
"""


@pytest.fixture
def quick(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A manifest with an adapter of that name, a hub that has its file, an empty cache, and a model in ./vace."""
    manifest = tmp_path / "weights.toml"
    manifest.write_text(weights.manifest().read_text() + ROW)
    monkeypatch.setattr(weights, "manifest", lambda: manifest)
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    monkeypatch.delenv("HF_HUB_CACHE", raising=False)
    open_folder.write(tmp_path / "vace", "vace")
    with Hub({f"{REPO}/{REVISION}/quick.safetensors": save(STYLES["original names"])}) as server:
        monkeypatch.setenv("HF_ENDPOINT", server.url)
        yield server
        server.shutdown()


CALL = ("generate", "a fox", "-m", "./vace", "-s", "64x32", "-d", "5f", "--quality", "lossless", "--seed", "1")


def test_an_adapter_by_name(quick: Hub, sora: Sora, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is fetched like a model, brings its steps with it, and stands in the recipe by its name."""
    ran = sora(*CALL, "--lora", "quick", "-o", "a.mkv")
    assert ran.code == 5
    assert "sora: error: adapter 'quick': is not here; run: sora model pull quick" in ran.err
    listed = json.loads(sora("model", "list", "--json").text)["data"]
    assert [row["name"] for row in listed if row["adapter"]] == ["wan-14b-4step", "wan-i2v-14b-4step", "quick"]
    assert sora("model", "pull", "quick").code == 0
    levels: list[list[float]] = []
    made = conditioning.levels
    monkeypatch.setattr(conditioning, "levels", lambda *given: levels.append(made(*given)) or levels[-1])
    ran = sora(*CALL, "--lora", "quick:0.5", "-o", "a.mkv", "--json")
    assert ran.code == 0, ran.err
    data = json.loads(ran.text)["data"]
    assert (data["steps"], data["guidance"], data["shift"], data["solver"]) == (2, 1.0, 5.0, "euler")
    assert data["loras"] == [["quick", 0.5]]
    assert levels[0] == pytest.approx([1.0, 5 / 6, 0.0])
    assert sora(*CALL, "--lora", "quick:0.5", "--steps", "3", "-o", "b.mkv").code == 0
    assert len(levels[1]) == 4
    place = hub.location(weights.adapters()["quick"].files[0])
    same = ("--steps", "2", "--guidance", "1")
    assert sora(*CALL, "--lora", f"{place}:0.5", *same, "-o", "c.mkv").code == 0
    ran = sora("replay", "a.mkv", "--check", "-m", "./vace")
    assert ran.code == 0, ran.err
    a, c = (media.read_source(name).clip.frames for name in ("a.mkv", "c.mkv"))
    assert (a != c).any()  # of an adapter without a name nobody knows shift and noise levels
    assert sora("model", "rm", "quick").code == 0
    assert sora("model", "show", "quick").text.splitlines()[-2].endswith("quick.safetensors, size unknown")


def test_an_adapter_is_no_model(quick: Hub, sora: Sora) -> None:
    ran = sora("generate", "a fox", "-m", "quick", "--dry-run")
    assert (ran.code, ran.err) == (
        2, "sora: error: --model quick: is an adapter; use it as: --model MODEL --lora quick\n",
    )  # fmt: skip


def test_noise_levels_of_distilled_models() -> None:
    trained = (1.0, 0.75, 0.5, 0.25)
    assert conditioning.levels(4, 5.0, "euler", 1.0, trained) == pytest.approx([1.0, 15 / 16, 5 / 6, 5 / 8, 0.0])
    assert conditioning.levels(4, 5.0, "euler", 0.9, trained) == pytest.approx([0.9, 5 / 6, 5 / 8, 0.0])
    assert conditioning.levels(4, 5.0, "unipc", 1.0, trained)[0] < 1
    assert conditioning.levels(5, 5.0, "euler", 1.0, trained) == conditioning.levels(5, 5.0, "euler", 1.0)
