"""Wan and LTX-Video under every task: what is kept stays, windows join, what is given steers, folders open."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import open_folder
import pytest
import torch
from conftest import Sora
from open_folder import KINDS
from open_models import canvas, frames_of, loaded, painted, request
from safetensors.torch import save_file
from test_loading import ltx_vae_original as ltx_original

from soracli import media
from soracli.errors import WeightsError
from soracli.models.common import loading
from soracli.models.common.causal import cells, runs, together
from soracli.models.common.loading import configured
from soracli.models.ltx import key_map as ltx_names
from soracli.models.ltx.conditioning import Piece, Shifting, levels, linear_quadratic, pieces, places
from soracli.models.ltx.transformer import LtxConfig, LtxTransformer
from soracli.models.ltx.vae import LtxVae, LtxVaeConfig
from soracli.models.wan import conditioning as wan_layout
from soracli.models.wan.transformer import WanConfig, WanTransformer
from soracli.pipeline import tasks
from soracli.sampling.pixels import to_numpy
from soracli.sampling.sampler import sample
from soracli.sampling.state import SamplerState
from soracli.sampling.steps import Step
from soracli.system import machine
from soracli.types import Canvas, Clip, Frames, Geometry
from soracli.weights import hub_folder, manifest

SIDE = (32, 64)
TIME = {"ltx": 8, "ltx-0.9.0": 8, "ltx-0.9.1": 8}


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return {
        kind: open_folder.write(tmp_path_factory.mktemp(kind) / kind, kind) for kind in (*KINDS, *open_folder.EARLY)
    }


@pytest.fixture(scope="module")
def opened(folders: dict[str, Path]) -> dict[str, Any]:
    return {kind: loaded(folder) for kind, folder in folders.items() if kind in KINDS}


def clip(count: int, seed: int = 1, fps: int = 16) -> Clip:
    return Clip(frames_of(count, *SIDE, seed=seed), Fraction(fps))


def paint(model: Any, given: Canvas, **changes: Any) -> Frames:
    count = len(given.clip.frames)
    options = request(model, (count, *SIDE), 16, steps=2, guidance=1.0)
    return painted(model, given, "a red fox", replace(options, **changes)).frames


def tried(kind: str) -> dict[str, Canvas]:
    """A canvas of every task."""
    time, picture, source = TIME.get(kind, 4), clip(1), clip(25)
    region = np.zeros(SIDE, np.float32)
    region[:16, 20:40] = 1
    hole = np.zeros((25, *SIDE), np.float32)
    hole[4:, 8:24, 16:48] = 1
    return {
        "generate": tasks.generate(17, *SIDE, Fraction(16)),
        "image": tasks.generate(1, *SIDE, Fraction(16)),
        "animate": tasks.animate(picture, 17, Fraction(16)),
        "animate to": tasks.keyed(tasks.animate(picture, 17, Fraction(16)), {16: clip(1, 2).frames[0]}),
        "animate a region": tasks.animate(picture, 17, Fraction(16), region),
        "keyframe": tasks.keyed(tasks.generate(25, *SIDE, Fraction(16)), {11: picture.frames[0]}),
        "extend": tasks.extend(source, 0, 12, time),
        "extend backward": tasks.extend(source, 11, 0, time),
        "loop": tasks.loop(source, 16, time),
        "edit": tasks.edit(source, 0.6, 0, 25, time),
        "edit a part": tasks.edit(source, 0.6, 9, 18, time),
        "inpaint": tasks.inpaint(source, hole),
        "blend": tasks.blend(source, clip(25, 3), 16, "between", time),
        "dissolve": tasks.blend(source, clip(25, 3), 16, "dissolve", time),
    }


@pytest.mark.parametrize("task", tried("vace"))
@pytest.mark.parametrize("kind", KINDS)
def test_every_task(opened: dict[str, Any], kind: str, task: str) -> None:
    """As long as asked for, every kept pixel the user's own, the rest painted."""
    given = tried(kind)[task]
    seconds = Fraction(0) if task == "image" else Fraction(len(given.clip.frames), 16)
    out = paint(opened[kind], given, seconds=seconds, steps=1)
    assert out.shape == (given.frames, *SIDE, 3)
    head = 0 if given.head is None else len(given.head.frames)
    inner = out[head : head + given.shown.stop - given.shown.start]
    kept = given.mask[given.shown] == 0
    np.testing.assert_array_equal(inner[kept], given.clip.frames[given.shown][kept])
    assert (inner[~kept] != given.clip.frames[given.shown][~kept]).mean() > 0.5
    assert inner[~kept].std() > 1


