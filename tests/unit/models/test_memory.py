"""Open models where memory is short: prompts encoded once, packed weights, layers in turns, tiles; what they cost."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import open_folder
import pytest
import torch
from conftest import Sora
from open_models import loaded, painted, request
from safetensors.torch import save_file
from test_loading import CONFIG, packed_file
from test_open_models import SIDE, tried
from tiny import noise, stirred
from torch import Tensor

from soracli.models.common import loading, offload, packing, t5
from soracli.models.common.loading import LoadOptions
from soracli.models.common.packing import QuantisedLinear
from soracli.models.common.t5 import T5
from soracli.models.common.tiling import Tiling, of_pixels, pieces, tiled
from soracli.models.ltx.vae import LtxVae, LtxVaeConfig
from soracli.models.wan import key_map as wan_names
from soracli.models.wan.transformer import WanConfig, WanTransformer
from soracli.models.wan.vae import WanVae, WanVaeConfig
from soracli.state import prompt_cache
from soracli.system import machine
from soracli.weights import manifest


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return {kind: open_folder.write(tmp_path_factory.mktemp(kind) / kind, kind) for kind in ("vace", "ltx")}


@pytest.fixture(autouse=True)
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No prompt is encoded yet."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def paint(model: Any, **changes: Any) -> Any:
    given = tried("vace" if model.card.arch == "wan" else "ltx")["extend"]
    options = request(model, (len(given.clip.frames), *SIDE), 16, **({"steps": 2, "guidance": 3.0} | changes))
    return painted(model, given, "a red fox", options)


# --- prompts ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["vace", "ltx"])
def test_prompts_are_encoded_once(folders: dict[str, Path], kind: str) -> None:
    """A model loaded later finds what an earlier one has made, bit for bit, and does not load the encoder."""
    first, second = loaded(folders[kind]), loaded(folders[kind])
    result = paint(first, negative="the cow")
    assert len(list(prompt_cache.folder().iterdir())) == 2
    np.testing.assert_array_equal(paint(second, negative="the cow").frames, result.frames)
    assert "text" in first.parts._loaded
    assert "text" not in second.parts._loaded
    assert (prompt_cache.folder().stat().st_mode & 0o777) == 0o700


def test_another_encoder_finds_nothing(folders: dict[str, Path], tmp_path: Path) -> None:
    """Other files, or the same ones packed; a file of the user's own that was replaced."""
    loaded(folders["vace"]).prompts.states("a fox")
    packed = loaded(folders["vace"], packing="int8")
    packed.prompts.states("a fox")
    assert "text" in packed.parts._loaded
    folder = open_folder.write(tmp_path / "mine", "vace")
    before = loaded(folder).prompts
    path = next((folder / "text_encoder").glob("*.safetensors"))
    os.utime(path, (1, 1))
    assert loaded(folder).prompts.encoder != before.encoder


def test_a_damaged_file_is_made_anew(folders: dict[str, Path]) -> None:
    states = loaded(folders["ltx"]).prompts.states("a fox")
    path = next(prompt_cache.folder().iterdir())
    path.write_bytes(path.read_bytes()[:50])
    again = loaded(folders["ltx"])
    assert torch.equal(again.prompts.states("a fox"), states)
    assert "text" in again.parts._loaded
    assert len(path.read_bytes()) > 50


def test_what_was_not_used_for_longest_makes_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prompt_cache, "LIMIT", 100)
    places = [prompt_cache.place(text, "encoder") for text in "abc"]
    for number, path in enumerate(places[:2]):
        prompt_cache.write(path, b"x" * 40)
        os.utime(path, (number, number))
    assert prompt_cache.read(places[0]) == b"x" * 40  # used now
    prompt_cache.write(places[2], b"x" * 40)
    assert [path.exists() for path in places] == [True, False, True]


