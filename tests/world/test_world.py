"""The world: scenes are drawn and rendered the same everywhere, and their tracks tell the truth about the pixels."""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from soracli.errors import UsageError, WeightsError
from soracli.world import ensemble, snow
from soracli.world.assets import ActorBank, load_actors
from soracli.world.domain import Frame
from soracli.world.language.actors import CORE_ACTORS, actor
from soracli.world.language.surroundings import BARE, PLAIN
from soracli.world.language.surroundings import PLACES as SURROUNDINGS
from soracli.world.language.verbs import THROWN
from soracli.world.layers import light_of
from soracli.world.motion import ACTS, path
from soracli.world.places import PLACES
from soracli.world.render import render
from soracli.world.scene import Performer, Rendered, Scene
from soracli.world.scenery import built, paint
from soracli.world.scenes import Corpus, is_heldout, sample_scene
from soracli.world.strips import noise
from soracli.world.styles import STYLES

NAMES = tuple(entry.name for entry in CORE_ACTORS)
FULL = replace(Corpus.full(), actors=CORE_ACTORS)


@pytest.fixture(scope="module")
def bank() -> ActorBank:
    """Every core actor as a disc of its own colour with a leg that moves."""
    y, x = torch.meshgrid(torch.arange(128.0), torch.arange(128.0), indexing="ij")
    disc = ((x - 64) ** 2 + (y - 70) ** 2) < 48**2
    frames = torch.zeros(len(NAMES), 36, 128, 128, 4, dtype=torch.uint8)
    for i in range(len(NAMES)):
        colour = torch.tensor([255, 40 + i * 5, 200 - i * 4, 255], dtype=torch.uint8)
        for t in range(36):
            leg = ((x - 40 - t).abs() < 6) & (y > 100) & (y < 120)
            frames[i, t][disc | leg] = colour
    return ActorBank(NAMES, frames)


def scene(action: str = "walk", place: str = "meadow", camera: str = "static", **changes: object) -> Scene:
    moves = {"direction": "right", "x": 0.35} if action in ("walk", "run") else {}
    performer = Performer("dog", action, size=0.45, **{**moves, **changes})  # type: ignore[arg-type]
    return Scene("scenery", (performer,), place, "day", camera=camera, seed=5)


def film(bank: ActorBank, *scenes: Scene, frames: int = 5, size: tuple[int, int] = (96, 64)) -> Rendered:
    return render(scenes, width=size[0], height=size[1], frames=frames, fps=(frames - 1) / 4 or 1, bank=bank)


def drawn(scenes: int, split: str, seed: int = 0) -> list[Scene]:
    rng = np.random.default_rng(seed)
    corpus = Corpus.core(24)
    return [sample_scene(rng, corpus, split) for _ in range(scenes)]  # type: ignore[arg-type]


def test_the_same_seed_draws_the_same_scenes() -> None:
    assert drawn(20, "train") == drawn(20, "train")
    assert drawn(20, "train") != drawn(20, "train", seed=1)


def test_splits_share_no_triple() -> None:
    train = {s.triple for s in drawn(400, "train")}
    held = {s.triple for s in drawn(100, "heldout")}
    assert held
    assert not train & held


def test_about_a_tenth_is_held_out() -> None:
    corpus = Corpus.core(40)
    triples = [(a.name, verb, place) for a in corpus.actors for verb in corpus.verbs(a) for place in corpus.places]
    assert 0.07 < sum(map(is_heldout, triples)) / len(triples) < 0.13


def test_held_out_triples_never_change() -> None:
    """The bundled model was trained on this split: another hash would leak test scenes into training."""
    held = [("dog", "run", "beach"), ("elephant", "walk", "meadow"), ("butterfly", "fly", "snowy field")]
    assert all(map(is_heldout, held))
    assert not any(is_heldout((name, "walk", "forest")) for name in ("dog", "cat", "elephant", "horse"))