@pytest.mark.parametrize("task", ["generate", "image", "animate to", "extend", "extend backward", "inpaint"])
@pytest.mark.parametrize("kind", open_folder.EARLY)
def test_tasks_of_early_ltx(folders: dict[str, Path], kind: str, task: str) -> None:
    test_every_task({kind: loaded(folders[kind])}, kind, task)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_given_steers_and_filler_does_not(opened: dict[str, Any], kind: str) -> None:
    """Another first frame, another clip; another filler under the mask, the same one (up to what the joint heals)."""
    first, other = frames_of(1, *SIDE, seed=1), frames_of(1, *SIDE, seed=2)

    def latents(picture: Frames, filler: int) -> torch.Tensor:
        given = canvas((17, *SIDE), 16, {0: picture})
        given.clip.frames[1:] = filler
        options = request(opened[kind], (17, *SIDE), 16, steps=2, guidance=1.0)
        return painted(opened[kind], given, "a red fox", options).latents

    base = latents(first, 128)
    assert not torch.allclose(latents(other, 128), base, atol=1e-3)
    torch.testing.assert_close(latents(first, 60), base)


@pytest.mark.parametrize("kind", KINDS)
def test_options_matter(opened: dict[str, Any], kind: str) -> None:
    given = tasks.generate(9, *SIDE, Fraction(16))
    changes: list[dict[str, Any]] = [{}, {"steps": 3}, {"guidance": 4.0}, {"seed": 8}]
    changes += [{"fps": Fraction(8), "seconds": Fraction(9, 8)}] if kind == "ltx" else [{"shift": 5.0}]
    model = opened[kind]
    results = [
        painted(model, given, "a red fox", replace(request(model, (9, *SIDE), 16, steps=2, guidance=1.0), **change))
        for change in changes
    ]
    assert len({result.frames.tobytes() for result in results}) == len(changes)
    again = painted(model, given, "a red fox", request(model, (9, *SIDE), 16, steps=2, guidance=1.0))
    np.testing.assert_array_equal(again.frames, results[0].frames)
    other = painted(model, given, "the cow stands", request(model, (9, *SIDE), 16, steps=2, guidance=1.0))
    assert (other.frames != results[0].frames).any()


@pytest.mark.parametrize("kind", KINDS)
def test_long_clips_are_painted_window_by_window(opened: dict[str, Any], kind: str, monkeypatch: Any) -> None:
    """The second window is a clip that begins with the end of the first, as it was decoded."""
    model, time = opened[kind], TIME.get(kind, 4)
    monkeypatch.setitem(model.card.limits, "window", 6)
    count = 1 + 9 * time
    scenes: list[tuple[range, Any]] = []
    condition = model.condition

    def watched(scene: Any) -> Any:
        scenes.append((scene.frames, None if scene.blank else scene.clip()))
        return condition(scene)

    monkeypatch.setattr(model, "condition", watched)
    out = paint(model, tasks.generate(count, *SIDE, Fraction(16)), steps=1)
    assert out.shape == (count, *SIDE, 3)
    assert [frames for frames, _ in scenes] == [range(1 + 5 * time), range(4 * time, 1 + 9 * time)]
    assert scenes[0][1] is None
    seen, mask = scenes[1][1]
    given = range(1 + time)
    assert mask[0, 0].amax((1, 2)).tolist() == [float(i not in given) for i in range(1 + 5 * time)]
    np.testing.assert_array_equal(to_numpy(seen[:, :, : 1 + time]), out[4 * time : 1 + 5 * time])
    np.testing.assert_array_equal(paint(model, tasks.generate(count, *SIDE, Fraction(16)), steps=1), out)


