"""Nouns that a vocabulary lacks: silent on what it has, right about what it has not, and what they are near to."""

from __future__ import annotations

import numpy as np
import pytest

from soracli.prompts.sentence_encoder import Sentences
from soracli.prompts.vocabulary import FAR, Vocabulary, nearest, unknown
from soracli.safety import semantic
from soracli.world.language.captions import caption
from soracli.world.scenes import CORE_ACTORS, CORE_PLACES, Corpus, sample_scene

KNOWN = (
    "a dog walks to the right across a meadow",
    "Cinematic tracking shot of a red car driving along a city street at night",
    "two puppies playing happily on the beach",
    "An elephant runs through the desert while the sun sets",
    "a majestic horse gallops across the sand, slow motion, 4k, highly detailed",
    "the camera slowly zooms in on a cute little penguin standing in the snow",
    "a rocket launches into the night sky, leaving a trail of glowing light behind",
    "butterflies flutter over a field of grass",
    "a black cat jumps up and down in the forest, pixel art",
    "zebra, desert, running, sunset, cinematic lighting, 8k",
    "My dog loves to run on the beach in the morning",
    "A beautiful giraffe wanders through the trees as the wind blows",
    "Film noir: a taxi waits in the rain",
    "a helicopter hovers above the city, handheld camera",
    "show me a video of a big green dinosaur stomping through the woods",
    "A cow is standing in a green meadow. The camera is static. It looks peaceful.",
    "make a short clip of a bunny hopping away from a tiger",
    "the owl flew over the forest and then disappeared into the fog",
    "a very happy pig rolls in the grass, 3D animation, soft colours",
    "an airplane flies from left to right high above the clouds",
    "a woman walking along the street on a rainy evening",
    "watercolour painting of a deer at dawn, pastel colors, dreamy atmosphere",
    "a bee buzzes around and lands on the ground",
    "There is a UFO hovering over the desert at midnight!",
    "a fire truck rushes down the road with flashing lights",
    "teddy bear dancing under the stars",
    "the mammoths marched through a heavy snowstorm",
    "A lonely camel crosses the desert",
    "a motorcycle speeds past, motion blur, shallow depth of field",
    "a snail crawls very slowly on the wet street",
    "wide shot of a steam train passing a snowy landscape, film grain, 35mm",
    "a kangaroo and a llama meet in the sunny meadow",
    "a duck swims, then it suddenly takes off",
    "rooster running fast",
    "no camera movement, a tractor drives by in the background",
    "a jogger runs along the beach, shot on a film camera",
    "",
)
UNKNOWN = (
    ("a yacht sails across the bay", ["yacht", "bay"]),
    ("a lion sleeps in the meadow", ["lion"]),
    ("two wolves howling at the moon", ["wolves"]),
    ("a wizard casts a spell in the forest", ["wizard", "spell"]),
    ("the parliament meets in the city", ["parliament"]),
    ("a dog wearing a top hat and sunglasses", ["hat", "sunglasses"]),
    ("a Siberian husky pulls a wooden sled through the snow", ["husky", "sled"]),
    ("cinematic shot of a bicycle leaning against a brick wall", ["bicycle", "brick wall"]),
    ("a space station orbits the earth", ["space station"]),
    ("grizzly, forest, sunrise", ["grizzly"]),
    ("a cat plays the piano on a stage", ["piano", "stage"]),
    ("a submarine dives into the deep sea", ["submarine", "sea"]),
    ("an astronaut rides a horse on the moon", ["astronaut"]),
    ("a giant octopus attacks a pirate ship", ["octopus", "pirate ship"]),
    ("dragons fly over a castle at night", ["dragons", "castle"]),
    ("a cup of coffee on a table, steam rising", ["cup", "coffee", "table", "steam"]),
    ("a tiger shark swims in the ocean", ["tiger shark", "ocean"]),
    ("sheep graze in a green meadow", ["sheep"]),
    ("a dog chases a frisbee", ["frisbee"]),
    ("robots dance in Tokyo", ["robots", "tokyo"]),
    ("a lorry drives down the motorway", ["lorry", "motorway"]),
    ("a hungry bear eats honey", ["bear", "honey"]),
    ("an old lighthouse by the sea during a thunderstorm", ["lighthouse", "sea", "thunderstorm"]),
    ("pizza flies through a city street, neon style", ["pizza"]),
    ("a jeep and a truck race through the desert", ["jeep", "truck"]),
)


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return Vocabulary.of([actor.name for actor in CORE_ACTORS], CORE_PLACES)


@pytest.fixture(scope="module")
def encoder() -> Sentences:
    return semantic.encoder()


@pytest.mark.parametrize("prompt", KNOWN)
def test_silent_on_what_it_knows(prompt: str, vocabulary: Vocabulary) -> None:
    assert unknown(prompt, vocabulary) == []


@pytest.mark.parametrize(("prompt", "words"), UNKNOWN)
def test_finds_what_it_does_not_know(prompt: str, words: list[str], vocabulary: Vocabulary) -> None:
    assert unknown(prompt, vocabulary) == words


def test_silent_on_its_own_captions() -> None:
    corpus = Corpus.core(40)
    everything = Vocabulary.of([actor.name for actor in CORE_ACTORS], CORE_PLACES)
    rng = np.random.default_rng(0)
    for _ in range(200):
        text = caption(sample_scene(rng, corpus), rng, typo=0)
        assert unknown(text, everything) == [], text


LIKENESSES = {
    "yacht": {"sailboat"},
    "donkey": {"horse", "goat"},
    "bicycle": {"motorcycle"},
    "jungle": {"forest"},
    "woodland": {"forest"},
    "wasps": {"honeybee"},
}


def test_takes_the_likeness(encoder: Sentences, vocabulary: Vocabulary) -> None:
    names = Vocabulary({**vocabulary.names, "sailboat": "sailboat", "sailing boat": "sailboat"})
    taken = nearest(", ".join(LIKENESSES), encoder, names)
    assert [likeness.word for likeness in taken] == list(LIKENESSES)
    for word, near, cosine in taken:
        assert near in LIKENESSES[word]
        assert cosine >= FAR


def test_admits_that_nothing_is_near(encoder: Sentences, vocabulary: Vocabulary) -> None:
    words = ["parliament", "justice", "piano", "sword", "laptop"]
    taken = nearest(", ".join(words), encoder, vocabulary)
    assert [likeness.word for likeness in taken] == words
    assert all(likeness.cosine < FAR for likeness in taken)


def test_an_actor_outside_the_vocabulary_is_unknown(encoder: Sentences) -> None:
    small = Vocabulary.of(["cat", "cow"], ["meadow"])
    assert [taken.word for taken in nearest("a dog and a cat in the desert", encoder, small)] == ["dog", "desert"]
    assert nearest("a cat in a meadow", encoder, small) == []