def test_a_clip_does_not_depend_on_its_batch(bank: ActorBank) -> None:
    scenes = drawn(4, "any")
    together = film(bank, *scenes)
    for b, one in enumerate(scenes):
        alone = film(bank, one)
        assert torch.equal(alone.pixels[0], together.pixels[b])
        assert torch.equal(alone.boxes[0], together.boxes[b])


@pytest.mark.gpu
def test_an_accelerator_gives_the_same_pixels(bank: ActorBank) -> None:
    rng = np.random.default_rng(2)
    scenes = [sample_scene(rng, FULL) for _ in range(24)]
    here = render(scenes, width=96, height=64, frames=4, fps=2, bank=bank)
    there = render(scenes, width=96, height=64, frames=4, fps=2, bank=bank, device="cuda")
    assert torch.equal(here.pixels, there.pixels.cpu())
    assert torch.equal(here.boxes, there.boxes)


def test_start_cuts_into_the_same_clip(bank: ActorBank) -> None:
    whole = render([scene("run")], width=64, height=64, frames=9, fps=4, bank=bank)
    part = render([scene("run")], width=64, height=64, frames=3, fps=4, start=1.5, bank=bank)
    assert torch.equal(part.pixels, whole.pixels[:, 6:])


@pytest.mark.parametrize("place", PLACES)
def test_a_place_stands_still_in_the_world(bank: ActorBank, place: str) -> None:
    """However much of a clip is drawn at once, everything stands where it stood."""
    moving = [scene("run", place=place, camera="tracking")]
    whole = render(moving, width=48, height=48, frames=5, fps=2, bank=bank)
    part = render(moving, width=48, height=48, frames=2, fps=2, start=1.5, bank=bank)
    assert torch.equal(part.pixels, whole.pixels[:, 3:])


@pytest.mark.parametrize(
    ("place", "size"), list(zip(PLACES, itertools.cycle([(32, 32), (77, 43), (48, 80)]), strict=False))
)
def test_every_place_renders_at_any_size(bank: ActorBank, place: str, size: tuple[int, int]) -> None:
    clip = film(bank, scene(place=place), scene(place=place, camera="tracking"), frames=2, size=size)
    assert clip.pixels.shape == (2, 2, size[1], size[0], 3)
    assert clip.pixels.float().std() > 15  # something is drawn
    assert torch.isfinite(clip.boxes).all()


def test_a_still_is_one_frame(bank: ActorBank) -> None:
    assert film(bank, scene(), frames=1).pixels.shape == (1, 1, 64, 96, 3)


@pytest.mark.parametrize("action", ["walk", "run", "jump", "stand"])
def test_boxes_hold_what_the_actor_changes(bank: ActorBank, action: str) -> None:
    """Where two frames differ under a still camera, there is the actor in one of them, or its shadow below."""
    clip = film(bank, scene(action), frames=9)
    for t in range(8):
        a, b = clip.pixels[0, t].int(), clip.pixels[0, t + 1].int()
        ys, xs = ((a - b).abs().sum(-1) > 60).nonzero().unbind(1)
        if len(ys) == 0:
            continue
        boxes = clip.boxes[0, t : t + 2, 0]
        assert xs.min() >= boxes[:, 0].min() - 2
        assert xs.max() <= boxes[:, 2].max() + 2
        assert ys.min() >= boxes[:, 1].min() - 2


def test_a_box_is_tight(bank: ActorBank) -> None:
    """The disc of the test actor is 96 of 128 wide, and reaches from 22 to 120 of 128."""
    x0, y0, x1, y1 = film(bank, scene("stand"), size=(128, 128)).boxes[0, 0, 0].tolist()
    assert x1 - x0 == pytest.approx(0.45 * 96, abs=2)
    assert y1 - y0 == pytest.approx(0.45 * 98, abs=2)
    assert (x0 + x1) / 2 == pytest.approx(64, abs=1.5)


@pytest.mark.parametrize("direction", ["left", "right"])
def test_direction_is_the_way_it_moves(bank: ActorBank, direction: str) -> None:
    x = film(bank, scene("run", direction=direction, x=0.25 if direction == "right" else 0.75)).boxes[0, :, 0, 0]
    assert (x.diff() > 0).all() == (direction == "right")
    assert (x.diff() != 0).all()