@pytest.mark.parametrize("kind", KINDS)
def test_half_precision_paints_nearly_the_same(folders: dict[str, Path], kind: str) -> None:
    """As on a GPU: networks and prompts in bfloat16, what the sampler holds in float32."""
    model = loaded(folders[kind])
    given = tried(kind)["extend"]
    options = request(model, (len(given.clip.frames), *SIDE), 16, steps=2, guidance=3.0)
    whole = painted(model, given, "a red fox", options).latents
    for part, module in model.parts._loaded.items():
        if part != "vae" or kind == "ltx":
            module.to(torch.bfloat16)
    model.prompts.known.clear()
    model.prompts.encoder = "in half precision"
    half = painted(model, given, "a red fox", options).latents
    assert half.dtype == torch.float32
    away = float((half - whole).square().mean().sqrt() / whole.std())
    assert 0 < away < 0.1


def test_a_crowded_shelf_holds_one_part_at_a_time(folders: dict[str, Path]) -> None:
    """Where memory is short, parts take turns and the pictures are the same."""
    plain, lean = loaded(folders["vace"]), loaded(folders["vace"])
    lean.parts._exclusive = True
    lean.prompts.encoder, plain.prompts.encoder = "one", "the other"  # nothing is on disk yet
    given = tried("vace")["extend"]
    np.testing.assert_array_equal(paint(lean, given), paint(plain, given))
    assert len(lean.parts._loaded) == 1
    assert len(plain.parts._loaded) == 3


def test_vace_takes_the_colours_from_elsewhere(opened: dict[str, Any]) -> None:
    """Below full strength it sees a clip's light, not its colour."""
    pixels = torch.rand(1, 3, 5, 16, 16, generator=torch.Generator().manual_seed(0)) * 2 - 1
    seen: list[torch.Tensor] = []

    def encode(clip: torch.Tensor) -> torch.Tensor:
        seen.append(clip)
        return torch.zeros(1, 16, 2, 2, 2)

    paint_ = torch.ones(1, 1, 5, 16, 16)
    control = wan_layout.controlled(pixels, paint_, 0.5, encode)
    assert control.shape == (1, 96, 2, 2, 2)
    assert seen[0].abs().max() == 0
    assert torch.equal(seen[1][:, 0], seen[1][:, 2])
    wan_layout.controlled(pixels, paint_, 1.0, encode)
    assert seen[3].abs().max() == 0


@pytest.mark.parametrize("count", [8, 9, 10, 12, 25])
def test_a_kept_beginning_is_whole_latent_frames(count: int) -> None:
    """1 + k * time frames of a clip are on the canvas, the others go before it; the result is the same length."""
    given = tasks.extend(clip(count), 0, 8, 4)
    led = tasks.with_whole_start(given, 4)
    kept = int((led.mask.reshape(len(led.mask), -1).max(1) == 0).sum())
    assert kept % 4 == 1
    assert led.frames == given.frames == count + 8
    head = led.head.frames if led.head is not None else clip(1).frames[:0]
    np.testing.assert_array_equal(np.concatenate([head, led.clip.frames[:kept]]), clip(count).frames)
    assert tasks.with_whole_start(led, 4) is led
    assert tasks.with_whole_start(tasks.generate(9, *SIDE, Fraction(16)), 4).head is None


@pytest.mark.parametrize(("window", "stop"), [(0, 1), (0, 3), (6, 4)], ids=["midway", "painted", "second window"])
@pytest.mark.parametrize("kind", ["vace", "ltx"])
def test_a_stopped_sampling_goes_on_to_the_same_bits(
    opened: dict[str, Any], kind: str, window: int, stop: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """stop: after so many steps of three, or three a window."""
    model = opened[kind]
    monkeypatch.setitem(model.card.limits, "window", window)
    given = tasks.extend(clip(9), 0, 7 * TIME.get(kind, 4), 4)
    options = request(model, (len(given.clip.frames), *SIDE), 16, steps=3, guidance=1.0)
    geometry, state = Geometry.of(options, model.card), SamplerState()

    def go(state: SamplerState) -> Iterator[Step]:
        return sample(model, given, "a red fox", options, geometry, state=state)

    def frames(steps: Iterator[Step]) -> Frames:
        return np.concatenate([step.frames for step in steps if step.frames is not None])

    whole = frames(go(SamplerState()))
    steps = go(state)
    for step in steps:
        if (step.stage == "sample" and step.index == stop) or step.stage == "decode":
            break
    steps.close()
    np.testing.assert_array_equal(frames(go(state)), whole)


# --- the small parts --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kept", "expected"),
    [
        ([0], [(0, 1)]),
        ([32], [(32, 1)]),
        (range(9), [(0, 9)]),
        (range(12), [(0, 9), (11, 1)]),
        (range(3), [(0, 1), (2, 1)]),
        (range(24, 33), [(24, 9)]),
        (range(21, 33), [(21, 1), (24, 9)]),
        (range(29, 33), [(29, 1), (32, 1)]),
        ([*range(9), *range(24, 33)], [(0, 9), (24, 9)]),
        (range(10, 12), [(10, 1), (11, 1)]),
        (range(33), [(0, 33)]),
        ([], []),
    ],
)
def test_ltx_pieces(kept: Any, expected: list[tuple[int, int]]) -> None:
    """What fits the grid is given as a clip, the frames at its sides as pictures."""
    assert list(pieces([i in kept for i in range(33)])) == [Piece(*piece) for piece in expected]


