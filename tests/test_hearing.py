"""Prompts in people's own words are restated in the world's; what the model lacks, and its own wording, stay."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from conftest import Sora

from soracli import hearing, reading, rewording, weights
from soracli.errors import WeightsError
from soracli.flags import Flags
from soracli.inputs import Brief
from soracli.telling import Told, told
from soracli.types import Card
from soracli.world.captions import caption
from soracli.world.prompts import worded
from soracli.world.scenes import CORE_ACTORS, Corpus, sample_scene

CARD = weights.card("spark")
BRIEF = Brief("generate", lambda options, stride: pytest.fail("no canvas is asked for"))


def restated(prompt: str, card: Card = CARD) -> str:
    return hearing.restated(prompt, rewording.reworded(prompt, card)[0], card)


def tell(prompt: str, **flags: bool) -> Told:
    return told(prompt, CARD, Flags(**flags), BRIEF)


@pytest.mark.parametrize(
    ("prompt", "slots"),
    [
        ("a pooch legging it along the surf as the sun goes down", "dog run - beach sunset"),
        ("a shaggy mutt tearing through the snowdrifts to the left, stars overhead", "dog run left snowy-field night"),
        ("an old sedan zips down the avenue toward the right at high noon", "automobile drive right city-street day"),
        ("moo-cow motionless between the pines, midnight", "cow stand - forest night"),
        ("a pachyderm lumbering over the dunes, leftwards", "elephant walk left desert -"),
    ],
)  # fmt: skip
def test_human_prompts_are_heard(prompt: str, slots: str) -> None:
    names = {
        slot: value.replace("-", " ") for slot, value in zip(hearing.SLOTS, slots.split(), strict=True) if value != "-"
    }
    found = tell(prompt)
    read = reading.read(found.text).slots
    assert {slot: read[slot] for slot in hearing.SLOTS if slot in read} == names
    assert (found.asked, found.notes) == (prompt, (f"spark reads: '{found.text}'",))
    assert tell(prompt) == found


def test_the_world_s_wording_stays() -> None:
    rng, world = np.random.default_rng(1), replace(Corpus.full(), actors=CORE_ACTORS)
    prompts = [caption(sample_scene(rng, world), rng, typo=0.0) for _ in range(100)]
    prompts += [worded({"actor": "dog", "action": "run", "place": place}, rng) for place in ("beach", "forest")]
    assert [prompt for prompt in prompts if tell(prompt) != Told(prompt)] == []


@pytest.mark.parametrize(
    "prompt",
    [
        "a grandmother knits by the fireplace", "a wolf prowls over the tundra under the moon",
        "a shaggy dog chases a cat down the boulevard", "three pups romp through the snowdrifts",
        "a mutt bounds through a cathedral", "a dog barks at the mailman", "waves breaking, sun low on the horizon",
    ],
)  # fmt: skip
def test_other_things_are_not_restated(prompt: str) -> None:
    assert restated(prompt) == ""


def test_only_what_the_card_knows_is_restated() -> None:
    prompt = "a pooch legging it along the surf"
    assert restated(prompt)
    for lacking in ({"actors": ["cow"], "places": ["beach"]}, {"actors": ["dog"], "places": ["forest"]}):
        assert restated(prompt, replace(CARD, params={"knows": lacking})) == ""
    assert restated(prompt, weights.card("tiny")) == ""


def test_what_only_the_tables_know_is_kept() -> None:
    caption = restated("film noir of a pooch legging it along the surf in the rain, tracking shot")
    read = reading.read(caption).slots
    assert (read["style"], read["weather"], read["camera"]) == ("noir", "rain", "tracking")


def test_verbatim(sora: Sora) -> None:
    prompt = "a pooch legging it along the surf"
    data = json.loads(sora("generate", prompt, "--dry-run", "--json").out)["data"]
    assert (data["prompt"], data["asked"]) == (restated(prompt), prompt)
    plain = json.loads(sora("generate", prompt, "--verbatim", "--dry-run", "--json").out)["data"]
    assert (plain["prompt"], "asked" in plain) == (prompt, False)


@pytest.mark.parametrize("damaged", [False, True])
def test_without_its_file_words_are_exchanged(damaged: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    prompt = "a poodle legging it along the surf at twilight"
    assert tell(prompt).notes[0].startswith("spark reads: ")
    if damaged:
        (tmp_path / "none").write_bytes(b"no tensors")
    monkeypatch.setattr(hearing, "WEIGHTS", tmp_path / "none")
    hearing.Hearer.shipped.cache_clear()
    try:
        assert tell(prompt).text == "a dog legging it along the surf at sunset"
    finally:
        hearing.Hearer.shipped.cache_clear()


def test_without_the_encoder_words_are_exchanged(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(card: Card) -> None:
        raise WeightsError("text encoder: not there")

    monkeypatch.setattr(hearing, "of", missing)
    assert tell("a poodle legging it along the surf").text == "a dog legging it along the surf"
