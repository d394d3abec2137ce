"""What open models can be asked for on the command line, and what each refuses by name. Nothing is sampled."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from conftest import Sora
from PIL import Image

from soracli.weights import manifest


@pytest.fixture(autouse=True)
def picture(sora: Sora) -> None:
    Image.fromarray(np.full((64, 96, 3), 90, np.uint8)).save("a.png")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("generate", "a fox", "-m", "svd-xt"), "svd-xt: reads no prompts, and moves as its picture suggests"),
        (("animate", "a.png", "it runs", "-m", "svd-xt"), "use: sora animate PICTURE -m svd-xt"),
        (("animate", "a.png", "-N", "blur", "-m", "svd-xt"), "svd-xt: reads no prompts"),
        (("animate", "a.png", "--to", "a.png", "-m", "svd-xt"), "goes on from a first frame, and takes nothing else"),
        (("animate", "a.png", "-d", "26f", "-m", "svd-xt"), "svd-xt paints 25 at most; use -d 25f"),
        (("animate", "a.png", "-m", "svd-xt", "--subject", "a.png"), "was not trained with pictures of subjects"),
        (("animate", "a.png", "x", "-m", "ltx-2b", "--subject", "a.png"), "use wan-vace-1.3b, wan-vace-14b or spark"),
        (("views", "a.png"), "spark has learnt no thing from all sides, and yours would stand still"),
        (("views", "a.png"), "use -m wan-vace-1.3b or ltx-2b"),
        (("generate", "a fox", "-m", "taew2.1"), "is a decoder for --preview, and paints nothing"),
    ],
)
def test_what_cannot_be_done_is_one_line(sora: Sora, words: tuple[str, ...], said: str) -> None:
    ran = sora(*words, "--dry-run", "--device", "cpu")
    assert (ran.code, ran.err.count("\n")) == (2, 1), ran.err
    assert said in ran.err


def test_a_picture_alone_is_what_svd_is_given(sora: Sora) -> None:
    ran = sora("animate", "a.png", "-m", "svd-xt", "-s", "1024x576", "--device", "cpu", "--dry-run", "--json")
    assert ran.code == 0, ran.err
    data = json.loads(ran.out)["data"]
    assert (data["frames"], data["fps"], data["width"], data["height"]) == (25, "7", 1024, 576)
    assert (data["plan"]["tokens"], data["plan"]["passes"]) == (25 * 128 * 72, 50)


def test_models_that_go_round_a_thing_are_asked_to(sora: Sora) -> None:
    ran = sora("views", "a.png", "a dog", "-m", "wan-vace-1.3b", "--device", "cpu", "--dry-run", "--json")
    assert ran.code == 0, ran.err
    assert json.loads(ran.out)["data"]["prompt"] == "a dog, the camera circles around"


def test_a_licence_is_shown_and_asked_for(sora: Sora, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    ran = sora("model", "pull", "svd-xt", "--dry-run", "--json")
    told = json.loads(ran.out)["data"]
    assert (told["licence"], told["accepted"], told["bytes"]) == ("Stability AI Community License", False, 4509185018)
    assert "1 million US dollars" in told["terms"]
    ran = sora("model", "pull", "svd-xt")
    assert ran.code == 2
    assert "its licence has to be agreed to; read it and add --accept-licence" in ran.err


def test_decoders_of_previews_are_listed_and_fetched_by_name(sora: Sora) -> None:
    rows = {row["name"]: row for row in json.loads(sora("model", "list", "--json").out)["data"]}
    assert rows["taew2.1"]["preview"]
    assert rows["taew2.1"]["licence"] == "MIT"
    assert not any(rows[name]["preview"] for name in manifest.cards())
    assert sora("model", "pull", "taew2.1", "--dry-run").code == 0