def test_runs() -> None:
    assert list(runs([True, False, False, True, True])) == [range(1), range(3, 5)]
    assert list(runs([False])) == []


def test_cells() -> None:
    """The first latent frame is one frame, then four; one pixel is enough; tokens are whole."""
    mask = torch.zeros(1, 1, 9, 16, 32)
    mask[0, 0, 5, 3, 30] = 1
    found = cells(mask, 4, 8)
    assert found.shape == (1, 3, 2, 4)
    assert found.nonzero().tolist() == [[0, 2, 0, 3]]
    assert together(found, 2).sum() == 4


def test_noise_levels() -> None:
    trained, refining = (1.0, 0.9, 0.5), (0.9, 0.4)
    usual = linear_quadratic(3)
    assert levels(usual, 1.0, trained, refining) == [1.0, 0.9, 0.5, 0.0]
    assert levels(usual, 0.7, trained, refining) == [0.7, 0.4, 0.0]
    assert levels(linear_quadratic(4), 1.0, trained) == [*linear_quadratic(4), 0.0]
    assert levels(usual, 0.7) == [0.7, *(level for level in usual if level < 0.7), 0.0]
    assert linear_quadratic(1) == Shifting().levels(1, 30) == [1.0]
    few, many = (Shifting().levels(4, tokens) for tokens in (1024, 4096))
    assert [level[0] for level in (few, many)] == [1.0, 1.0]
    assert [level[-1] for level in (few, many)] == pytest.approx([0.1, 0.1])
    assert few[1] < many[1]
    wan = wan_layout.levels(4, 3.0, "unipc", 1.0)
    assert wan[0] < 1
    assert wan == sorted(wan, reverse=True)
    assert wan_layout.levels(4, 3.0, "unipc", 0.5)[0] == pytest.approx(0.5, abs=1e-5)
    assert wan_layout.whole(0.9) == 900
    assert wan_layout.whole(0.99999) == 999


def test_places_count_the_first_frame_as_one() -> None:
    found = places((0.5,), 3, 1, 2, 8.0, 7)
    assert found.shape == (1, 3, 8)
    assert found[0, 0, ::2].tolist() == [0.5, 0.0, 1 / 8, 9 / 8]
    assert found[0, 2, :2].tolist() == [0, 32]
    assert places((0.5,), 3, 1, 2, 8.0, 0)[0, 0, ::2].tolist() == [0.5, 0.0, 1.0, 2.0]


def test_geometry_counts_the_first_frame() -> None:
    model = Geometry(17, 32, 64, Fraction(16), (4, 8, 8), (17, 32, 64), (32, 64), causal=True, patch=2)
    assert model.latent == (5, 4, 8)
    assert [model.span(i) for i in range(3)] == [slice(0, 1), slice(1, 5), slice(5, 9)]