def test_tracking_keeps_the_lead_in_the_middle(bank: ActorBank) -> None:
    clip = film(bank, scene("run", camera="tracking"), frames=6)
    middle = (clip.boxes[0, :, 0, 0] + clip.boxes[0, :, 0, 2]) / 2
    assert (middle - 48).abs().max() < 2.5
    assert clip.camera[0, -1, 0] > 0.5
    assert (clip.pixels[0, 0].int() - clip.pixels[0, -1].int()).abs()[40:].float().mean() > 1  # the ground moves


def test_zoom_enlarges(bank: ActorBank) -> None:
    boxes = film(bank, scene("stand", camera="zoom in")).boxes[0, :, 0]
    wide = boxes[:, 2] - boxes[:, 0]
    assert wide[-1] / wide[0] == pytest.approx(1.4, abs=0.08)


def test_scenes_of_the_core_stay_whole(bank: ActorBank) -> None:
    scenes = [s for s in drawn(40, "any") if s.performers[0].action != "launch"]
    clip = film(bank, *scenes, frames=5, size=(64, 64))
    assert (clip.visible[..., 0] > 0.9).all()


def test_nearer_performers_hide_farther_ones(bank: ActorBank) -> None:
    far = Performer("dog", "stand", size=0.4, x=0.5, depth=0.45)
    near = Performer("cat", "stand", size=0.4, x=0.6, depth=0.55)
    both = Scene("scenery", (far, near), "meadow", "day")
    visible = film(bank, both).visible[0, 0]
    assert visible[1] == 1
    assert 0.2 < visible[0] < 0.8
    aside = Scene("scenery", (far, Performer("cat", "stand", size=0.4, x=0.05, depth=0.55)), "meadow", "day")
    assert film(bank, aside).visible[0, 0, 0] == 1


def test_ids_name_the_performers(bank: ActorBank) -> None:
    two = Scene("scenery", (Performer("cat", "stand"), Performer("cow", "stand", x=0.2)), "beach", "night")
    clip = film(bank, scene(), two, frames=1)
    assert clip.ids.tolist() == [[NAMES.index("dog"), -1], [NAMES.index("cat"), NAMES.index("cow")]]


@pytest.mark.parametrize("verb", ACTS)
def test_every_verb_renders(bank: ActorBank, verb: str) -> None:
    clip = film(bank, scene(verb), frames=6, size=(64, 64))
    assert (clip.visible >= 0).all()
    assert (clip.visible <= 1).all()
    assert clip.visible.max() > 0.9
    assert (clip.pixels[0, 0] != clip.pixels[0, 3]).any()


def test_growing_grows_and_shrinking_shrinks(bank: ActorBank) -> None:
    for verb, factor in (("grow", 3.0), ("shrink", 1 / 3)):
        boxes = film(bank, scene(verb), size=(128, 128)).boxes[0, :, 0]
        tall = boxes[:, 3] - boxes[:, 1]
        assert tall[-1] / tall[0] == pytest.approx(factor, rel=0.12)
        assert (boxes[:, 3] - boxes[0, 3]).abs().max() < 2.5  # the feet stay where they are


def test_what_falls_lands(bank: ActorBank) -> None:
    clip = film(bank, scene("fall"), frames=9, size=(64, 64))
    assert clip.visible[0, 0, 0] == 0
    assert clip.boxes[0, -1, 0, 3] == pytest.approx(0.84 * 64, abs=2)


def test_paths_do_not_depend_on_the_rate() -> None:
    lead = scene("roll", direction="right").performers[0]
    fine = path(lead, torch.arange(33, dtype=torch.float64) / 8, 1.5)
    coarse = path(lead, torch.arange(5, dtype=torch.float64), 1.5)
    for a, b in zip(fine, coarse, strict=True):
        assert (a is None and b is None) or torch.allclose(a[::8], b)


