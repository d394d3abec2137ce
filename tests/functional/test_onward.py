"""Clips of scenes go on: paths, noise and windows as they were, kept frames exact, prompts as new shots or edits."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tiny
import torch
from conftest import Sora
from PIL import Image

from soracli import media
from soracli.draft import Draft, Layer, Plates
from soracli.models.spark import Spark
from soracli.pipeline import tasks
from soracli.sampling.sampler import sample
from soracli.sampling.temporal_blend import REACH
from soracli.sampling.windows import OVERLAP, resumed, spans
from soracli.scenes import drafting, edits, file, file_format, onward
from soracli.scenes.known import shipped
from soracli.scenes.plot import Film, Plot
from soracli.scenes.retold import retold
from soracli.types import Canvas, Clip, Frames, Geometry, SamplingOptions
from soracli.world import ensemble
from soracli.world.language.actors import actor
from soracli.world.language.verbs import feet
from soracli.world.scene import Performer, Scene

TINY = ("-m", "tiny")
LOSSLESS = ("--quality", "lossless")
DOG = Performer("dog", "walk", "right", size=0.4, x=0.3)
MEADOW = Scene("scenery", (DOG,), "meadow", "day", seed=5, length=4.0)
FILM = file.text([file_format.Shot(MEADOW, 4.0)])


def xs(scene: Scene, times: torch.Tensor) -> torch.Tensor:
    return ensemble.staged(scene, times)[0].way.x


# --- the world ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("x", [0.1, 0.3, 0.42])
def test_a_path_is_as_it_was_and_then_stays_in_the_frame(x: float) -> None:
    scene = replace(MEADOW, performers=(replace(DOG, x=x),))
    before, after = torch.arange(0, 64, dtype=torch.float64) / 16, torch.arange(64, 640, dtype=torch.float64) / 16
    longer = replace(scene, onward=True)
    one, two = (ensemble.staged(s, before)[0].way for s in (scene, longer))
    for name in ("x", "turn", "lift", "angle", "cycle"):
        assert torch.allclose(getattr(one, name), getattr(two, name), rtol=0, atol=1e-12), name
    later = xs(longer, after)
    assert float(later.max()) < 0.9
    assert float(later.min()) > 0.05
    assert float((later[1:] - later[:-1]).abs().max()) < 0.01  # no jump
    gone = xs(scene, after)
    assert float(gone.max()) > 2  # as it was, it would have left


@pytest.mark.parametrize("camera", ["zoom in", "zoom out", "tilt up", "pan left", "tracking", "handheld"])
def test_a_camera_is_as_it_was_and_goes_on_without_a_jump(camera: str) -> None:
    scene, times = replace(MEADOW, camera=camera), torch.arange(0, 640, dtype=torch.float64) / 16
    one, two = ensemble.camera(scene, times[:64]), ensemble.camera(replace(scene, onward=True), times)
    for was, now in zip(one, two, strict=True):
        assert torch.allclose(was, now[:64], rtol=0, atol=1e-12)
        assert float((now[1:] - now[:-1]).abs().max()) < 0.02
    assert float(two.zoom.max()) < 1.6
    if camera == "tracking":
        assert float(two.x[-1] - two.x[64]) > 1  # it goes along


def test_a_scene_file_says_for_how_long_it_was_laid_out() -> None:
    text = onward.longer(FILM, 32, Fraction(16))
    (shot,) = onward.shots(text)
    assert (shot.seconds, shot.scene.length, shot.scene.onward) == (6.0, 4.0, True)
    assert file.text([shot]) == text
    (again,) = onward.shots(onward.longer(text, 32, Fraction(16)))
    assert (again.seconds, again.scene.length) == (8.0, 4.0)
    options = SamplingOptions("tiny", 64, 64, Fraction(6), Fraction(16), steps=1, guidance=1.0)
    film, _ = Plot(file=text, time=8).film(options, 5, 96)
    assert film.scenes[0] == replace(MEADOW, onward=True)
    assert film.timed(96) == [(film.scenes[0], 6.0)]


# --- noise and windows ------------------------------------------------------------------------------------------------


def test_windows_of_an_earlier_canvas_come_first() -> None:
    for count, more in ((4, 3), (8, 8), (20, 5), (21, 12)):
        whole = resumed([True] * (count + more), [count], 8)
        before = spans([True] * count, 8)
        assert whole[: len(before)] == before
        assert whole[len(before)][0] == count - OVERLAP
        assert {i for start, stop in whole for i in range(start, stop)} == set(range(count + more))


def frames_of(model: Spark, canvas: Canvas, options: SamplingOptions) -> Frames:
    steps = sample(model, canvas, "a dog", options, Geometry.of(options, model.card))
    return np.concatenate([step.frames for step in steps if step.frames is not None])


@pytest.mark.parametrize("held", [True, False])
@pytest.mark.parametrize("ends", [(16, 32), (20, 44), (24, 40, 64)])
def test_what_goes_on_paints_the_same_once_more(ends: tuple[int, ...], held: bool) -> None:
    def nothing(start: int, stop: int) -> Layer:
        return Layer(np.zeros((stop - start, 32, 64, 3), np.uint8), np.zeros((stop - start, 32, 64), np.uint8))

    model = tiny.spark()

    def plates(start: int, stop: int, ends: tuple[int, ...]) -> Plates | None:
        return Plates((start,), lambda frame: sketch, lambda pictures: lambda a, b: np.repeat(pictures, b - a, 0))

    sketch = np.zeros((1, 32, 64, 3), np.uint8)
    draft, made = Draft(nothing, plates=plates if held else lambda *part: None), np.zeros((0, 32, 64, 3), np.uint8)
    for i, end in enumerate(ends):
        options = tiny.options(seconds=Fraction(end, 16), guidance=1.0)
        blank = tasks.generate(end, options.height, options.width, options.fps)
        canvas = blank if not i else tasks.continue_shot(Clip(made, options.fps), end - len(made), ends[:i])
        painted = frames_of(model, replace(tasks.painted_from(canvas, 0), draft=draft), options)
        assert len(painted) == end
        same = max(len(made) - (0 if held else REACH), 0)  # the last few are evened out with those after them
        assert (painted[:same] == made[:same]).all()
        made = painted
    step = np.abs(np.diff(made.astype(int), axis=0)).mean((1, 2, 3))
    assert (step == 0).all() if held else (step > 0).any()


def test_kept_frames_are_those_that_were_given() -> None:
    clip = Clip(np.full((20, 8, 8, 3), 7, np.uint8), Fraction(16))
    canvas = tasks.continue_shot(clip, 12, (20,))
    assert (canvas.frames, canvas.again) == (32, (20,))
    painted = np.full((16, 8, 8, 3), 99, np.uint8)
    assert [int(frame[0, 0, 0]) for frame in tasks.kept(canvas, 16, painted)] == [7] * 4 + [99] * 12
    assert (painted == 99).all()


# --- prompts --------------------------------------------------------------------------------------------------------


def test_a_new_shot_is_in_the_same_place_and_begins_where_all_are() -> None:
    text, notes = onward.cut(FILM, "the dog runs", 3.5, 2.0, 1.0, shipped())
    first, second = onward.shots(text)
    assert (first.seconds, second.seconds, notes) == (3.5, 2.0, [])
    assert second.scene.place == "meadow"
    (dog,) = second.scene.performers
    assert (dog.action, dog.direction, dog.size) == ("run", "right", DOG.size)
    assert dog.x == pytest.approx(float(xs(MEADOW, torch.tensor([3.5], dtype=torch.float64))), abs=1e-3)


@pytest.mark.parametrize(
    ("prompt", "slot", "value"),
    [("at night", "time", "night"), ("it starts to rain", "weather", "rain"), ("on a beach", "place", "beach")],
)
def test_who_is_not_named_goes_on(prompt: str, slot: str, value: str) -> None:
    second = onward.shots(onward.cut(FILM, prompt, 4.0, 2.0, 1.0, shipped())[0])[1].scene
    assert getattr(second, slot) == value
    assert [(p.name, p.action, p.direction) for p in second.performers] == [("dog", "walk", "right")]
    assert {name: getattr(second, name) for name in ("place", "time", "weather") if name != slot} == {
        name: getattr(MEADOW, name) for name in ("place", "time", "weather") if name != slot
    }


@pytest.mark.parametrize(
    ("prompt", "changes"),
    [
        ("make it night", {"time": "night"}),
        ("in the rain", {"weather": "rain", "time": "overcast"}),
        ("make it snow", {"weather": "snow"}),
        ("a cat instead of the dog", {"performer.name": "cat"}),
        ("replace the dog with a cat at night", {"performer.name": "cat", "time": "night"}),
        ("a bird instead of the dog, in the snow", {"performer.name": "bird", "weather": "snow"}),
        ("an elephant walks to the right across a desert", {"performer.name": "elephant", "place": "desert"}),
        ("the dog runs", {"performer.action": "run"}),
        ("it goes to the left", {"performer.direction": "left"}),
        ("as a watercolour", {"style": "watercolour"}),
        ("make it nice", {}),
        ("a lamp instead of the cow", {}),
    ],
)
def test_words_that_change_a_scene(prompt: str, changes: dict[str, str]) -> None:
    found = retold(prompt, onward.shots(FILM), 1.0, shipped()).changes
    named = {key.replace("shot.1.performer.1", "performer"): value for key, value in found if value}
    assert {key: named.get(key) for key in changes} == changes
    assert bool(named) == bool(changes)
    if found and "performer.action" not in named and "performer.direction" not in named:
        (shot,) = onward.shots(edits.edited(FILM, found))
        assert shot.scene.performers[0].x == DOG.x  # the path stays


# --- verbs ----------------------------------------------------------------------------------------------------------


def made(sora: Sora, prompt: str = "a dog walks to the right in a meadow", length: str = "12f") -> Frames:
    ran = sora("generate", prompt, *TINY, "--seed", "3", "-d", length, "-s", "64x64", "-o", "a.mp4", *LOSSLESS)
    assert ran.code == 0, ran.err
    return media.read("a.mp4").frames


@pytest.mark.usefixtures("staged")
def test_a_clip_of_ours_goes_on_with_its_scene(sora: Sora) -> None:
    own = made(sora)
    ran = sora("extend", "a.mp4", *TINY, "--by", "12f", "-o", "b.mp4", *LOSSLESS, "--json")
    assert ran.code == 0, ran.err
    data = json.loads(ran.out)["data"]
    assert "tells its scene, which goes on" in ran.err
    assert "laid = 0.75" in data["scene"]
    assert "seconds = 1.5" in data["scene"]
    assert (data["again"], data["seed"]) == ([12], 3)
    longer = media.read("b.mp4").frames
    assert len(longer) == 24
    assert (longer[:12] == own).all()
    assert sora("replay", "b.mp4", "--check").code == 0
    more = sora("extend", "b.mp4", *TINY, "--by", "8f", "-o", "c.mp4", *LOSSLESS, "--json")
    assert json.loads(more.out)["data"]["again"] == [12, 24]
    assert (media.read("c.mp4").frames[:24] == longer).all()


@pytest.mark.usefixtures("staged")
def test_a_prompt_begins_a_new_shot(sora: Sora) -> None:
    own = made(sora)
    words = ("extend", "a.mp4", "the dog runs at night", *TINY, "--by", "12f", "-o", "b.mp4", *LOSSLESS, "--json")
    ran = sora(*words)
    assert ran.code == 0, ran.err
    shots = onward.shots(json.loads(ran.out)["data"]["scene"])
    assert [(s.scene.place, s.scene.time, s.scene.performers[0].action) for s in shots] == [
        ("meadow", "day", "walk"), ("meadow", "night", "run"),
    ]  # fmt: skip
    assert (media.read("b.mp4").frames[:12] == own).all()
    assert sora("replay", "b.mp4", "--check").code == 0


@pytest.mark.usefixtures("staged")
@pytest.mark.parametrize(
    ("more", "why"),
    [(("--seed", "9"), "--seed 9"), (("--steps", "3"), "--steps 3"), (("-s", "96x96"), "--size 96x96"),
     (("-n", "2"), "--count 2")],
)  # fmt: skip
def test_what_would_not_be_the_same_follows_the_frames(sora: Sora, more: tuple[str, ...], why: str) -> None:
    made(sora)
    ran = sora("extend", "a.mp4", *TINY, "--by", "8f", *more, "--dry-run", "--json")
    assert ran.code == 0, ran.err
    assert f"does not go on ({why} asks for" in ran.err
    assert "scene" not in json.loads(ran.out)["data"]


@pytest.mark.usefixtures("staged")
def test_a_clip_that_was_changed_follows_its_frames(sora: Sora) -> None:
    own = made(sora)
    recipe = media.info("a.mp4").recipe
    with media.Writer(Path("b.mp4"), 64, 64, Fraction(16), recipe=recipe) as writer:
        writer.add(255 - own)
    ran = sora("extend", "b.mp4", *TINY, "--by", "8f", "--dry-run", "--json")
    assert "does not go on (it has lost its content credential)" in ran.err
    assert "scene" not in json.loads(ran.out)["data"]


@pytest.mark.usefixtures("staged")
def test_a_hole_shows_the_place_with_whom_the_prompt_names(sora: Sora) -> None:
    own = made(sora)
    box = ("--mask", "16,16,32,32")
    ran = sora("inpaint", "a.mp4", "a cat sits", *box, *TINY, "-o", "b.mp4", *LOSSLESS, "--json")
    assert ran.code == 0, ran.err
    assert "what is masked shows its place with what the prompt names" in ran.err
    data = json.loads(ran.out)["data"]
    (shot,) = onward.shots(data["scene"])
    assert (shot.scene.place, shot.scene.seed, [one.name for one in shot.scene.performers]) == (
        "meadow", 3, ["sitting cat"],
    )  # fmt: skip
    painted, away = media.read("b.mp4").frames, np.ones((64, 64), bool)
    away[8:56, 8:56] = False  # the mask and its soft rim
    assert (painted[:, away] == own[:, away]).all()
    assert (painted[:, 24:40, 24:40] != own[:, 24:40, 24:40]).any()
    assert data["seed"] == 3
    assert sora("replay", "b.mp4", "--check").code == 0
    empty = sora("inpaint", "a.mp4", "an empty meadow", *box, *TINY, "--dry-run", "--json")
    assert onward.shots(json.loads(empty.out)["data"]["scene"])[0].scene.performers == ()


@pytest.mark.usefixtures("staged")
def test_a_hole_for_a_while_keeps_what_is_around_it(sora: Sora) -> None:
    """Its first frames have none; and a mask of nobody is no hole at all."""
    own = made(sora, length="24f")
    ran = sora("inpaint", "a.mp4", "a cat", "--mask", "16,16,32,32@1s-1.5s", *TINY, "-o", "b.mp4", *LOSSLESS)
    assert ran.code == 0, ran.err
    painted, away = media.read("b.mp4").frames, np.ones((64, 64), bool)
    away[8:56, 8:56] = False
    assert (painted[:, away] == own[:, away]).all()
    assert (painted[:16] == own[:16]).all()
    assert (painted[18:, 24:40, 24:40] != own[18:, 24:40, 24:40]).any()
    Image.fromarray(np.zeros((64, 64), np.uint8)).save("none.png")
    assert sora("inpaint", "a.mp4", "a cat", "--mask", "none.png", *TINY, "--dry-run").code != 1


def test_performers_are_put_into_a_hole() -> None:
    """As high as it is, their feet at its lower edge, whatever they were before."""
    hole = np.zeros((100, 200), bool)
    hole[40:80, 120:180] = True
    text, _ = onward.beside(FILM, "an elephant stands", hole, shipped()) or ("", [])
    (shot,) = onward.shots(text)
    (one,) = shot.scene.performers
    x0, y0, x1, y1 = actor(one.name).box
    assert one.size * (y1 - y0) <= 0.4
    assert max(one.size * (y1 - y0) / 0.4, one.size * (x1 - x0) / 2 / 0.3) == pytest.approx(0.9, abs=0.02)
    assert one.x == pytest.approx(0.75, abs=0.01)
    assert feet(one.depth) == pytest.approx(0.78, abs=0.02)
    assert (shot.scene.place, shot.scene.time, shot.scene.camera) == ("meadow", "day", MEADOW.camera)
    assert onward.beside(file.text([file_format.Shot(MEADOW, 2.0)] * 2), "a cat", hole, shipped()) is None


@pytest.mark.usefixtures("staged")
def test_an_edit_paints_the_changed_scene(sora: Sora) -> None:
    own = made(sora)
    ran = sora("edit", "a.mp4", "make it night", *TINY, "-o", "n.mp4", *LOSSLESS, "--json")
    assert ran.code == 0, ran.err
    data = json.loads(ran.out)["data"]
    assert "painted anew with time=night" in ran.err
    assert (data["verb"], data["seed"], data["frames"]) == ("edit", 3, 12)
    assert 'time = "night"' in data["scene"]
    night = media.read("n.mp4").frames
    assert night.shape == own.shape
    assert night.mean() < own.mean() - 5
    assert sora("replay", "n.mp4", "--check").code == 0
    look = json.loads(sora("edit", "a.mp4", "make it night", "--strength", "0.5", "--dry-run", "--json").out)["data"]
    assert "scene" not in look
    assert sora("edit", "a.mp4", "make it nice", *TINY).code == 4


@pytest.mark.usefixtures("staged")
def test_an_edit_paints_the_changed_scene_in_a_part_alone(sora: Sora) -> None:
    own = made(sora)
    height, width = own.shape[1:3]
    for number, (words, kept) in enumerate({
        ("--from", "4f", "--to", "8f"): np.s_[[0, 1, 2, 3, 8, 9, 10, 11]],
        ("--region", f"0,0,{width // 2},{height}"): np.s_[:, :, width // 2 :],
    }.items()):  # fmt: skip
        ran = sora("edit", "a.mp4", "make it night", *words, *TINY, "-o", f"p{number}.mp4", *LOSSLESS)
        assert ran.code == 0, ran.err
        frames = media.read(f"p{number}.mp4").frames
        np.testing.assert_array_equal(frames[kept], own[kept])
        inside = np.ones(own.shape, bool)
        inside[kept] = False
        assert frames[inside].mean() < own[inside].mean() - 4
        assert sora("replay", f"p{number}.mp4", "--check").code == 0


@pytest.mark.usefixtures("staged")
def test_a_picture_of_a_scene_goes_on_from_there(sora: Sora) -> None:
    ran = sora("image", "a dog walks to the right in a meadow", *TINY, "--seed", "3", "-s", "64x64", "-o", "a.png")
    assert ran.code == 0, ran.err
    picture = media.read("a.png").frames[0]
    for number, said in enumerate(("", "it runs")):
        call = (
            "animate",
            "a.png",
            *filter(None, [said]),
            *TINY,
            "-d",
            "12f",
            "-o",
            f"a{number}.mp4",
            *LOSSLESS,
            "--json",
        )
        ran = sora(*call)
        assert ran.code == 0, ran.err
        data = json.loads(ran.out)["data"]
        assert ('action = "run"' in data["scene"]) is bool(said)
        frames = media.read(f"a{number}.mp4").frames
        assert len(frames) == 12
        np.testing.assert_array_equal(frames[0], picture)
        assert np.abs(frames[-1].astype(int) - picture).mean() > 1  # the dog has walked on
        assert sora("replay", f"a{number}.mp4", "--check").code == 0
    data = json.loads(sora("animate", "a.png", *TINY, "--camera", "zoom-in", "--dry-run", "--json").out)["data"]
    assert "engine" not in data  # the scene's own camera zooms
    data = json.loads(sora("animate", "a.png", *TINY, "--engine", "motion", "--dry-run", "--json").out)["data"]
    assert "scene" not in data


@pytest.mark.usefixtures("staged")
def test_a_scene_shows_what_was_before(sora: Sora) -> None:
    own = made(sora)
    ran = sora("extend", "a.mp4", "--backward", "--by", "6f", *TINY, "-o", "b.mp4", *LOSSLESS, "--json")
    assert ran.code == 0, ran.err
    data = json.loads(ran.out)["data"]
    assert (data["frames"], "scene" in data) == (18, True)
    frames = media.read("b.mp4").frames
    np.testing.assert_array_equal(frames[6:], own)
    (shot,) = onward.shots(data["scene"])
    film = Film((shot.scene,), (0,), Fraction(16), 64, 64, begin=-0.5)
    there = drafting.drafted(film).drawn(0, 1)
    solid = there.alpha[0] == 255  # the dog, where it was half a second before
    assert solid.any()
    assert np.abs(frames[0].astype(int) - there.frames[0])[solid].mean() < 12
    assert sora("replay", "b.mp4", "--check").code == 0


@pytest.mark.usefixtures("staged")
def test_what_tells_no_scene_is_not_varied(sora: Sora) -> None:
    made(sora)
    with media.Writer("b.mp4", 64, 64, Fraction(16)) as writer:
        writer.add(media.read("a.mp4").frames)
    ran = sora("vary", "b.mp4", *TINY)
    assert ran.code == 4
    assert "tells no scene" in ran.err


# --- sketches -------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("staged")
def test_a_sketch_is_the_place(sora: Sora, monkeypatch: pytest.MonkeyPatch) -> None:
    picture = np.zeros((40, 120, 3), np.uint8)
    picture[:, :40], picture[:, 40:80], picture[:, 80:] = (200, 0, 0), (0, 180, 0), (0, 0, 160)
    Image.fromarray(picture).save("place.png")
    seen: list[Draft] = []
    plain = drafting.drafted

    def noted(*given: Any) -> Draft:
        seen.append(plain(*given))
        return seen[-1]

    monkeypatch.setattr(drafting, "drafted", noted)
    words = ("generate", "a dog runs to the right in a meadow", "--sketch", "place.png", *TINY, "-d", "16s")
    ran = sora(*words, "--fps", "1", "--seed", "3", "-s", "64x64", "-o", "s.mp4", "--json")
    assert ran.code == 0, ran.err
    assert "the camera stays where it is" in ran.err
    data = json.loads(ran.out)["data"]
    assert [row["name"] for row in data["inputs"]] == ["place.png"]
    assert data["arguments"]["sketch"] == "place.png"
    assert seen[0].sketch is not None
    shown = seen[0].sketch(3, 5)
    assert shown.shape == (2, 64, 64, 3)
    assert np.abs(shown.astype(int) - (0, 180, 0)).max(-1)[:, :, 8:56].max() < 12  # its middle
    plates = seen[0].plates(0, 16, ())
    assert plates is not None
    assert plates.frames == (0,)
    assert sora("replay", "s.mp4", "--check").code == 0
    Path("place.png").unlink()
    assert sora("replay", "s.mp4", "--check").code == 3


@pytest.mark.parametrize(
    ("words", "said"),
    [(("--sketch", "no.png"), "no.png: no such file"), (("--sketch", "a.png"), "--sketch: tiny takes none")],
)
def test_sketches_that_cannot_be_used(sora: Sora, words: tuple[str, ...], said: str) -> None:
    Image.fromarray(np.zeros((32, 32, 3), np.uint8)).save("a.png")
    ran = sora("generate", "a dog", *TINY, *words, "-d", "8f")
    assert ran.code in (2, 3)
    assert said in ran.err
