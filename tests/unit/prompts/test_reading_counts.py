"""Numbers, ages, comparisons, names and denials in prompts, and what notes say of them."""

from __future__ import annotations

import pytest

from soracli.scenes.known import shipped
from soracli.scenes.read import Reading, read


def reading(prompt: str) -> Reading:
    return read(prompt, 4.0, 1.0, 1, shipped())


def told(prompt: str) -> list[str]:
    """Every performer and what it does, several alike once with their number: `dog run`, `3 cat walk`."""
    rows = [f"{one.colour} {one.name} {one.action}".strip() for one in reading(prompt).scene.performers]
    return [row if rows.count(row) == 1 else f"{rows.count(row)} {row}" for row in dict.fromkeys(rows)]


@pytest.mark.parametrize(
    ("prompt", "wanted", "note"),
    [
        ("fifteen sheep on a hill", ["6 ewe walk"], "'fifteen sheep': 6 can be drawn"),
        ("twenty-four crows fly", ["6 crow in flight fly"], "'twenty four crows': 6 can be drawn"),
        ("30 cats run", ["6 cat run"], "'30 cats': 6 can be drawn"),
        ("a 747 takes off", ["airplane launch"], ""),
        ("six cats and six dogs run", ["4 cat run", "4 dog run"], "'six cats': 4 can be drawn"),
        ("apples, bananas and oranges on a table",
         ["3 red apple stand", "2 banana stand", "2 tangerine stand", "table stand"], ""),
        ("a huge crowd of people dancing", ["3 man dancing dance", "2 woman dancing dance"], ""),
    ],
)  # fmt: skip
def test_numbers_over_ten_and_many_kinds_share_the_frame(prompt: str, wanted: list[str], note: str) -> None:
    read_as = reading(prompt)
    assert told(prompt) == wanted
    assert any(one.startswith(note) for one in read_as.notes) if note else not any("can be" in n for n in read_as.notes)


@pytest.mark.parametrize(("prompt", "count"), [("two kids on camels", 2), ("six kids on camels", 4)])
def test_each_of_several_has_its_own_of_several(prompt: str, count: int) -> None:
    cast = reading(prompt).scene.performers
    assert [one.name for one in cast] == ["child"] * count + ["camel"] * count
    assert [one.partner for one in cast[:count]] == list(range(count, 2 * count))


@pytest.mark.parametrize(
    ("prompt", "wanted"),
    [
        ("a 5 year old girl jumps", ["girl jump"]),
        ("a 70-year-old man walks", ["old man walk"]),
        ("a thirty-five year old woman dances", ["woman dancing dance"]),
        ("a three year old jumps", ["child jump"]),
        ("two five-year-olds run", ["2 child run"]),
        ("a man in his eighties walks", ["old man walk"]),
    ],
)
def test_an_age_is_no_number_of_performers(prompt: str, wanted: list[str]) -> None:
    assert told(prompt) == wanted
    assert not reading(prompt).notes


@pytest.mark.parametrize(
    ("prompt", "larger", "smaller"),
    [
        ("a giraffe taller than the trees", "giraffe", "deciduous tree"),
        ("a mouse bigger than a cat", "mouse", "cat"),
        ("a dog next to a cat as big as a house", "cat", "dog"),
        ("an elephant smaller than a mouse", "mouse", "elephant"),
    ],
)
def test_who_is_said_to_be_larger_is_drawn_larger(prompt: str, larger: str, smaller: str) -> None:
    sizes = {one.name: one.size for one in reading(prompt).scene.performers}
    assert sizes[larger] > sizes[smaller]
    assert not reading(prompt).notes


def test_who_is_said_to_be_slower_goes_slower() -> None:
    cast = reading("a turtle walks slower than a snail").scene.performers
    assert [(one.name, one.action, one.speed) for one in cast] == [("turtle", "walk", 0.6), ("snail", "walk", 1.0)]