# --- the command line -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["vace", "ltx"])
def test_model_is_a_folder(folders: dict[str, Path], kind: str, sora: Sora, tmp_path: Path) -> None:
    where, size = str(folders[kind]), ("-s", "64x32", "--steps", "2", "--quality", "lossless")
    ran = sora(
        "generate",
        "a red fox runs",
        "-m",
        where,
        *size,
        "-d",
        "9f",
        "--fps",
        "4",
        "-o",
        "a.mkv",
        "--json",
        "--seed",
        "1",
    )  # so slow that a network of noise cannot flash
    assert ran.code == 0, ran.err
    data = json.loads(ran.text)["data"]
    assert (data["model"], data["frames"], data["seed"]) == (kind, 9, 1)
    ran = sora("extend", "a.mkv", "-m", where, "--forward", "--by", "8f", "--steps", "2", "--quality", "lossless",
               "-o", "b.mkv", "--seed", "2")  # fmt: skip
    assert ran.code == 0, ran.err
    first, longer = (media.read_source(name).clip.frames for name in ("a.mkv", "b.mkv"))
    assert len(longer) == 17
    np.testing.assert_array_equal(longer[:9], first)
    assert sora("image", "a fox", "-m", where, "-s", "64x32", "--steps", "1", "-o", "c.png").code == 0


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda at: (at / "model_index.json").unlink(), "model_index.json cannot be read (FileNotFoundError)"),
        (
            lambda at: (at / "model_index.json").write_text('{"_class_name": "MochiPipeline"}'),
            "is a MochiPipeline; this",
        ),
        (lambda at: (at / "vae" / "config.json").write_text("[]"), "config.json is not an object; download it again"),
        (lambda at: (at / "tokenizer" / "tokenizer.json").unlink(), "has no tokenizer; download all of the model"),
    ],
    ids=["no index", "another pipeline", "not an object", "no tokenizer"],
)
def test_folders_that_are_no_models(spoil: Any, message: str, sora: Sora, tmp_path: Path) -> None:
    folder = open_folder.write(tmp_path / "spoilt", "ltx")
    spoil(folder)
    ran = sora("generate", "a fox", "-m", "./spoilt", "--dry-run")
    assert ran.code == 5
    assert f"sora: error: ./spoilt: {message}" in ran.err


def test_a_folder_needs_no_other_library(folders: dict[str, Path], tmp_path: Path) -> None:
    """From a folder on disk to frames with neither diffusers nor transformers."""
    import subprocess
    import sys

    script = (
        "import sys\nfrom soracli import cli\ncode = cli.run(sys.argv[1:])\n"
        "sys.exit(code or len({'diffusers', 'transformers', 'accelerate'} & set(sys.modules)))"
    )
    call = ["generate", "a fox", "-m", str(folders["vace"]), "-s", "64x32", "-d", "5f", "--steps", "1", "-o", "a.mp4"]
    ran = subprocess.run(
        [sys.executable, "-c", script, *call], capture_output=True, text=True, cwd=tmp_path, check=False
    )
    assert ran.returncode == 0, ran.stderr
    assert (tmp_path / "a.mp4").is_file()


def test_weights_that_do_not_fit_are_named(tmp_path: Path) -> None:
    folder = open_folder.write(tmp_path / "odd", "ltx")
    config = json.loads((folder / "transformer" / "config.json").read_text()) | {"num_layers": 3}
    (folder / "transformer" / "config.json").write_text(json.dumps(config))
    model = loaded(folder)
    with pytest.raises(WeightsError, match=r"does not fit this architecture \(lacks transformer_blocks\.2"):
        paint(model, tasks.generate(9, *SIDE, Fraction(16)))


def checkpoint(path: Path, module: torch.nn.Module, names: dict[str, str], **more: torch.Tensor) -> None:
    """A file with original names. names: ours -> original, by parts of names, in order."""
    state = {}
    for name, tensor in open_folder.settled(module, 1).items():
        for ours, theirs in names.items():
            name = name.replace(ours, theirs)
        state[name] = tensor
    save_file(state | more, path)


WAN_NAMES = {
    "condition_embedder.time_embedder.linear_1": "time_embedding.0", "condition_embedder.text_embedder.linear_1":
    "text_embedding.0", "ffn.net.0.proj": "ffn.0", "proj_out": "head.head",
}  # fmt: skip