def test_a_chaser_stays_behind_its_prey(bank: ActorBank) -> None:
    for seed in range(300):
        drawn_scene = sample_scene(np.random.default_rng(seed), FULL, "any")
        lead = drawn_scene.performers[0]
        if lead.action == "chase":
            break
    assert lead.partner == 1
    ways = [path(p, torch.linspace(0, 4, 5, dtype=torch.float64), 1.0).x for p in drawn_scene.performers]
    ahead = (ways[1] - ways[0]) * (1 if lead.direction == "right" else -1)
    assert (ahead > 0.2).all()


def test_those_who_meet_end_face_to_face(bank: ActorBank) -> None:
    pair = (
        Performer("dog", "meet", "right", 0.36, 0.1, partner=1),
        Performer("cat", "meet", "left", 0.36, 0.9, partner=0),
    )
    boxes = film(bank, Scene("scenery", pair, "farm", "day"), frames=9, size=(128, 128)).boxes[0]
    gap = boxes[:, 1, 0] - boxes[:, 0, 2]
    assert gap[0] > 40
    assert (gap.diff() < 0.1).all()
    assert gap[-1] > -2
    assert boxes[-1, 0, 2] == pytest.approx(float(boxes[-2, 0, 2]), abs=6)


@pytest.mark.parametrize("weather", Corpus.full().weathers[1:])
def test_weather_is_seen_and_moves(bank: ActorBank, weather: str) -> None:
    def clip(name: str) -> torch.Tensor:
        one = Scene("scenery", scene("stand").performers, "desert", "night", name, seed=4)
        return render([one], width=64, height=64, frames=2, fps=0.6, bank=bank).pixels[0].int()

    bad, clear = clip(weather), clip("clear")
    assert (bad - clear).abs().max() > 20
    assert not (bad[0] - bad[1])[:24].eq((clear[0] - clear[1])[:24]).all()  # in the sky, where else nothing moves


@pytest.mark.parametrize("weather", ["rain", "snow", "leaves", "fog", "storm", "hail", "blizzard", "sandstorm"])
def test_weather_outside_of_a_room_is_seen_through_its_windows_alone(bank: ActorBank, weather: str) -> None:
    def clip(name: str) -> torch.Tensor:
        one = Scene("scenery", scene("stand", x=-9.0).performers, "office", "day", name, seed=4)
        return render([one], width=96, height=96, frames=2, fps=0.6, bank=bank).pixels[0].int()

    bad, clear = clip(weather), clip("clear")
    assert (bad - clear).abs().max() > 20
    assert bad[:, 48:].eq(clear[:, 48:]).all()  # windows end at 0.47 of the height


@pytest.mark.parametrize(("name", "time"), [("full moon", "night"), ("sun", "day")])
def test_there_is_one_sun_and_one_moon(bank: ActorBank, name: str, time: str) -> None:
    """The one that plays; an other one leaves that of the sky where it is."""

    def sky(who: str) -> torch.Tensor:
        one = Scene("scenery", (Performer(who, "hover", x=-9.0, size=0.1),), "sea", time, seed=4)
        return built(one, torch.zeros(1), Frame(96, 96, torch.zeros(1).double())).sky.pixels

    plain, played = sky("dog"), sky(name)
    changed = (plain - played).abs().amax(-1) > 0.02
    assert 20 < changed.sum() < 0.5 * changed.numel()
    assert plain[changed].mean() > played[changed].mean()  # it shines


def test_what_is_thrown_leaves_the_hands_goes_outwards_and_stays_on_the_ground() -> None:
    times = torch.linspace(0, 4, 65, dtype=torch.float64)
    ways = {action: path(Performer("soccer ball", action, x=0.4), times) for action in THROWN}
    for action, way in ways.items():
        assert way.lift.min() >= 0
        assert action in ("toss", "catch") or way.lift[-1] < 1e-6
    for action in ("throw", "kick"):
        assert ways[action].x[0] == 0.4
        assert (ways[action].x.diff() >= 0).all()
        assert ways[action].x[-1] > 0.7
    assert ways["throw"].lift[0] == ways["drop"].lift[0] > 0.15 > ways["kick"].lift.max()
    assert ways["toss"].lift.max() > 0.35


