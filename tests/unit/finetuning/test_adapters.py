"""Files of `sora train lora` for spark: what they say, who plays what, and colours."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file

from soracli.card import ModelOptions
from soracli.draft import PLAIN
from soracli.errors import MediaError, UsageError, WeightsError
from soracli.finetuning import look, performer
from soracli.scenes import adapters, cutout, notation
from soracli.scenes.known import Own, named
from soracli.scenes.read import read
from soracli.weights import manifest
from soracli.world.scene import Performer, Scene

SPARK = manifest.card("spark")


def made(folder: Path, faces: str = "front", count: int = 2) -> Path:
    """A performer `zorp` of red and green squares, wider than high."""
    paths = []
    for number in range(count):
        colour = ((220, 30, 20, 255), (20, 200, 40, 255))[number % 2]
        whole = np.zeros((40, 60, 4), np.uint8)
        whole[10:30, 10:50] = colour
        whole[10:30, 10:20] = (10, 10, 240, 255)  # its left is blue
        paths.append(folder / f"{number}.png")
        Image.fromarray(whole, "RGBA").save(paths[-1])
    found = performer.made(SPARK, Own("zorp", "flyer", 2.5), faces, paths, {"soracli": "0"})
    place = folder / "zorp.safetensors"
    place.write_bytes(found.data)
    return place


def test_what_is_written_is_read(tmp_path: Path) -> None:
    found = adapters.read(made(tmp_path))
    assert found is not None
    assert (found.kind, found.base, found.own, found.count) == ("performer", "spark", Own("zorp", "flyer", 2.5), 2)
    assert cutout.read(f"{tmp_path}/zorp.safetensors@1").size == (40, 20)
    assert cutout.read(f"{tmp_path}/zorp.safetensors@2").getpixel((30, 10)) == (20, 200, 40, 255)
    assert cutout.read(f"{tmp_path}/zorp.safetensors@-2").getpixel((39, 10)) == (10, 10, 240, 255)


@pytest.mark.parametrize("number", [0, 3, -3])
def test_pictures_that_are_not_there(tmp_path: Path, number: int) -> None:
    with pytest.raises(MediaError, match="2 pictures"):
        cutout.read(f"{made(tmp_path)}@{number}")


@pytest.mark.parametrize(
    "said",
    ["{", "[]", "{}", {"version": 2}, {"kind": "x"}, {"moves": "x"}, {"count": 0}, {"count": 999}, {"metres": "nan"},
     {"faces": "up"}, {"metres": 10**400}, {"count": 10**400}, {"name": "\ud800"}, '{"version": ' + "[" * 100_000],
    ids=lambda said: str(said)[:30],
)  # fmt: skip
def test_files_that_say_something_else(tmp_path: Path, said: object) -> None:
    known = {"version": 1, "kind": "performer", "base": "spark", "name": "z", "moves": "walker", "metres": 1,
             "faces": "front", "count": 1}  # fmt: skip
    text = said if isinstance(said, str) else json.dumps(known | said)  # type: ignore[operator]
    save_file({"cutout.0": torch.zeros(4, dtype=torch.uint8)}, tmp_path / "a.safetensors", {adapters.KEY: text})
    with pytest.raises(WeightsError, match="cannot be read"):
        adapters.read(tmp_path / "a.safetensors")


def test_whom_a_file_suits(tmp_path: Path) -> None:
    path = str(made(tmp_path))
    adapters.check(path, path, SPARK)
    with pytest.raises(UsageError, match="has no strength"):
        adapters.check(path, path, SPARK, 0.5)
    with pytest.raises(UsageError, match="was made for model 'spark'"):
        adapters.check(path, path, manifest.card("wan-t2v-1.3b"))
    other = tmp_path / "other.safetensors"
    save_file({"transformer.blocks.0.attn1.to_q.lora_A.weight": torch.zeros(4, 4)}, other)
    with pytest.raises(UsageError, match="takes only what sora train lora made"):
        adapters.check(str(other), str(other), SPARK)
    adapters.check(str(other), str(other), manifest.card("wan-t2v-1.3b"))


@pytest.mark.parametrize(
    ("prompt", "count"),
    [("a photo of my zorp running in the snow", 1), ("two zorps dance on the beach", 2), ("a zorp chases a dog", 1)],
)
def test_prompts_find_it(tmp_path: Path, prompt: str, count: int) -> None:
    one = adapters.read(made(tmp_path))
    assert one is not None
    scene = read(prompt, 4.0, 1.0, 3, named((one.own,))).scene
    cast = adapters.played([scene], [one])[0].performers
    mine = [performer.picture for performer in cast if performer.name == "zorp"]
    assert len(mine) == len(set(mine)) == count, "of several each is another picture"
    assert all(notation.parted_subject(picture)[0] == str(one.path) for picture in mine)
    assert not any(performer.picture for performer in cast if performer.name != "zorp")


@pytest.mark.parametrize(("faces", "way", "turned"), [("right", "left", True), ("right", "right", False),
                                                      ("left", "right", True), ("front", "left", False)])  # fmt: skip
def test_it_looks_where_it_goes(tmp_path: Path, faces: str, way: str, turned: bool) -> None:
    one = adapters.read(made(tmp_path, faces))
    assert one is not None
    scene = Scene("scenery", (Performer("zorp", "walk", way),), "meadow", "day")
    (picture,) = [p.picture for p in adapters.played([scene], [one])[0].performers]
    assert ("@-" in picture) == turned


def test_nobody_of_that_name_is_said() -> None:
    scene = Scene("scenery", (Performer("dog", "walk"),), "meadow", "day")
    one = adapters.Adapter(Path("zorp.safetensors"), "performer", "spark", Own("zorp"), count=1)
    assert adapters.played([scene], [one]) == (scene,)
    assert "nobody here is called 'zorp'" in adapters.absent([scene], [one])[0]
    assert adapters.named("My Zorps, and a dog", [one]) == (one,)
    assert adapters.named("a zorpling", [one]) == ()


# --- colours --------------------------------------------------------------------------------------------------------


def test_colours_are_brought_to_those_of_the_pictures() -> None:
    generator = torch.Generator().manual_seed(0)
    ours = 0.5 + torch.randn(4000, 3, generator=generator) * torch.tensor([0.1, 0.08, 0.09])
    mix = torch.tensor([[0.9, 0.1, 0.0], [0.1, 0.8, 0.1], [0.0, 0.1, 0.7]])
    theirs = ours @ mix.T + torch.tensor([0.05, -0.1, 0.1])
    light = torch.from_numpy(look.matched(ours, theirs))
    found = ours @ light[:, :3].T + light[:, 3]
    assert torch.allclose(found.mean(0), theirs.mean(0), atol=1e-3)
    assert torch.allclose(torch.cov(found.T), torch.cov(theirs.T), atol=2e-4)


def test_the_spread_of_colours_stays_within_bounds() -> None:
    ours, theirs = torch.rand(500, 3), torch.full((500, 3), 0.3)
    values = np.linalg.svd(look.matched(ours, theirs)[:, :3])[1]
    np.testing.assert_allclose(values, look.STRENGTH[0], rtol=1e-3)


def test_lights_one_after_the_other() -> None:
    rng = np.random.default_rng(0)
    first, second = (rng.random((3, 4)).astype(np.float32) * 0.4 for _ in range(2))
    colour = rng.random(3).astype(np.float32)
    by_hand = second[:, :3] @ (first[:, :3] @ colour + first[:, 3]) + second[:, 3]
    both = adapters.joined(first, second)
    np.testing.assert_allclose(both[:, :3] @ colour + both[:, 3], by_hand, rtol=1e-5)
    assert adapters.joined(PLAIN, second) is second
    assert adapters.joined(first, PLAIN) is first


def test_a_look_is_weaker_by_its_scale(tmp_path: Path) -> None:
    grade = np.array([[0.5, 0, 0, 0.2], [0, 1, 0, 0], [0, 0, 1, 0]], np.float32)
    one = adapters.Adapter(tmp_path, "look", "spark", Own("ink"), grade=grade)
    save_file(
        {"transformer.x.lora_A.weight": torch.zeros(1, 1)}, tmp_path / "a.safetensors", {adapters.KEY: one.text()}
    )
    for scale, expected in ((1.0, 0.5), (0.5, 0.75), (0.0, 1.0)):
        card = replace(SPARK, options=ModelOptions(loras=((str(tmp_path / "a.safetensors"), scale),)))
        assert adapters.grade(card)[0, 0] == pytest.approx(expected)
    assert adapters.grade(SPARK) is PLAIN