def test_where_none_can_be_kept_it_goes_without(folders: dict[str, Path], tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("in the way")
    assert loaded(folders["ltx"]).prompts.states("a fox").shape == (1, 3, 32)


def test_prune_forgets_prompts(sora: Sora) -> None:
    for number, text in enumerate(("old", "new")):
        prompt_cache.write(prompt_cache.place(text, "e"), b"x" * 1000)
        os.utime(prompt_cache.place(text, "e"), (time.time() - 86400 * (40 - 39 * number),) * 2)
    ran = sora("runs", "prune", "--yes", "--json")
    told = json.loads(ran.text)["data"]
    assert {key: told[key] for key in ("removed", "prompts", "bytes", "leftovers", "kept")} == {
        "removed": [], "prompts": 1, "bytes": 1000, "leftovers": 0, "kept": [],
    }  # fmt: skip
    assert sora("runs", "prune", "--yes", "--older", "0d").text == "0 runs and 1 encoded prompts forgotten, 1 kB\n"
    assert list(prompt_cache.folder().iterdir()) == []


# --- packed weights ---------------------------------------------------------------------------------------------------


def away(found: Tensor, whole: Tensor) -> float:
    """Root mean square of the difference, over that of the whole."""
    return float((found - whole).square().mean().sqrt() / whole.square().mean().sqrt())


@pytest.mark.parametrize(("kind", "bound"), [("int8", 0.012), ("fp8", 0.03)])
def test_packed_matrices_are_near(kind: str, bound: float) -> None:
    """Rows of very different sizes, and one of zeros."""
    matrix = noise(64, 256) * torch.logspace(-6, 3, 64)[:, None]
    matrix[7] = 0
    q, scale = packing.packed(matrix, kind)
    assert (q.element_size(), scale.shape) == (1, (64, 1))
    unpacked = q.float() * scale
    assert torch.equal(unpacked[7], matrix[7])
    each = (unpacked - matrix).square().mean(1).sqrt() / matrix.square().mean(1).sqrt().clamp_min(1e-30)
    assert 1e-3 < float(each.max()) < bound


NETWORKS: dict[str, Any] = {
    "wan": (WanTransformer, WanConfig(16, 16, 2, 64, 3, 256, 32, 64, (0, 2)), wan_names.TRANSFORMER),
    "t5": (T5, t5.T5Config(64, 128, 32, 4, 256, 3, True), t5.FORM),
}


def run(module: Any) -> Tensor:
    if isinstance(module, T5):
        return module(torch.arange(3, 23)[None], torch.ones(1, 20))
    x, text, control = noise(1, 16, 3, 4, 4), noise(1, 9, 32, seed=1), noise(1, 96, 3, 4, 4, seed=2)
    return module(x, torch.tensor([500.0]), text, control)  # type: ignore[no-any-return]


@pytest.mark.parametrize(("kind", "bound"), [("int8", 0.04), ("fp8", 0.15)])
@pytest.mark.parametrize("which", NETWORKS)
@torch.no_grad()
def test_packed_networks_are_near(which: str, kind: str, bound: float, tmp_path: Path) -> None:
    """Against the same in float32: every matrix of the blocks is packed and no other, and the output is near."""
    build, config, form = NETWORKS[which]
    state = open_folder.settled(build(config), 1)
    for name in state:  # as T5 begins: its scores are not divided by anything
        state[name] *= 32**-0.5 if name.endswith("SelfAttention.q.weight") else 1
    save_file(state, tmp_path / "a.safetensors")
    whole = loading.load(partial(build, config), [tmp_path / "a.safetensors"], form)
    small = loading.load(partial(build, config), [tmp_path / "a.safetensors"], form, LoadOptions(packing=kind))
    linear = {name for name, part in whole.named_modules() if isinstance(part, torch.nn.Linear)}
    packed = {name for name, part in small.named_modules() if isinstance(part, QuantisedLinear)}
    assert packed == {name for name in linear if "block" in name and "embedder" not in name}
    assert len(packed) > 10
    assert 0 < away(run(small), run(whole)) < bound


@torch.no_grad()
def test_float8_files_stay_as_they_are_or_are_packed_anew(tmp_path: Path) -> None:
    path = tmp_path / "fp8.safetensors"
    packed_file(path)
    plain, same, other = (
        loading.load(partial(T5, CONFIG), [path], t5.FORM, LoadOptions(packing=kind)) for kind in ("", "fp8", "int8")
    )
    ids, mask = torch.arange(3, 23)[None], torch.ones(1, 20)
    key = "encoder.block.0.layer.0.SelfAttention.q.weight"
    assert torch.equal(same.state_dict()[key].view(torch.uint8), plain.state_dict()[key].view(torch.uint8))
    assert other.state_dict()[key].dtype == torch.int8
    assert away(other(ids, mask).float(), plain(ids, mask).float()) < 0.05


@pytest.mark.parametrize("kind", ["vace", "ltx"])
@pytest.mark.parametrize(("packed", "bound"), [("int8", 0.03), ("fp8", 0.15)])
def test_packed_models_paint_nearly_the_same(folders: dict[str, Path], kind: str, packed: str, bound: float) -> None:
    whole = paint(loaded(folders[kind])).latents
    assert 0 < away(paint(loaded(folders[kind], packing=packed)).latents, whole) < bound


def test_adapters_come_before_packing(tmp_path: Path) -> None:
    """The packed sum, not a sum with a packed matrix."""
    config = WanConfig(16, 16, 2, 12, 2, 32, 32, 32)
    save_file(open_folder.settled(WanTransformer(config), 1), tmp_path / "net.safetensors")
    stem = "transformer.blocks.1.attn1.to_q"
    down, up = noise(3, 24, seed=1), noise(24, 3, seed=2)
    save_file({f"{stem}.lora_A.weight": down, f"{stem}.lora_B.weight": up}, tmp_path / "lora.safetensors")
    lora = loading.Lora(tmp_path / "lora.safetensors", 0.5)
    build, files = partial(WanTransformer, config), [tmp_path / "net.safetensors"]
    whole = loading.load(build, files, wan_names.TRANSFORMER, LoadOptions(loras=(lora,))).state_dict()
    small = loading.load(build, files, wan_names.TRANSFORMER, LoadOptions(loras=(lora,), packing="int8")).state_dict()
    name = "blocks.1.attn1.to_q"
    q, scale = packing.packed(whole[f"{name}.weight"], "int8")
    assert torch.equal(small[f"{name}.weight"], q)
    assert torch.equal(small[f"{name}.scale"], scale)


# --- layers in turns --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("packed", ["", "int8"])
@pytest.mark.parametrize("kind", ["vace", "ltx"])
def test_layers_in_turns_paint_the_same(
    folders: dict[str, Path], kind: str, packed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To the bit, with one matrix on the device at a time; afterwards none, and parts are loaded one at a time."""
    whole = paint(loaded(folders[kind], packing=packed)).frames
    here: set[int] = set()
    most = [0]
    bring, take_back = offload._Turn.bring, offload._Turn.take_back

    def brought(self: Any, part: Any, given: Any) -> None:
        bring(self, part, given)
        here.add(id(part))
        most[0] = max(most[0], len(here))
        assert all(tensor.data_ptr() != there.data_ptr() for tensor, there in self.home)

    def taken(self: Any, part: Any, given: Any, result: Any) -> None:
        take_back(self, part, given, result)
        here.remove(id(part))

    monkeypatch.setattr(offload._Turn, "bring", brought)
    monkeypatch.setattr(offload._Turn, "take_back", taken)
    lean = loaded(folders[kind], packing=packed, stay="turns")
    np.testing.assert_array_equal(paint(lean).frames, whole)
    assert (most[0], here, len(lean.parts._loaded)) == (1, set(), 1)


def test_what_stays_is_what_the_card_says(folders: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """And without it, what is free now."""
    assert [loaded(folders["vace"], stay=stay).parts._exclusive for stay in ("all", "one", "turns")] == [
        False,
        True,
        True,
    ]
    monkeypatch.setattr(machine, "memory", lambda: (10**9, 1000))
    assert loaded(folders["vace"]).parts._exclusive
    monkeypatch.setattr(machine, "memory", lambda: (10**9, 10**9))
    assert not loaded(folders["vace"]).parts._exclusive


# --- tiles ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("length", "size", "overlap"), [(30, 12, 4), (13, 12, 4), (7, 12, 4), (100, 9, 2), (24, 12, 6)]
)
@pytest.mark.parametrize("causal", [False, True])
def test_tiles_cover_everything_once(length: int, size: int, overlap: int, causal: bool) -> None:
    """Weights sum to one everywhere; neighbours share what they should; borders of tiles weigh nothing."""
    found = pieces(length, size, overlap, 8, causal=causal)
    total = torch.zeros(found[-1].place.stop)
    for piece in found:
        total[piece.place.start : piece.place.stop] += piece.weights
    torch.testing.assert_close(total, torch.ones_like(total))
    assert (found[0].cells.start, found[-1].cells.stop) == (0, length)
    for before, after in pairwise(found):
        assert before.cells.stop - after.cells.start >= overlap
        assert float(before.weights[-1]) == float(after.weights[0]) == 0


LTX_VAE = LtxVaeConfig(8, (8, 8, 16, 16, 16), (1,) * 5, (8, 16, 32), (1,) * 4)
WAN_VAE = WanVaeConfig(4, 4, 16, (1, 1, 1, 1), 1)
Decoded = tuple[Any, tuple[int, int, int]]


def ltx_frames(vae: LtxVae, latents: Tensor, tiling: Tiling | None = None) -> list[Tensor]:
    return list(vae.decode(latents, 0.05, noise(*latents.shape, seed=3), 0.025, tiling))


@pytest.fixture(scope="module")
def ltx_vae() -> LtxVae:
    torch.manual_seed(0)
    vae = stirred(LtxVae(LTX_VAE), 0.02)
    with torch.no_grad():
        vae.decoder.timestep_scale_multiplier.fill_(1000.0)
    return vae


@pytest.mark.parametrize(
    ("grid", "tiling"),
    [((54, 1, 1), Tiling(0, 52, 0, 26)), ((1, 1, 54), Tiling(52, 0, 26, 0))],
    ids=["time", "side"],
)
@torch.no_grad()
def test_ltx_tiles_equal_the_whole(ltx_vae: LtxVae, grid: tuple[int, int, int], tiling: Tiling) -> None:
    """Where the overlap is wider than what the decoder looks at."""
    latents = noise(1, 8, *grid)
    whole, parts = ltx_frames(ltx_vae, latents), ltx_frames(ltx_vae, latents, tiling)
    assert [part.shape for part in parts] == [part.shape for part in whole]
    assert [part.shape[2] for part in whole] == [1] + [8] * (grid[0] - 1)
    torch.testing.assert_close(torch.cat(parts, 2), torch.cat(whole, 2), atol=1e-5, rtol=1e-5)


@torch.no_grad()
def test_the_usual_tiles_are_near_the_whole(ltx_vae: LtxVae) -> None:
    """LTX's in time and space. Wan's, each of which attends to itself alone."""
    tiling = of_pixels(512, 32, time=True)
    assert tiling == Tiling(16, 12, 6, 6)
    assert of_pixels(0, 32, time=True) == Tiling()
    latents = noise(1, 8, 18, 1, 26)
    whole, parts = (torch.cat(ltx_frames(ltx_vae, latents, way), 2) for way in (None, tiling))
    assert 0 < away(parts, whole) < 0.1
    torch.manual_seed(0)
    vae = stirred(WanVae(WAN_VAE), 0.02)
    latents = noise(1, 16, 2, 4, 56)
    whole, parts = (torch.cat(list(vae.decode(latents, way)), 2) for way in (None, of_pixels(256, 8, time=False)))
    assert 0 < away(parts, whole) < 0.1


def test_tiles_come_in_order_as_soon_as_they_are_done() -> None:
    """A latent frame is handed out before the tile after its own is decoded."""
    asked: list[int] = []

    def decode(latents: Tensor) -> Iterator[Tensor]:
        asked.append(int(latents[0, 0, 0, 0, 0]))
        for number, frame in enumerate(latents[0, 0, :, 0, 0]):
            yield frame.expand(1, 3, 1 if number == 0 else 8, 32, 32)

    latents = torch.arange(12.0).view(1, 1, 12, 1, 1)
    seen = []
    for number, frames in enumerate(tiled(decode, latents, Tiling(0, 6, 0, 2), (8, 32, 32))):
        seen.append((number, len(asked)))
        torch.testing.assert_close(frames, torch.full_like(frames, number))
    assert asked == [0, 3, 6]
    assert [seen[2], seen[3], seen[11]] == [(2, 1), (3, 2), (11, 3)]


# --- how much memory it takes -----------------------------------------------------------------------------------------


def counted() -> Any:
    """The counter of benchmarks/footprint.py."""
    import importlib.util

    place = Path(__file__).parents[3] / "benchmarks" / "footprint.py"
    spec = importlib.util.spec_from_file_location("footprint_benchmark", place)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


FOOTPRINT = counted()


def test_the_counter_counts() -> None:
    def work() -> None:
        a = torch.empty(1000, device="meta")
        b = a.view(10, 100) + 1
        del a
        (b + 1) + 1

    assert FOOTPRINT.peak(work) == 3 * 4000


def test_decoding_streams_and_tiles_need_less() -> None:
    """Wan: however long the clip, the same. Tiles: a third of LTX's and less than half of Wan's 2.2."""
    vae, side, (_, high, wide) = FOOTPRINT.WAN_VAES["wan 2.2"]
    short, long = (FOOTPRINT.wan_decoder(vae, side, (count, high, wide), 0) for count in (3, 6))
    assert long < 1.01 * short
    assert FOOTPRINT.wan_decoder(vae, side, (3, high, wide), 512) < 0.4 * short
    whole, parts = (FOOTPRINT.ltx_decoder((24, 16, 32), tile) for tile in (0, 512))
    assert parts < 0.4 * whole


@pytest.mark.parametrize(("name", "counter"), [("wan-vace-1.3b", "wan 2.1 VACE 1.3B"), ("ltx-2b", "ltx 2B")])
def test_the_plan_knows_what_a_step_takes(name: str, counter: str) -> None:
    """What the manifest says is what is counted at the real size, and a little more."""
    cost = manifest.card(name).params["cost"]
    step = FOOTPRINT.wan(*FOOTPRINT.WAN[counter]) if "wan" in counter else FOOTPRINT.ltx(FOOTPRINT.LTX[counter])
    assert step <= cost["token_bytes"] <= 1.1 * step
    each = FOOTPRINT.wan_decoder(*FOOTPRINT.WAN_VAES["wan 2.1"], 0) if "wan" in counter else None
    each = each or FOOTPRINT.ltx_decoder((8, 22, 38), 0)
    assert each <= cost["pixel_bytes"] <= 1.1 * each


def manners(sora: Sora, *flags: str) -> dict[str, Any]:
    ran = sora("generate", "a fox", "--dry-run", "--json", *flags)
    assert ran.code == 0, ran.err
    found: dict[str, Any] = json.loads(ran.text)["data"]
    return found


def test_the_plan_chooses_the_first_manner_that_fits(sora: Sora, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a model that is not here; less memory, leaner; a recipe keeps what makes other frames."""
    monkeypatch.setattr(machine, "memory", lambda: (64 * 10**9, 60 * 10**9))
    monkeypatch.setattr(machine, "gpu_memory", lambda: (24 * 10**9, 23 * 10**9))
    found = []
    for limit in ("40G", "10G", "8.5G", "7G", "4G"):
        data = manners(sora, "-m", "wan-vace-1.3b", "--device", "cuda", "--max-memory", limit)
        plan = data["plan"]
        assert plan["peak_memory_bytes"] <= min(float(limit[:-1]), 23) * 1e9
        assert data.get("tiles", 0) == plan["tiles"]
        assert [row["bytes"] for row in plan["manners"]] == sorted(row["bytes"] for row in plan["manners"])[::-1]
        found.append((plan["stay"], plan["tiles"]))
    assert found == [("all", 0), ("one", 0), ("one", 512), ("turns", 512), ("turns", 256)]
    assert plan["host_memory_bytes"] > 6.7e9
    whole = manners(sora, "-m", "wan-vace-1.3b", "--device", "cpu", "--max-memory", "30G")["plan"]
    assert (whole["stay"], whole["peak_memory_bytes"] > 20e9) == ("all", True)
    small = manners(sora, "-m", "wan-vace-1.3b", "--device", "cpu", "--max-memory", "30G", "--weights", "int8")
    assert small["packing"] == "int8"
    assert small["plan"]["peak_memory_bytes"] < whole["peak_memory_bytes"] - 6e9


def test_what_does_not_fit_is_refused_with_what_would(sora: Sora, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "memory", lambda: (9 * 10**9, 8 * 10**9))
    ran = sora("generate", "a fox", "-m", "wan-vace-1.3b", "--device", "cpu")
    assert ran.code == 6
    assert (
        "of memory, 8.0 GB is free; this would fit: sora generate 'a fox' -m wan-vace-1.3b --weights int8\n" in ran.err
    )
    monkeypatch.setattr(machine, "gpu_memory", lambda: (8 * 10**9, 4 * 10**9))
    monkeypatch.setattr(machine, "memory", lambda: (9 * 10**9, 3 * 10**9))
    ran = sora("generate", "a fox", "-m", "wan-vace-1.3b", "--device", "cuda")
    assert ran.code == 6
    assert (
        "of main memory beside the GPU, 3.0 GB is free; close other programs, or use a machine with more\n" in ran.err
    )


def test_the_driver_says_what_a_gpu_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert machine.gpu_memory() == (0, 0)
    tool = tmp_path / "nvidia-smi"
    tool.write_text("#!/bin/sh\necho '24564, 20000'\n")
    tool.chmod(0o755)
    assert machine.gpu_memory() == (24564 << 20, 20000 << 20)
    tool.write_text("#!/bin/sh\necho 'No devices were found'\n")
    assert machine.gpu_memory() == (0, 0)


# --- flags ------------------------------------------------------------------------------------------------------------


def test_flags_reach_the_picture_and_come_back(folders: dict[str, Path], sora: Sora) -> None:
    """--weights changes the frames, the recipe says so, and a replay repeats it."""
    call = ("generate", "a fox", "-s", "64x32", "-d", "9f", "--steps", "1", "--quality", "lossless", "--seed", "1")
    where = ("-m", str(folders["vace"]))
    shas = {}
    for name, flags in {"a": (), "b": ("--weights", "int8"), "c": ("--tiles", "128")}.items():
        ran = sora(*call, *where, *flags, "-o", f"{name}.mkv", "--json")
        assert ran.code == 0, ran.err
        shas[name] = json.loads(ran.text)["data"]
    assert [shas[name].get("packing") for name in "abc"] == [None, "int8", None]
    assert [shas[name].get("tiles") for name in "abc"] == [None, None, 128]
    assert len({shas[name]["frames_sha256"] for name in "ab"}) == 2
    ran = sora("replay", "b.mkv", *where, "--dry-run", "--json")
    assert json.loads(ran.text)["data"]["packing"] == "int8"


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (("--weights", "int4"), "--weights int4: must be whole, int8 or fp8 (did you mean int8?)"),
        (
            ("--weights", "int8"),
            f"--weights int8: model 'tiny' takes none; use an open model ({open_folder.LISTED})",
        ),
        (("--tiles", "64"), "--tiles 64: must be pixels, 128..4096, or 0 (decode whole)"),
        (
            ("--tiles", "512"),
            f"--tiles 512: model 'tiny' takes none; use an open model ({open_folder.LISTED})",
        ),
    ],
)
def test_wrong_flags(sora: Sora, flags: tuple[str, ...], message: str) -> None:
    model = "wan-vace-1.3b" if "must be" in message else "tiny"
    ran = sora("generate", "a fox", "-m", model, *flags, "--dry-run")
    assert (ran.code, ran.err.splitlines()[-1]) == (2, f"sora: error: {message}")


def test_a_kept_model_is_not_refused_and_adapters_do_not_linger(
    folders: dict[str, Path], sora: Sora, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In one process: memory that the loaded model itself takes is not held against it; other weights load anew."""
    from soracli.pipeline import model_cache

    call = ("generate", "a fox", "-m", str(folders["vace"]), "-s", "64x32", "-d", "5f", "--steps", "1", "--seed", "1",
            "--quality", "lossless", "--json")  # fmt: skip
    digests = []
    with model_cache.keeping_models():
        for number, flags in enumerate(((), ("--weights", "int8"), (), ())):
            if number == 3:
                monkeypatch.setattr(machine, "memory", lambda: (10**12, 1))
            ran = sora(*call, *flags, "-o", f"{number}.mkv")
            assert ran.code == 0, ran.err
            digests.append(json.loads(ran.text)["data"]["frames_sha256"])
    assert digests[0] == digests[2] == digests[3] != digests[1]
    assert sora(*call, "-o", "5.mkv").code == 6
