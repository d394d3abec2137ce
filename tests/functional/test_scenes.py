"""Scenes for those who render: the library of pictures, scene files, animatics."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from soracli.errors import MediaError, SoraError, UsageError
from soracli.scenes import drawn as coded
from soracli.scenes import file, library, sizes
from soracli.scenes.animatic import Animatic, animatic, bank_of
from soracli.scenes.drawn import animals, birds, wildcats
from soracli.scenes.known import shipped
from soracli.scenes.read import read
from soracli.train.cast import box
from soracli.world import ensemble, motion
from soracli.world.colours import recoloured
from soracli.world.language.actors import CORE_ACTORS, MORE_ACTORS, actor
from soracli.world.language.verbs import SOLE
from soracli.world.scene import Event, Performer, Scene

KINDS = {"walker", "driver", "flyer", "swimmer", "thing"}


def scene(*cast: Performer, length: float = 4.0, camera: str = "static") -> Scene:
    return Scene("scenery", cast, "meadow", "day", camera=camera, length=length)


def plotted(prompt: str) -> Scene:
    return read(prompt, 4.0, 1.0, 1, shipped()).scene


def drawn(what: Scene, times: list[float], width: int = 96, height: int = 96) -> Animatic:
    return animatic(what, torch.tensor(times, dtype=torch.float64), width, height, bank_of(what))


def middle(alpha: torch.Tensor) -> float:
    """Column of the middle of what is drawn, as a share of the width; alpha (H, W)."""
    columns = alpha.float().sum(0)
    return float((columns * torch.arange(len(columns))).sum() / columns.sum() / len(columns))


# --- the library ------------------------------------------------------------------------------------------------------


def test_the_index_is_whole() -> None:
    entries = library.entries()
    assert len(entries) > 1000
    assert len({entry.code for entry in entries.values()}) == len(entries)
    for entry in entries.values():
        x0, y0, x1, y1 = entry.box
        assert entry.kind in KINDS, entry.name
        assert entry.faces in ("left", "right", "front"), entry.name
        assert 0 <= x0 < x1 <= 1, entry.name
        assert 0 <= y0 < y1 <= 1, entry.name
        assert entry.frames in (1, 36), entry.name
        assert entry.metres > 0, entry.name
        assert entry.called, entry.name
    by_code = {entry.code for entry in entries.values() if entry.code.startswith(coded.PREFIX)}
    left_out = set(library._places()) - {entry.code for entry in entries.values()}
    assert left_out <= {"1f308"}  # a rainbow that ends in the air; code draws one, and the next shards lack it
    assert (set(library._places()) - left_out) | by_code == {entry.code for entry in entries.values()}
    assert {entry.name for entry in entries.values() if entry.code in by_code} == set(coded.DRAWINGS)


@pytest.mark.parametrize("name", sorted(coded.DRAWINGS))
def test_drawings_by_code_are_what_the_index_says(name: str) -> None:
    entry = library.entry(name)
    cells = coded.frames(name, min(entry.frames, 12), 96)  # a third of the moments at half the size
    assert (cells[..., :3] <= cells[..., 3:]).all()
    assert entry.box == pytest.approx(box(cells), abs=0.12 if entry.kind == "flyer" else 0.06)
    moves = [np.abs(cell.astype(int) - cells[i]).mean() for i, cell in enumerate(cells[1:])]
    if moves and name.endswith("in flight"):
        assert min(moves) > 0.1
    far = [np.abs(cell.astype(int) - cells[0]).mean() for cell in cells[1:]]
    assert not moves or max(far) > 0.1  # small parts move; at the ends of a swing two frames are alike
    assert cells[..., 3].max(axis=0).sum() > 0.01 * 255 * cells.shape[1] ** 2
    rim = np.ones(cells.shape[1:3], bool)
    rim[1:-1, 1:-1] = False
    assert cells[:, rim, 3].max() < 100  # within its cell


@pytest.mark.parametrize("legs", [
    lambda sheet, t: birds.legs(sheet, t, ((0.5, 0.7), (0.5, 0.7)), 0.2, 0.03, (0, 0, 0)),
    lambda sheet, t: animals.legs(sheet, t, (0.5, 0.5), 0.7, 0.1, ((0, 0, 0), (0, 0, 0))),
    lambda sheet, t: wildcats.paw(sheet, t, (0.5, 0.6), 0.1, ((0, 0, 0), (0, 0, 0))),
], ids=["birds", "animals", "wildcats"])  # fmt: skip
def test_drawn_feet_are_lifted_on_their_way_forward(legs: Callable[[Any, float], None]) -> None:
    """Who looks to the left puts a foot to the left through the air, and stays on it while the ground goes by."""
    feet = []
    for t in range(37):
        limbs: list[tuple[float, float]] = []
        legs(SimpleNamespace(limb=lambda points, *_, limbs=limbs: limbs.append(points[-1])), t / 36)
        feet.append(limbs[0])  # the end of the first leg
    low = max(y for _, y in feet)
    for (x, y), (after, _) in itertools.pairwise(feet):
        assert after < x if y < low - 0.01 else after > x - 0.01


def test_trained_actors_are_in_it_and_stay_what_they_were() -> None:
    for entry in (*CORE_ACTORS, *MORE_ACTORS):
        assert library.entries()[entry.name].kind == actor(entry.name).kind == entry.kind
        assert (actor(entry.name).faces, actor(entry.name).scale) == (entry.faces, entry.scale)


@pytest.mark.parametrize(
    ("word", "name"), [("puppy", "dog"), ("car", "automobile"), ("wizard", "mage"), ("tree", "deciduous tree")]
)
def test_words_lead_to_pictures(word: str, name: str) -> None:
    assert library.entry(word).name == name


def test_an_unknown_word_gets_an_offer() -> None:
    with pytest.raises(UsageError, match="did you mean 'elephant'"):
        library.entry("elefant")


def test_drawings_are_premultiplied_and_move() -> None:
    bank = library.bank(["dog", "house"])
    assert bank.frames.shape == (2, 36, 128, 128, 4)
    assert bool((bank.frames[..., :3] <= bank.frames[..., 3:]).all())
    assert bool((bank.frames[0, 0] != bank.frames[0, 18]).any())
    assert bank.pictures["house"].shape == (192, 192, 4)


def test_sizes_are_true_to_each_other_and_all_are_seen() -> None:
    gorilla, ant = library.heights(["gorilla", "ant"])
    assert 2 < gorilla / ant < 6
    many = ["ant", "whale", "mouse", "bus", "bee"]
    for name, size in zip(many, library.heights(many), strict=True):
        x0, y0, x1, y1 = library.entry(name).box
        assert size * max(x1 - x0, y1 - y0) >= sizes.SMALLEST - 1e-9


def test_a_picture_of_ones_own(tmp_path: Path) -> None:
    picture = np.zeros((40, 20, 4), np.uint8)
    picture[10:30, 5:15] = (255, 0, 0, 255)
    Image.fromarray(picture).save(tmp_path / "own.png")
    cell = library.picture(tmp_path / "own.png")
    assert cell.shape == (768, 768, 4)
    rows = np.flatnonzero(cell[..., 3].any(1))
    assert rows[-1] == round(768 * 0.94) - 1  # it stands where all stand
    Image.fromarray(picture[..., :3]).save(tmp_path / "flat.png")
    with pytest.raises(MediaError, match="alpha"):
        library.picture(tmp_path / "flat.png")
    with pytest.raises(MediaError, match="no such file"):
        library.picture(tmp_path / "none.png")


# --- paths ------------------------------------------------------------------------------------------------------------


def test_a_scene_that_asks_for_nothing_has_the_paths_of_the_first_training() -> None:
    times = torch.arange(40, dtype=torch.float64) / 10
    walker = Performer("dog", "run", "right", x=0.2, phase=0.3)
    plain = replace(scene(walker), length=0.0, camera="tracking")
    for ours, theirs in zip(ensemble.staged(plain, times)[0].way, motion.path(walker, times), strict=True):
        assert ours is theirs is None or bool((ours == theirs).all())
    for ours, theirs in zip(ensemble.camera(plain, times), motion.camera(plain, times), strict=True):
        assert bool((ours == theirs).all())


@pytest.mark.parametrize("aspect", [9 / 16, 1.0, 16 / 9])
@pytest.mark.parametrize(("name", "action"), [("dog", "walk"), ("automobile", "drive"), ("eagle", "fly")])
@pytest.mark.parametrize("camera", ["static", "tracking", "zoom in", "handheld"])
def test_what_moves_stays_in_the_frame_for_a_minute(aspect: float, name: str, action: str, camera: str) -> None:
    times = torch.arange(0, 60, 0.1, dtype=torch.float64)
    what = scene(Performer(name, action, "right", x=0.4), length=60, camera=camera)
    who, way = ensemble.staged(what, times, aspect)[0]
    film = ensemble.camera(what, times, aspect)
    x = way.x - film.x
    half = ensemble.half(who, aspect)
    window = 0.5 / film.zoom
    assert float(((x - film.middle[:, 0]).abs() + half - window).max()) < 0.03
    assert float((way.x[1:] - way.x[:-1]).abs().max()) < 0.02  # no leaps


def test_legs_go_with_the_ground() -> None:
    times = torch.arange(40, dtype=torch.float64) / 10
    slow, fast = (
        ensemble.staged(scene(Performer("man walking", "walk", "left", x=0.6, speed=speed)), times)[0].way
        for speed in (0.5, 1.0)
    )
    assert float(fast.cycle[-1]) == pytest.approx(2 * float(slow.cycle[-1]))
    still = ensemble.staged(scene(Performer("dog", "stand")), times)[0].way
    assert not still.lift.any()
    assert not still.angle.any()


def test_relations() -> None:
    times = torch.arange(40, dtype=torch.float64) / 10
    tree = Performer("deciduous tree", "stand", x=0.4)
    for relation, nearer in (("behind", False), ("in front of", True)):
        other = Performer("bear", "stand", partner=0, relation=relation)
        first, second = ensemble.staged(scene(tree, other), times)
        assert (second.performer.depth > first.performer.depth) is nearer
        assert 0 < abs(float(second.way.x[0] - first.way.x[0])) < 0.4
    horse = Performer("horse", "walk", "right", x=0.3)
    under, rider = ensemble.staged(scene(horse, Performer("bird", "stand", partner=0, relation="on")), times)
    assert bool(torch.allclose(under.way.x, rider.way.x))
    assert float(rider.way.lift.min()) > 0.2
    prey = Performer("mouse", "run", "right", x=0.4)
    first, hunter = ensemble.staged(scene(prey, Performer("cat", "chase", partner=0, relation="chases")), times)
    assert bool((hunter.way.x < first.way.x).all())
    one = Performer("cat", "meet", "right", x=0.1, partner=1, relation="meets")
    two = Performer("dog", "meet", "left", x=0.9, partner=0)
    assert float(ensemble.staged(scene(one, two), times)[0].way.x[-1]) < 0.5


@pytest.mark.parametrize("below", ["donkey", "cat", "couch and lamp", "llama", "automobile"])
def test_what_is_on_something_rests_where_it_begins_in_the_middle(below: str) -> None:
    """On a back, not at the height of a head: checked against the drawing itself."""
    picture = library.drawing(library.entry(below))[0]
    side, (x0, y0, x1, y1) = len(picture), library.entry(below).box
    middle = picture[:, round((x0 + x1) / 2 * side), 3] > 100
    begins = float(np.argmax(middle)) / side
    base, top = ensemble.staged(
        scene(Performer(below, "stand", size=0.5), Performer("bird", "stand", partner=0, relation="on")),
        torch.zeros(1).double(),
    )
    sole = SOLE - float(top.way.lift[0]) / base.performer.size  # row of the upper one's feet, in the lower one's cell
    seat = 0.25 if below == "couch and lamp" else 0.0  # one sits before its back
    assert sole == pytest.approx(begins + seat * (y1 - y0), abs=0.14)


@pytest.mark.parametrize(("small", "large"), [("girl", "horse"), ("monkey", "elephant"), ("mouse", "dog")])
def test_who_rides_leaves_the_mount_to_be_seen(small: str, large: str) -> None:
    one, under = plotted(f"a {small} on a {large}").performers[:2]
    tall = [actor(who.name).box[3] - actor(who.name).box[1] for who in (one, under)]
    assert one.size * tall[0] <= 0.67 * under.size * tall[1]


@pytest.mark.parametrize(
    ("prompt", "place"),
    [
        ("a cat on the sofa", "living room"),
        ("a chef is cooking", "kitchen"),
        ("a train arrives", "railway station"),
        ("a cat on a sofa in the snow", "snowy field"),
    ],
)
def test_furniture_is_at_home_in_a_room(prompt: str, place: str) -> None:
    assert plotted(prompt).place == place


def test_circles_of_relations_end() -> None:
    one = Performer("cat", "stand", partner=1, relation="behind")
    two = Performer("dog", "stand", partner=0, relation="behind")
    assert len(ensemble.staged(scene(one, two), torch.zeros(1).double())) == 2


# --- animatics --------------------------------------------------------------------------------------------------------


def test_a_performer_goes_its_way() -> None:
    right = drawn(scene(Performer("dog", "walk", "right", x=0.3)), [0.0, 3.5])
    assert middle(right.alpha[1]) > middle(right.alpha[0]) + 0.2
    assert bool((right.rgb <= right.alpha[..., None]).all())


def test_drawn_in_pieces_it_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    what = scene(Performer("cat", "run", "left", x=0.7), Performer("mouse", "walk", "right", x=0.3))
    times = [k / 5 for k in range(12)]
    whole = drawn(what, times)
    monkeypatch.setattr("soracli.scenes.animatic.PIECE", 5)
    parts = drawn(what, times)
    assert int((whole.rgb.int() - parts.rgb.int()).abs().max()) <= 2


def test_an_empty_scene_is_transparent() -> None:
    assert not drawn(scene(camera="tracking"), [0.0, 1.0]).alpha.any()


def test_entrances_and_exits() -> None:
    there = drawn(scene(Performer("dog", "stand", enters=1.0, leaves=3.0)), [0.5, 2.0, 3.5]).alpha
    assert [bool(frame.any()) for frame in there] == [False, True, False]


def test_a_bite_stays_and_a_stroke_stays() -> None:
    apple = Performer("red apple", "stand", events=(Event("bitten", 1.0),))
    areas = drawn(scene(apple), [0.5, 1.5, 3.9]).alpha.float().sum((1, 2))
    assert areas[1] < 0.93 * areas[0]
    assert areas[1] == areas[2]
    house = Performer("house", "stand", colour="blue", events=(Event("painted", 1.0),))
    blue = (drawn(scene(house), [0.5, 2.5, 3.9]).rgb[..., 2] > 180).sum((1, 2))
    assert blue[1] > 1.5 * blue[0]
    assert blue[1] == blue[2]


def test_colour_words_recolour() -> None:
    def mean(word: str) -> torch.Tensor:
        found = drawn(scene(Performer("automobile", "stand", colour=word)), [0.0])
        return found.rgb.float().sum((0, 1, 2)) / found.alpha.float().sum()

    blue, green = mean("blue"), mean("green")
    assert blue[2] > blue[0]
    assert green[1] > green[0]
    assert green[1] > green[2]
    art = torch.zeros(1, 4, 2, 2, dtype=torch.uint8)
    assert recoloured(art, "no colour") is art


def test_nearer_ones_are_in_front() -> None:
    cast = (Performer("house", "stand", depth=0.6), Performer("red apple", "stand", size=0.2, depth=0.3))
    both, house = drawn(scene(*cast), [0.0]), drawn(scene(cast[0]), [0.0])
    covered = house.alpha == 255
    assert bool((both.rgb[covered] == house.rgb[covered]).all())


# --- scene files ------------------------------------------------------------------------------------------------------

FILM = """
place = "beach"
[[shot]]
seconds = 3
[[shot.performer]]
name = "mouse"
[[shot.performer]]
name = "cat"
chases = "mouse"
colour = "black"
[[shot]]
prompt = 'a "quiet" street'
[[shot.performer]]
name = "apple"
bitten = [1, 2]
enters = 0.5
"""


def test_a_film_is_read_and_written() -> None:
    shots = file.parse(FILM, Path("."))
    assert [shot.seconds for shot in shots] == [3, 4]
    assert [shot.scene.place for shot in shots] == ["beach", "beach"]
    mouse, cat = shots[0].scene.performers
    assert (mouse.action, cat.action, cat.partner, cat.relation) == ("run", "chase", 0, "chases")
    assert mouse.direction == cat.direction == "right"
    assert file.parse(file.text(shots), Path(".")) == shots
    single = shots[1:]
    assert file.parse(file.text(single), Path(".")) == single


def test_a_lone_mover_is_followed_where_it_would_leave() -> None:
    def camera(seconds: int, more: str = "") -> str:
        text = f'seconds = {seconds}\n{more}\n[[performer]]\nname = "dog"\naction = "walk"'
        return file.parse(text, Path("."))[0].scene.camera

    assert (camera(4), camera(30), camera(30, 'camera = "static"')) == ("static", "tracking", "static")


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ('[[performer]]\nname = "elefant"', 2, "line 2: 'elefant'.*did you mean 'elephant'"),
        ('[[performer]]\nname = "dog"\nenters = 3\nleaves = 2', 2, "line 4: leaves = 2"),
        ('[[performer]]\nname = "dog"\nsize = nan', 2, "line 3: size = nan; must be a number from"),
        ('[[performer]]\nname = "dog"\nx = inf', 2, "line 3: x = inf"),
        ('\n[[performer]]\npicture = "none.png"', 3, "line 3: .*no such file"),
        ('[[performer]]\nname = "dog"\n' * 1000, 2, "line 49: 1000 performers; at most 24"),
        ('place = "meadw"', 2, "line 1: .*did you mean 'meadow'"),
        ("seconds = 1e9", 2, "line 1: seconds"),
        ("a = = 2", 2, "line 1: not TOML"),
        ('[[performer]]\nname = "dog"\nchases = "cat"', 2, "line 3: .*nobody else"),
        ('[[performer]]\nname = "dog"\naction = "wlak"', 2, "line 3: .*'walk'"),
        ('[[performer]]\nname = "dog"\nopened = 1', 2, "line 3: .*cannot be opened"),
        ("performer = 3", 2, "line 1: performers and shots are tables"),
        ('[[performer]]\nname = "dog"\nbitten = [9]', 2, "line 3: bitten = 9"),
        ('[[performer]]\nname = "dog"\nenters = 9', 2, "line 3: enters = 9"),
        ("[[shot]]\n[[shot]]\nfoo = 1", 2, "line 3: 'foo' is not a key"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(text: str, code: int, said: str) -> None:
    with pytest.raises(SoraError, match=said) as caught:
        file.parse(text, Path("."))
    assert caught.value.exit_code == code
    assert "\n" not in str(caught.value)


def test_numbers_stay_numbers() -> None:
    shot = file.parse('[[performer]]\nname = "dog"', Path("."))[0]
    assert math.isinf(shot.scene.performers[0].leaves)
    assert shot.scene.performers[0].direction == ""