def test_model_is_a_file(sora: Sora, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its sizes are read off its tensors; what it lacks is another model's."""
    monkeypatch.setattr(machine, "memory", lambda: (64 * 10**9, 60 * 10**9))  # the text encoder that it lacks is large
    network = WanTransformer(WanConfig(16, 16, 1, 128, 4, 32, 48, 64, (0, 2)))
    checkpoint(tmp_path / "mine.safetensors", network, WAN_NAMES)
    card = manifest.card(str(tmp_path / "mine.safetensors"))
    assert (card.name, card.arch, card.params["way"], card.causal) == ("mine", "wan", "control", True)
    assert configured(WanConfig, card, "transformer") == network.config
    assert [file.role for file in card.files] == ["transformer", "text", "vae", "tokenizer"]
    assert sora("generate", "a fox", "-m", "mine.safetensors", "-s", "64x64", "--dry-run").code == 0
    ran = sora("generate", "a fox", "-m", "./mine.safetensors", "-s", "64x64", "-d", "5f", "--device", "cpu")
    assert ran.code == 5
    assert "model 'mine': is not here; run: sora model pull wan-vace-1.3b" in ran.err


@pytest.mark.parametrize("kind", ["ltx", *open_folder.EARLY])
def test_model_is_an_ltx_file(kind: str, tmp_path: Path) -> None:
    """The three kinds of autoencoders are told apart, and the noise levels and times that go with each."""
    network = LtxTransformer(LtxConfig(8, 32, 2, 2, 48))
    vae = LtxVae(open_folder.EARLY.get(kind, LtxVaeConfig(8, (8, 8, 16, 16, 16), (1,) * 5, (8, 16, 32), (1,) * 4)))
    more = {ltx_original(name, vae.config): tensor for name, tensor in open_folder.settled(vae, 3).items()}
    more["vae.per_channel_statistics.mean-of-stds"] = torch.ones(8)
    path = tmp_path / "ltx-distilled.safetensors"
    checkpoint(path, network, {"proj_in": "patchify_proj"}, **more)
    card = manifest.card(str(path))
    assert (card.arch, configured(LtxConfig, card, "transformer")) == ("ltx", network.config)
    assert configured(LtxVaeConfig, card, "vae") == vae.config
    early = kind != "ltx"
    assert (card.params.get("lag", 7), "shifting" in card.params, bool(card.params["sigmas"])) == (
        7 * (not early), early, not early,
    )  # fmt: skip
    assert (card.defaults["steps"], card.defaults["guidance"]) == ((40, 3.0) if early else (7, 1.0))
    found = loading.load(partial(LtxVae, vae.config), [path], ltx_names.vae(vae.config)).state_dict()
    wanted = open_folder.settled(vae, 3)
    assert all(torch.equal(found[name], wanted[name]) for name in wanted)


def test_an_ltx_file_with_another_autoencoder(tmp_path: Path) -> None:
    network = LtxTransformer(LtxConfig(8, 32, 2, 1, 48))
    checkpoint(tmp_path / "a.safetensors", network, {"proj_in": "patchify_proj"}, **{"vae.encoder.x": torch.ones(1)})
    message = r"its autoencoder is not LTX-Video's \(lacks 'encoder.down_blocks.0.res_blocks.0.conv1.conv.weight'\)"
    with pytest.raises(WeightsError, match=message):
        manifest.card(str(tmp_path / "a.safetensors"))


def test_files_that_are_no_models(sora: Sora, tmp_path: Path) -> None:
    (tmp_path / "text.safetensors").write_text("hello")
    save_file({"a": torch.ones(1)}, tmp_path / "odd.safetensors")
    checkpoint(tmp_path / "half.safetensors", LtxTransformer(LtxConfig(8, 32, 2, 1, 48)), {"proj_in": "patchify_proj"})
    messages = {
        "./text.safetensors": "is not a safetensors file (",
        "./odd.safetensors": "is neither a Wan nor an LTX-Video checkpoint; give one, or a folder with all parts",
        "./half.safetensors": "has no autoencoder; take a file that holds both, or a folder with all parts",
        "./none.safetensors": "no such file or folder; see: sora model list",
    }
    for name, message in messages.items():
        ran = sora("generate", "a fox", "-m", name, "--dry-run")
        assert ran.code == 5
        assert f"sora: error: {name}: {message}" in ran.err


def test_names_are_not_paths() -> None:
    assert hub_folder.is_path("./spark")
    assert not hub_folder.is_path("wan-vace-1.3b")
    assert manifest.card("wan-vace-1.3b").causal
