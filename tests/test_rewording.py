"""Words that plainly mean one that the model learnt are exchanged for it; nothing else is, and replays stay as made."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from conftest import Sora

from soracli import media, rewording, telling, weights
from soracli.rewording import Exchange, reworded
from soracli.train.thesaurus import AMBIGUOUS
from soracli.world.captions import caption
from soracli.world.prompts import spoken
from soracli.world.scenes import CORE_ACTORS, Corpus, sample_scene

CARD = weights.card("spark")
TINY = ("-m", "tiny", "--size", "64x64", "-d", "1s", "--steps", "1")


@pytest.mark.parametrize(
    ("prompt", "read"),
    [
        ("a dachshund ambles through the copse at nightfall", "a dog ambles through the forest at sunset"),
        ("An Irish setter roams the Gobi, midday", "A dog walks the desert, in daylight"),
        ("two rottweilers sprinted over the steppe", "two dogs sprinted over the meadow"),
        ("the convertible hurtles down an alley", "the car drives down a city street"),
        ("a starship hurtling past a glacier", "a rocket flying past a snowy field"),
        ("a Hereford bull waits by the lakeside", "a cow waits by the beach"),
        ("poodles saunter to the left", "dogs walk to the left"),
        ("A cow motionless on the lawn", "A cow standing still on the meadow"),
        ("a rocket motionless above a glacier", "a rocket hovering in the air above a snowy field"),
        ("one sunny afternoon in a copse", "one sunny daytime in a forest"),
        ("midnight sky over a dune", "night sky over a desert"),
    ],
)
def test_words_that_plainly_mean_another(prompt: str, read: str) -> None:
    assert reworded(prompt, CARD)[0] == read


def test_the_user_is_told() -> None:
    changes = reworded("A poodle in the small hours", CARD)[1]
    assert changes == [Exchange("poodle", "dog"), Exchange("in the small hours", "at night")]
    assert rewording.note(changes, "spark") == "spark reads 'poodle' as 'dog', 'in the small hours' as 'at night'."


@pytest.mark.parametrize(
    "prompt",
    [
        "", "a lion in a kitchen", "a Bengal tiger sleeps", "butterfly wings", "a wedding march",
        "the lumbering elephant",
        "a wizard casts a spell, 4k, highly detailed", "a dog standing motionless", "a dog barks at the mailman",
    ],
)  # fmt: skip
def test_other_words_stay(prompt: str) -> None:
    """A Bengal tiger is a tiger, which today's weights do not know; what stands already is not made to stand again."""
    assert reworded(prompt, CARD) == (prompt, [])


def test_what_the_model_learnt_stays() -> None:
    rng, world = np.random.default_rng(0), replace(Corpus.full(), actors=CORE_ACTORS)
    prompts = [caption(sample_scene(rng, world), rng, typo=0.0) for _ in range(200)]
    assert [prompt for prompt in prompts if reworded(prompt, CARD)[1]] == []


def test_a_model_that_says_nothing_of_what_it_knows_reads_all() -> None:
    assert reworded("a poodle at dusk", weights.card("tiny")) == ("a poodle at dusk", [])


def test_a_thing_that_the_model_knows_by_name_stays() -> None:
    knows = {"actors": ["automobile", "racing car"], "places": []}
    assert reworded("a racing car, a limousine", replace(CARD, params={"knows": knows}))[0] == "a racing car, a car"


def test_the_table_is_sound() -> None:
    """No word of the world's own, none twice, none that mostly means something else."""
    table = json.loads(rewording.TABLE.read_text("utf-8"))
    for part, rows in table.items():
        words = [word for row in rows.values() for word in row]
        assert len(words) == len(set(words)), part
        assert not (spoken() | AMBIGUOUS) & set(words)
        assert all(rows.values()), part


def test_the_plan_shows_both_texts(sora: Sora) -> None:
    ran = sora("generate", "a poodle at twilight", "--dry-run", "--json")
    data = json.loads(ran.out)["data"]
    assert (data["prompt"], data["asked"]) == ("a dog at sunset", "a poodle at twilight")
    assert "sora: note: spark reads 'poodle' as 'dog', 'at twilight' as 'at sunset'.\n" in ran.err
    plain = json.loads(sora("generate", "a poodle at twilight", "--verbatim", "--dry-run", "--json").out)["data"]
    assert (plain["prompt"], "asked" in plain) == ("a poodle at twilight", False)


def test_a_replay_exchanges_nothing(sora: Sora, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was painted before a word was exchanged is painted from that word again; a new prompt is exchanged."""
    assert sora("generate", "a poodle", *TINY, "--seed", "3", "-o", "old.mp4").code == 0
    monkeypatch.setattr(rewording, "reworded", lambda prompt, card: (prompt.replace("poodle", "dog"), []))
    assert sora("generate", "a poodle", *TINY, "--seed", "3", "-o", "new.mp4").code == 0
    new = media.info("new.mp4").recipe or {}
    assert (new["prompt"], new["asked"]) == ("a dog", "a poodle")
    for name, prompt in (("old", "a poodle"), ("new", "a dog")):
        ran = sora("replay", f"{name}.mp4", "-o", f"{name}2.mp4")
        assert ran.code == 0, ran.err
        assert (media.info(f"{name}2.mp4").recipe or {})["prompt"] == prompt
        assert np.array_equal(media.read(f"{name}.mp4").frames, media.read(f"{name}2.mp4").frames)
    assert sora("replay", "old.mp4", "--prompt", "my poodle", "-o", "other.mp4").code == 0
    assert (media.info("other.mp4").recipe or {})["prompt"] == "my dog"


def test_what_was_typed_is_screened_too(sora: Sora, monkeypatch: pytest.MonkeyPatch) -> None:
    """Words that are exchanged hide nothing from the rules of meaning."""
    monkeypatch.setattr(rewording, "reworded", lambda prompt, card: ("a dog", []))
    ran = sora("generate", "she slides out of her dress and he caresses her bare skin in bed, naked", *TINY)
    assert ran.code == 4, ran.err


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("一只狐狸在跑", "'一只狐狸在跑'"),
        ("лиса бежит по снегу", "'лиса', 'бежит', 'по', ..."),
        ("a 狐 runs", "'狐'"),
        ("a fox \N{FOX FACE} runs", "'\N{FOX FACE}'"),
        ("ثعلب", "'ثعلب'"),
        ("여우", "'여우'"),
    ],
)
def test_words_of_other_scripts_are_told(text: str, words: str) -> None:
    for card in (weights.card("spark"), replace(weights.card("spark"), name="other", arch="ltx")):
        assert telling.scripts(card, text) == (
            f"{card.name} reads English, and cannot read {words}; say it in English.",
        )
    assert telling.scripts(replace(weights.card("spark"), arch="wan"), text) == ()


@pytest.mark.parametrize(
    "text", ["", "a fox runs", "ein Füchslein, 3 €; “naïve” – 50 % & 2² = 4, 20° ™", "ångström ñandú"]
)
def test_what_is_latin_is_not_told(text: str) -> None:
    assert telling.scripts(weights.card("spark"), text) == ()


def test_a_note_goes_with_the_result(sora: Sora) -> None:
    for arguments in (("generate", "a 狐 runs"), ("generate", "--shot", "0s:a fox", "--shot", "1s:лиса")):
        ran = sora(*arguments, "--dry-run", "--json")
        notes = json.loads(ran.text)["data"]["notes"]
        assert sum("reads English, and cannot read" in note for note in notes) == 1
        assert "reads English, and cannot read" in ran.err
