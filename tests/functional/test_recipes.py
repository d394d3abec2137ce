"""Recipes of strangers: what a file says of itself is data, and never an order. Each case is a PNG with a comment."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import Sora
from PIL import Image, PngImagePlugin

from soracli import media
from soracli.errors import MediaError
from soracli.options import calls, flags, recipes
from soracli.pipeline import sources

DOG = {"prompt": "a dog in a meadow"}
SECRET = "AKIA-SECRET-token hunter2 a dog\n"
Maker = Callable[..., str]


def recipe(arguments: Any, verb: Any = "image", **more: Any) -> dict[str, Any]:
    return {
        "soracli": "0.1.0", "verb": verb, "prompt": "a dog in a meadow", "model": "tiny", "weights": "a35a8fcbc14aef62",
        "width": 64, "height": 64, "frames": 1, "fps": "1", "steps": 1, "guidance": 3.0, "seed": 7, "noise": "marked",
        "arguments": arguments, "frames_sha256": "0" * 64, **more,
    }  # fmt: skip


@pytest.fixture
def stranger(tmp_path: Path, sora: Sora) -> Maker:
    """A picture whose comment is a recipe, in a folder of its own; the user is in another, with files of theirs."""
    for name in ("downloads", "home"):
        (tmp_path / name).mkdir()
    os.chdir(tmp_path / "home")
    Path("diary.txt").write_text("ten years of it\n")
    Path("secret.txt").write_text(SECRET)
    Image.new("RGB", (64, 64), (200, 10, 10)).save("photo.png")

    def make(told: dict[str, Any]) -> str:
        text = PngImagePlugin.PngInfo()
        text.add_text("Comment", json.dumps(told).replace("HOME", str(tmp_path / "home")))
        path = tmp_path / "downloads" / "f.png"
        Image.new("RGB", (16, 16), (90, 120, 60)).save(path, pnginfo=text)
        return str(path)

    return make


def contents() -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in Path().iterdir()}


ORDERS: dict[str, dict[str, Any]] = {
    "output": {"output": "HOME/diary.txt", "format": "png", "force": True},
    "a name with fields": {"output": "HOME/{slug}.txt"},
    "preview": {"preview": "HOME/photo.png", "force": True},
    "format": {"format": "frames"},
    "prompt_file": {"prompt_file": "HOME/secret.txt", "prompt": None},
    "standard input": {"prompt": "-"},
    "model": {"model": "HOME"},
    "adapter": {"lora": ["HOME/photo.png"]},
    "preset": {"preset": "mine"},
    "results": {"count": 1000},
    "latents": {"save_latents": True},
    "dry run": {"dry_run": True},
    "held": {"keep_held": True},
    "device": {"device": "cuda"},
    "words": {"expand": True},
}


@pytest.mark.parametrize("more", [[], ["--check"], ["--dry-run"]], ids=["", "check", "dry"])
@pytest.mark.parametrize("order", ORDERS.values(), ids=ORDERS)
def test_a_file_gives_no_orders(sora: Sora, stranger: Maker, order: dict[str, Any], more: list[str]) -> None:
    """Nothing is written, replaced or read for it, and the key is named."""
    before = contents()
    ran = sora("replay", stranger(recipe({**DOG, **order})), *more)
    assert ran.code == 3, ran.err
    assert "f.png: its recipe " in ran.err
    assert ran.out == b""
    assert contents() == before


@pytest.mark.parametrize("key", ["model", "prompt_file", "output"])
def test_a_batch_follows_no_orders_of_a_file(sora: Sora, stranger: Maker, key: str) -> None:
    path = stranger(recipe({**DOG, key: "HOME/secret.txt"}))
    before = contents()
    ran = sora("batch", "-", stdin=json.dumps({"verb": "replay", "file": path}).encode())
    assert (ran.code, contents()) == (9, before)


PICTURES: dict[str, dict[str, Any]] = {
    "no list": recipe({"image": "HOME/photo.png", **DOG}, "animate"),
    "an empty list": recipe({"image": "HOME/photo.png", **DOG}, "animate", inputs=[]),
    "no digest": recipe({"image": "photo.png", **DOG}, "animate", inputs=[{"name": "photo.png"}]),
    "another name": recipe({"image": "HOME/photo.png", **DOG}, "animate", inputs=[{"name": "photo.png"}]),
    "a way up": recipe({"image": "../home/photo.png", **DOG}, "animate", inputs=[{"name": "../home/photo.png"}]),
    "a mask": recipe({"clip": "HOME/photo.png", "mask": "HOME/photo.png"}, "inpaint"),
    "a keyframe": recipe({"keyframe": ["HOME/photo.png@0s"], **DOG}, "generate"),
}


@pytest.mark.parametrize("told", PICTURES.values(), ids=PICTURES)
def test_a_file_reads_no_pictures(sora: Sora, stranger: Maker, told: dict[str, Any]) -> None:
    """A picture is what a file was made from if its digest says so; all others are for the user to give."""
    before = contents()
    ran = sora("replay", stranger({**told, "fps": "16"}))
    assert (ran.code, ran.out, contents()) == (3, b"", before), ran.err
    assert "photo.png: not found beside" in ran.err
    assert "give it with --input" in ran.err


def test_a_picture_elsewhere_is_not_read_even_with_its_digest(sora: Sora, stranger: Maker, tmp_path: Path) -> None:
    """Somebody who knows a file may not say where it is; beside the recipe, or here, it is found."""
    (tmp_path / "else").mkdir()
    Path("photo.png").rename(tmp_path / "else" / "photo.png")
    sha = sources.digest(str(tmp_path / "else" / "photo.png"))
    name = str(tmp_path / "else" / "photo.png")
    told = recipe({"image": name, "duration": "8f", "fps": "16"}, "animate", inputs=[{"name": name, "sha256": sha}])
    assert sora("replay", stranger(told)).code == 3
    ran = sora("replay", stranger(told), "--input", name, "-o", "a.mp4")
    assert ran.code == 0, ran.err


def test_a_model_or_adapter_of_no_name_is_for_the_user_to_give(sora: Sora, stranger: Maker) -> None:
    for name in ("HOME", "./tiny", "nobody"):
        ran = sora("replay", stranger({**recipe(DOG), "model": name}))
        assert (ran.code, "give the one to use with --model" in ran.err) == (3, True)
    assert sora("replay", stranger({**recipe(DOG), "model": "nobody"}), "-m", "tiny", "-o", "a.png").code == 0
    ran = sora("replay", stranger({**recipe(DOG), "loras": [["HOME/photo.png", 1.0]]}))
    assert (ran.code, "(of another folder) that is not beside it; give it with --lora" in ran.err) == (3, True)
    ran = sora("replay", stranger({**recipe(DOG), "loras": [["photo.png", 1.0, "ab" * 8]]}))
    assert (ran.code, "(photo.png) that is not beside it; give it with --lora" in ran.err) == (3, True)


def test_a_local_folder_does_not_take_the_place_of_a_model(sora: Sora, stranger: Maker) -> None:
    Path("tiny").mkdir()
    ran = sora("replay", stranger(recipe(DOG)), "-o", "a.png")
    assert ran.code == 0, ran.err


ODD: list[Any] = [
    None, True, 0, -1, 1e300, float("nan"), float("inf"), 10**400, "", "x", "\0", "-", "\ud800", "a" * 300,
    [], [1], [[]], {}, {"a": 1}, [None], ["x", "y"], [["x"]], "1e999999999", "../x", "/etc/passwd",
]  # fmt: skip


@pytest.mark.parametrize("verb", ["image", "generate", "animate", "enhance"])
def test_odd_values_are_refused_in_one_line(sora: Sora, stranger: Maker, verb: str) -> None:
    """Every key of a recipe, and every argument, with values of every type: never a bug, never a hang."""
    own = {"image": DOG, "generate": {**DOG, "shot": ["0s:x"], "fps": "16", "duration": "8f"}}
    arguments = own.get(verb, {"image" if verb == "animate" else "clip": "photo.png"})
    base = recipe(arguments, verb, negative="", shift=3.0, solver="euler", loras=[], packing="", tiles=0,
                  guidance_interval=[0.0, 1.0], cache=0.0, compile=False, inputs=[], fit="pad")  # fmt: skip
    keys = [*base, *(("arguments", key) for key in {*arguments, *calls.FROM_FILES, "output", "model"})]
    for key in keys:
        for value in ODD:
            told = (
                {**base, "arguments": {**arguments, key[1]: value}} if isinstance(key, tuple) else {**base, key: value}
            )
            with contextlib.suppress(MediaError):
                found = recipes.call(json.loads(json.dumps(told)), "f.png")
                assert not {"output", "force", "preview", "prompt_file", "format"} & set(found.arguments)
            recipes.inputs(told)


@pytest.mark.parametrize("value", ODD, ids=lambda value: repr(value)[:20])
@pytest.mark.parametrize("key", ["loras", "guidance_interval", "cache", "inputs", "verb", "model", "frames_sha256"])
def test_odd_values_end_in_no_bug(sora: Sora, stranger: Maker, key: str, value: Any) -> None:
    ran = sora("replay", stranger({**recipe(DOG), key: value}), "--dry-run")
    assert ran.code in (0, 2, 3), ran.err


def test_every_key_of_a_verb_is_for_files_or_not() -> None:
    """A new key is for no file until somebody has thought of it; the list holds no key that there is not."""
    assert set(calls.RENDERING) - set(calls.REPEATABLE) == {"replay"}
    shared = set(flags.Flags.__dataclass_fields__)
    table = {verb: calls.keys(calls.RENDERING[verb]) for verb in calls.REPEATABLE}
    own = {key.key for keys in table.values() for key in keys if key.name not in shared}
    assert own | {"fps", "duration", "size", "audio", "no_audio"} == calls.FROM_FILES
    texts = set(calls.READS) - set(calls.MEDIA) - {"PROMPT"}  # kinds of values that name a file which is no picture
    assert not [
        key for verb, keys in table.items() for key in keys if calls.from_file(verb, key.key) and key.kind in texts
    ]


def test_a_recipe_of_ours_says_nothing_else(sora: Sora) -> None:
    """What is written is what may be read back: one list for both."""
    assert sora("generate", "a dog", "-m", "tiny", "--steps", "1", "-d", "8f", "-o", "a.mp4", "--preview", "p.png",
                "--save-latents", "--quality", "draft", "--threads", "1").code == 0  # fmt: skip
    told = media.info("a.mp4").recipe or {}
    assert all(calls.from_file("generate", key) for key in told["arguments"])