@pytest.mark.parametrize(
    ("prompt", "wanted", "name"),
    [
        ("my dog Max chasing a frisbee", ["dog chase", "flying disc fly"], "max"),
        ("a cat called Whiskers sleeps on a bed", ["sleeping cat sleep", "bed stand"], "whiskers"),
        ("a dog named Biscuit runs", ["dog run"], "biscuit"),
        ("a dog runs after Tom the cat", ["dog chase", "cat run"], "tom"),
    ],
)
def test_a_name_is_nobody_beside_who_has_it(prompt: str, wanted: list[str], name: str) -> None:
    assert told(prompt) == wanted
    assert reading(prompt).notes == (f"not shown: '{name}'.",)


def test_a_name_is_no_slip_of_the_pen() -> None:
    assert not any("is read as" in note for note in reading("the actress Meryl Streep walks").notes)


@pytest.mark.parametrize(
    ("prompt", "wanted"),
    [
        ("a fox not running but walking", ["fox walk"]),
        ("a horse is not walking, it is galloping", ["horse run"]),
        ("a cow that isn't brown", ["cow walk"]),
        ("a street without cars", []),
        ("a beach with palm trees, no people", ["3 palm tree stand"]),
    ],
)
def test_what_is_denied_is_not_played(prompt: str, wanted: list[str]) -> None:
    assert told(prompt) == wanted
    assert not any("no " in note for note in reading(prompt).notes)


@pytest.mark.parametrize(
    ("prompt", "wanted"),
    [
        ("a small white rabbit", ["white rabbit walk"]),
        ("a man in a flat cap walks", ["man walking walk", "billed cap stand"]),
        ("a house with a red roof", ["house stand"]),
        ("make a unicorn fly", ["unicorn fly"]),
        ("a lion roars", ["lion talk"]),
        ("a motorbike roars through the city", ["motorcycle drive"]),
        ("what would a cat riding a unicorn look like?", ["cat stand", "unicorn walk"]),
        ("an eye", ["eye stand"]),
        ("a movie trailer featuring the adventures of a space man", ["astronaut walk"]),
    ],
)
def test_words_mean_what_stands_around_them(prompt: str, wanted: list[str]) -> None:
    assert told(prompt) == wanted


@pytest.mark.parametrize(
    ("prompt", "note"),
    [
        ("a girl in a yellow raincoat jumps", "not shown: 'yellow raincoat'."),
        ("a kangaroo boxing", "'boxing' is shown as 'walk', the nearest of what can be done."),
        ("a lamp is emitting light", "'emitting' is shown as 'stand', the nearest of what can be done."),
    ],
)
def test_notes_name_what_was_typed_and_what_is_shown(prompt: str, note: str) -> None:
    assert note in reading(prompt).notes


@pytest.mark.parametrize("prompt", ["a farmer feeding chickens", "a very long snake", "a 747 takes off"])
def test_what_is_shown_as_it_was_said_needs_no_note(prompt: str) -> None:
    assert not reading(prompt).notes


def test_a_famous_mouse_is_not_just_any_mouse() -> None:
    assert "'mickey mouse' is not in the library" in reading("mickey mouse waving").notes[0]


@pytest.mark.parametrize(
    ("prompt", "wanted"),
    [
        ("a red and a blue car race down a road", ["red automobile drive", "blue automobile drive"]),
        ("a red, a green and a blue car", ["red automobile drive", "green automobile drive", "blue automobile drive"]),
        ("red and blue balloons float", ["3 red balloon float", "3 blue balloon float"]),
        ("four red and blue birds fly", ["2 red bird in flight fly", "2 blue bird in flight fly"]),
        ("two cats, one black and one white", ["white cat walk", "black cat walk"]),
        ("two dogs run, one is brown and the other is white", ["white dog run", "brown dog run"]),
        ("a black and white cat", ["cat walk"]),
        ("a big, red truck drives", ["red delivery truck drive"]),
    ],
)
def test_each_colour_that_is_said_is_of_one_of_them(prompt: str, wanted: list[str]) -> None:
    assert told(prompt) == wanted