def test_who_throws_to_the_left_of_the_frame_s_middle_throws_to_the_right_and_the_other_way_round() -> None:
    times = torch.linspace(0, 4, 33, dtype=torch.float64)
    for x, sign in ((0.3, 1), (0.7, -1)):
        cast = [Performer("cat", "stand", x=x, size=0.4),
                Performer("soccer ball", "throw", x=0.5, size=0.1, partner=0, relation="in front of")]  # fmt: skip
        one = Scene("scenery", tuple(cast), "meadow", "day", seed=5)
        x_of = ensemble.path(one, cast, 1, times, 1.0).x
        assert sign * (x_of[-1] - x_of[0]) > 0.3
        assert sign * (x_of[0] - x) > 0


def test_persons_and_animals_spin_upright_and_things_in_the_plane() -> None:
    times = torch.linspace(0, 4, 65, dtype=torch.float64)
    dog, ball = (path(Performer(name, "spin"), times) for name in ("dog", "soccer ball"))
    assert not dog.angle.any()
    assert dog.turn.min() < -0.95
    assert dog.turn.max() == 1
    assert ball.angle.max() > 360
    assert (ball.turn == 1).all()


@pytest.mark.parametrize("place", ["meadow", "city street", "forest", "castle"])
def test_snow_lies_on_the_ground_and_on_what_stands(bank: ActorBank, place: str) -> None:
    """The ground is nearly white, and paler than under rain; edges that look up have a white rim."""

    def still(weather: str) -> torch.Tensor:
        one = Scene("scenery", scene("stand", x=-9.0).performers, place, "day", weather, seed=4)
        return paint([one], Frame(96, 96, torch.zeros(1).double(), bare=True), bank, torch.device("cpu")).pixels[0, 0]

    white, wet = (still(weather).float() / 255 for weather in ("snow", "rain"))
    ground = slice(80, 96)
    assert float(white[ground].amin(-1).median()) > 0.75 > float(wet[ground].amin(-1).median())
    assert float((white - wet)[:60].amax()) > 0.1  # above the horizon, too


@pytest.mark.parametrize("place", ["beach", "harbour", "arctic"])
def test_no_snow_lies_on_the_water_behind_a_shore(bank: ActorBank, place: str) -> None:
    one = Scene("scenery", scene("stand", x=-9.0).performers, place, "day", "snow", seed=4)
    bare = paint([one], Frame(96, 96, torch.zeros(1).double(), bare=True), bank, torch.device("cpu")).pixels[0, 0]
    white = bare.float().amin(-1) / 255
    assert float(white[80:].median()) > 0.75 > 0.7 > float(white[62:68].median())


@pytest.mark.parametrize("place", ["living room", "underwater", "sea", "moon", "mars", "cave"])
def test_no_snow_lies_where_none_can(place: str) -> None:
    assert not snow.lies(place, "snow")
    assert not snow.lies("meadow", "rain")


@pytest.mark.parametrize("style", STYLES)
def test_every_style_changes_the_whole_clip(bank: ActorBank, style: str) -> None:
    plain, styled = scene(), replace(scene(), style=style)
    clip = film(bank, plain, styled, frames=3, size=(77, 53))
    assert (clip.pixels[0].int() - clip.pixels[1].int()).abs().float().mean() > 2
    if style in ("noir", "line"):
        assert (clip.pixels[1].amax(-1) == clip.pixels[1].amin(-1)).all()


def test_claymation_holds_its_poses(bank: ActorBank) -> None:
    clay = replace(scene("run"), style="claymation")
    frames = render([clay], width=48, height=48, frames=4, fps=16, bank=bank).pixels[0]
    assert torch.equal(frames[0], frames[1])
    assert not torch.equal(frames[1], frames[2])


