"""Captions: grammar, tables, and that a caption says what its scene shows and nothing else."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest

from soracli.errors import MediaError
from soracli.world.language import grammar
from soracli.world.language.captions import caption, describe, slots
from soracli.world.language.surroundings import CAMERAS, PLACES, STYLES, TIMES, WEATHERS
from soracli.world.language.words import ACTIONS, ACTORS, COLOURS, DIRECTIONS, ON_THE_SPOT, tagged
from soracli.world.scene import Performer, Scene
from soracli.world.scenes import CORE_ACTORS, MOVES, Corpus, sample_scene

DOG = Performer("dog", "walk", "right")
SCENE = Scene("scenery", (DOG,), "meadow", "sunset", "rain", "tracking", "pixel")


def many(scene: Scene, drop: float = 0.0, count: int = 200, keywords: float = 0.1) -> list[str]:
    rng = np.random.default_rng(0)
    return [caption(scene, rng, drop=drop, typo=0, keywords=keywords) for _ in range(count)]


def test_article() -> None:
    nouns = [
        "a dog",
        "an owl",
        "a UFO",
        "a unicorn",
        "an umbrella",
        "a one-humped camel",
        "an SUV",
        "an hour",
        "a T-Rex",
    ]
    assert [grammar.article(noun.partition(" ")[2]) for noun in nouns] == nouns


def test_plurals_and_verb_forms() -> None:
    nouns = {"dog": "dogs", "bus": "buses", "butterfly": "butterflies", "deer": "deer", "person": "people"}
    nouns |= {"fire engine": "fire engines", "T-Rex": "T-Rexes", "monkey": "monkeys", "toy wolf": "toy wolves"}
    assert {noun: grammar.plural(noun) for noun in nouns} == nouns
    verbs = {"walk": "walks", "go for a walk": "goes for a walk", "fly": "flies", "dash": "dashes", "hurry": "hurries"}
    assert {verb: grammar.finite(verb) for verb in verbs} == verbs
    forms = {
        "run fast": "running fast",
        "drive": "driving",
        "flee from": "fleeing from",
        "hop": "hopping",
        "fly": "flying",
    }
    assert {verb: grammar.doing(verb) for verb in forms} == forms


def test_every_value_of_the_corpora_has_words() -> None:
    corpus = Corpus.core(len(CORE_ACTORS))
    assert {entry.name for entry in CORE_ACTORS} <= set(ACTORS)
    assert {verb for _, verbs in corpus.actions for verb in verbs} | MOVES <= set(ACTIONS)
    assert MOVES.isdisjoint(ON_THE_SPOT)
    assert set(corpus.places) <= set(PLACES)
    assert set(corpus.times) <= set(TIMES)
    assert set(corpus.weathers) <= set(WEATHERS)
    assert set(corpus.cameras) <= set(CAMERAS)
    assert set(corpus.styles) <= set(STYLES)
    assert all(len(set(words)) >= 3 for words in ACTORS.values())


def test_slots_name_what_is_visible() -> None:
    assert slots(SCENE) == {
        "actor": "dog",
        "count": "1",
        "action": "walk",
        "direction": "right",
        "place": "meadow",
        "time": "sunset",
        "weather": "rain",
        "camera": "tracking",
        "style": "pixel",
    }
    still = Scene("scenery", (Performer("dog", "stand", "right", colour="red"),), "living room", "day", style="noir")
    assert not slots(still).keys() & {"direction", "time", "colour"}


def test_slots_of_several_actors() -> None:
    chase = (Performer("dog", "chase", "left", partner=1), Performer("cat", "run", "left"))
    said = slots(Scene("scenery", chase, "beach", "day"))
    assert (said["relation"], said["second"], said["second_action"]) == ("chase", "cat", "run")
    prey = (Performer("cat", "run", "left"), Performer("dog", "chase", "left", partner=0))
    assert slots(Scene("scenery", prey, "beach", "day"))["relation"] == "chase by"
    flock = (DOG, DOG, DOG, Performer("cat", "stand", depth=0.1), Performer("pig", "walk", "left"))
    said = slots(Scene("scenery", flock, "beach", "day"))
    assert (said["count"], said["second"], said["relation"], said["third"]) == ("3", "cat", "behind", "pig")


def test_a_full_caption_says_every_slot() -> None:
    for text in many(SCENE, keywords=0):
        low = text.lower()
        assert any(word.lower() in low for word in ACTORS["dog"]), text
        assert "right" in low, text
        assert re.search("left", low) is None or "from left to right" in low, text


def test_most_captions_differ_and_read_well() -> None:
    texts = many(SCENE, drop=0.15, count=400)
    assert len(set(texts)) > 380
    assert {text.split()[0] for text in texts} >= {"A", "At", "Cinematic", "In", "The", "Video"}
    for text in texts:
        assert not re.search(r"  | [,.:]|,,|\.\.|[,:]$|\{|\}|, \.|: \.", text), text
        assert not re.search(r"\ba [aeiou](?!ni)", text, re.IGNORECASE), text


def test_keyword_lists_are_about_one_in_ten() -> None:
    texts = many(SCENE, count=1000)
    share = sum(text.count(",") >= 5 for text in texts) / len(texts)
    assert 0.06 < share < 0.14


def test_dropping_everything_leaves_the_actor() -> None:
    for text in many(SCENE, drop=1.0):
        assert any(word.lower() in text.lower() for word in ACTORS["dog"]), text
        assert not re.search("right|meadow|field|grass|sunset|rain|camera|pixel|walk|stroll", text), text


def test_plural_stays_plural_when_the_number_is_dropped() -> None:
    flock = Scene("scenery", (Performer("cow", "stand"), Performer("cow", "stand")), "farm", "day")
    for drop in (0.0, 0.5, 1.0):
        for text in many(flock, drop=drop):
            assert "cows" in text.lower(), text
            assert not re.search(r"(?<!camera )stands|waits|rests", text), text


def test_a_chase_has_an_object_or_is_a_run() -> None:
    pair = (Performer("tiger", "chase", "left", partner=1), Performer("pig", "run", "left"))
    prey = " (?:a |the )?(?:" + "|".join(ACTORS["pig"]) + ")"
    for text in many(Scene("scenery", pair, "desert", "day"), drop=0.3, count=400):
        if verb := re.search(r"(chases?|chasing|pursu(?:es|ing)|(?:run|rac)\w* after)\b", text):
            assert re.match(prey, text[verb.end() :]), text


def test_no_colours_in_colourless_styles() -> None:
    scene = Scene("scenery", (Performer("T-Rex", "walk", "left", colour="blue"),), "meadow", "day", style="noir")
    for text in many(scene, count=400):
        assert COLOURS.isdisjoint(re.findall(r"\w+", text.lower())), text


def test_unknown_values_are_said_as_they_are() -> None:
    scene = Scene("studio", (Performer("pizza", "wobble"),), "castle", "eclipse", "hail", "dolly", "mosaic")
    said = " ".join(many(scene)).lower()
    assert all(word in said for word in ("pizza", "wobbl", "castle", "hail", "dolly", "mosaic style"))


def test_a_seed_gives_the_same_caption_and_slots_suffice() -> None:
    first, second = (caption(SCENE, np.random.default_rng(5)) for _ in range(2))
    assert first == second
    assert describe(slots(SCENE), np.random.default_rng(5)) == first
    assert describe({"actor": "owl"}, np.random.default_rng(1), typo=0, keywords=0)


def test_typos_change_one_word() -> None:
    rng = np.random.default_rng(0)
    for _ in range(100):
        before = "A dog walks across a meadow"
        after = grammar.misspell(before, rng)
        assert sum(a != b for a, b in zip(before.split(), after.split(), strict=True)) <= 1
    assert grammar.misspell("a cat", rng) == "a cat"


def test_directions_never_contradict() -> None:
    rng, corpus = np.random.default_rng(3), Corpus.core(40)
    for _ in range(300):
        scene = sample_scene(rng, corpus)
        text = caption(scene, rng, typo=0).lower()
        for side, other in (("left", "right"), ("right", "left")):
            if scene.performers[0].direction != side:
                phrases = [phrase for phrase in DIRECTIONS[side] if phrase != side and other not in phrase]
                assert not any(phrase in text for phrase in phrases), text


def test_tags_of_a_word_list(tmp_path: Path) -> None:
    path = tmp_path / "words.json"
    rows = [{"name": "otter", "tags": ["animal", "fishing", "playful"]}, {"name": "dog", "tags": ["woof"]}]
    path.write_text(json.dumps(rows))
    words = tagged(path)
    assert words["otter"] == ("otter", "fishing", "playful")
    assert words["dog"] == ACTORS["dog"]
    assert words["zebra"] == ACTORS["zebra"]
    path.write_text("[1]")
    with pytest.raises(MediaError, match="pass a JSON list"):
        tagged(path)