@pytest.mark.parametrize(
    ("prompt", "wanted", "speed"),
    [
        ("a car driving at high speed", "drive", 1.6),
        ("a car turns left at the crossroads", "drive", 1.0),
        ("an old man taking a pleasant stroll in the park", "walk", 1.0),
        ("a cartoon kangaroo disco dances", "dance", 1.0),
        ("a girl with red hair and green eyes jumping", "jump", 1.0),
        ("an old man sitting on a bench feeding pigeons", "sit", 1.0),
        ("a penguin ice skating", "slide", 1.0),
        ("a seagull glides past", "fly", 1.0),
        ("four men playing cards", "work", 1.0),
        ("a dragon flying over a village at night breathing fire", "fly", 1.0),
        ("she wears a blue coat and jumps", "jump", 1.0),
        ("a girl whose hair is blue plays the drums", "work", 1.0),
        ("a toy train going round a christmas tree", "drive", 1.0),
        ("a wheel going round", "spin", 1.0),
        ("a scarecrow in a corn field, crows circling above", "stand", 1.0),
    ],
)
def test_a_deed_is_read_through_what_stands_around_it(prompt: str, wanted: str, speed: float) -> None:
    lead = reading(prompt).scene.performers[0]
    assert (lead.action, lead.speed) == (wanted, speed)


@pytest.mark.parametrize(
    ("prompt", "place", "names"),
    [
        ("a bear not in the woods but in a city", "city street", {"bear"}),
        ("a remote gravel road with wolves", "road", {"wolf"}),
        ("tour of an art gallery with many beautiful works of art", "museum", set()),
        ("people in a park. Shot with a mobile phone camera", "park", {"person walking"}),
        ("the story of a robot's life in a city", "city street", {"robot"}),
        ("give me a spooky castle w/ bats flying around it", "meadow", {"castle", "bat"}),
        ("a square box on a table", "living room", {"package", "table"}),
        ("ants carrying crumbs", "meadow", {"ant"}),
        ("a helicopter flying over an alien city", "city street", {"helicopter"}),
        ("two girls skipping rope in a playground", "playground", {"girl"}),
    ],
)
def test_only_performers_are_drawn_and_only_where_they_are(prompt: str, place: str, names: set[str]) -> None:
    scene = reading(prompt).scene
    assert (scene.place, {one.name for one in scene.performers}) == (place, names)


def test_it_does_not_rain_after_the_rain() -> None:
    assert reading("after the rain, a rainbow appears").scene.weather == "clear"


@pytest.mark.parametrize(
    ("prompt", "wanted"),
    [
        ("a girl on her bike", [("woman biking", "stand", -1)]),
        ("a woman on her white horse", [("woman", "sit", 1), ("horse", "stand", -1)]),
        ("two women on elephants cross a river",
         [("woman", "sit", 2), ("woman", "sit", 3), ("elephant", "walk", -1), ("elephant", "walk", -1)]),
        ("a cat and a dog wearing hats",
         [("cat", "stand", -1), ("dog", "stand", -1), ("top hat", "stand", 0), ("top hat", "stand", 1)]),
        ("a man with a red scarf and a woman with a green hat walk",
         [("man walking", "walk", -1), ("woman walking", "walk", -1), ("top hat", "stand", 1)]),
        ("a rowing boat with two men in it", [("canoe", "float", -1), ("man", "sit", 0), ("man", "sit", 0)]),
        ("a girl runs, a dog runs beside her", [("girl", "run", -1), ("dog", "run", 0)]),
    ],
)  # fmt: skip
def test_each_has_what_is_its_own(prompt: str, wanted: list[tuple[str, str, int]]) -> None:
    assert [(one.name, one.action, one.partner) for one in reading(prompt).scene.performers] == wanted