def test_the_full_corpus_draws_what_can_be_rendered(bank: ActorBank) -> None:
    rng = np.random.default_rng(3)
    scenes = [sample_scene(rng, FULL) for _ in range(60)]
    assert {len(s.performers) for s in scenes} >= {1, 2, 3}
    assert len({s.style for s in scenes}) > 3
    clip = film(bank, *scenes[:12], frames=2, size=(48, 32))
    assert torch.isfinite(clip.boxes).all()
    alone = film(bank, scenes[5], frames=2, size=(48, 32))
    assert torch.equal(alone.pixels[0], clip.pixels[5])


def test_everyone_is_at_home_where_they_are() -> None:
    rng = np.random.default_rng(9)
    for _ in range(300):
        drawn_scene = sample_scene(rng, Corpus.full(), "any")
        place = SURROUNDINGS[drawn_scene.place]
        for performer in drawn_scene.performers:
            kind = actor(performer.name).kind
            assert kind in ("swimmer", "flyer") if place.water else kind != "swimmer"
            assert kind != "flyer" or drawn_scene.place != "underwater"
        assert drawn_scene.weather == "clear" or not (place.indoors or drawn_scene.place in BARE)


def test_an_even_corpus_draws_every_place() -> None:
    rng = np.random.default_rng(9)
    even = replace(Corpus.full(), even=True)
    places = [sample_scene(rng, even, "any").place for _ in range(40 * len(even.places))]
    assert all(20 <= places.count(place) <= 70 for place in even.places)


def test_places_have_a_painter_and_words() -> None:
    assert set(Corpus.full().places) <= set(PLACES) <= set(SURROUNDINGS)


def test_rooms_are_lit_by_night() -> None:
    """Lamps burn in them: by night a room is darker than by day, and yet far lighter than a meadow."""
    for place, words in SURROUNDINGS.items():
        if words.indoors:
            day, night, outside = (light_of(*at) for at in (("day", "clear", place), ("night", "rain", place),
                                                            ("night", "clear", "meadow")))  # fmt: skip
            assert min(night.scenery) > 2 * min(outside.scenery)
            assert max(night.scenery) <= max(day.scenery)


@pytest.mark.parametrize("place", [place for place in PLACES if place not in PLAIN])
def test_no_two_seeds_look_the_same(bank: ActorBank, place: str) -> None:
    clips = film(bank, *(replace(scene(place=place), seed=seed) for seed in (1, 2, 3)), frames=1, size=(64, 64)).pixels
    for a, b in ((0, 1), (1, 2), (0, 2)):
        assert (clips[a].int() - clips[b].int()).abs().float().mean() > 4


def test_nothing_has_a_shadow_where_there_is_no_ground(bank: ActorBank) -> None:
    frame = Frame(64, 64, torch.zeros(1, dtype=torch.float64), bare=True)
    for place, shadowed in (("meadow", True), ("sky", False), ("space", False)):
        there = replace(scene("stand", place=place), camera="static")
        away = replace(there, performers=(replace(there.performers[0], x=-9.0),))
        plates = [paint([one], frame, bank, torch.device("cpu")).pixels for one in (there, away)]
        assert torch.equal(*plates) != shadowed


def test_missing_material_is_one_clear_line(tmp_path: Path, bank: ActorBank) -> None:
    with pytest.raises(WeightsError, match=r"index\.json is not there"):
        load_actors(tmp_path, ["dog"])
    with pytest.raises(WeightsError, match="unicorn"):
        bank.index("unicorn")


def test_bad_requests_are_refused(bank: ActorBank) -> None:
    with pytest.raises(UsageError, match="8x8"):
        film(bank, scene(), size=(8, 8))
    with pytest.raises(UsageError, match="underworld"):
        film(bank, Scene("underworld", scene().performers, "meadow", "day"))


def test_noise_takes_any_seed() -> None:
    """Things left of where the camera begins have negative numbers, and seeds are made of them."""
    at = torch.linspace(0, 3, 7)[None]
    assert torch.isfinite(noise(at, at[:, :1], -3)).all()
    assert not torch.equal(noise(at, at[:, :1], -3), noise(at, at[:, :1], 3))
