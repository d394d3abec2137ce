"""What the user lays over a clip: drafts with alpha or a key colour, subjects, moves; and scenes changed by keys."""

from __future__ import annotations

import dataclasses
import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import open_folder
import pytest
from conftest import Sora
from PIL import Image

from soracli import media
from soracli.draft import Layer, stacked
from soracli.errors import SoraError
from soracli.pipeline import composite, job, tasks
from soracli.pipeline.composite import DraftMode, Overlay
from soracli.sampling.assemble import masked
from soracli.scenes import edits, file, file_format, moves, notation, subjects
from soracli.scenes.draft_clips import DraftClip
from soracli.scenes.plot import Plot
from soracli.types import Clip, Frames, SamplingOptions, Shot
from soracli.world.scene import Performer, Scene

SIZE = (64, 96)  # height, width
TINY = ("-m", "tiny")


def photo(height: int = SIZE[0], width: int = SIZE[1], seed: int = 0) -> Frames:
    """A picture (H, W, 3) with detail of every size, as photographs have."""
    rng, out = np.random.default_rng(seed), np.zeros((height, width, 3), np.float32)
    for side in (4, 8, 16, 32):
        small = Image.fromarray(rng.integers(0, 256, (side, side, 3)).astype(np.uint8))
        out += np.asarray(small.resize((width, height), Image.Resampling.BICUBIC), np.float32) / 4
    return np.rint(out).astype(np.uint8)


def sprite(count: int = 4) -> tuple[Frames, np.ndarray]:
    """Straight RGBA parts: a red square that goes 8 pixels a frame, half covered on its left quarter."""
    frames, alpha = np.full((count, *SIZE, 3), (200, 40, 40), np.uint8), np.zeros((count, *SIZE), np.uint8)
    for t in range(count):
        alpha[t, 16:48, 8 + 8 * t : 40 + 8 * t] = 255
        alpha[t, 16:48, 8 + 8 * t : 16 + 8 * t] = 128
    return frames, alpha


def write(path: Path, count: int = 4, fps: int = 16) -> str:
    """A transparent file in the format of its suffix."""
    frames, alpha = sprite(count)
    name = path.suffix[1:] or "frames"
    with media.Writer(path, SIZE[1], SIZE[0], Fraction(fps), name, "good", {"fps": str(fps)}, alpha=True) as writer:
        writer.add(np.concatenate([frames, alpha[..., None]], -1))
    return str(path)


def psnr(one: Frames, two: Frames) -> float:
    error = ((one.astype(np.float64) - two) ** 2).mean()
    return float(10 * np.log10(255**2 / max(error, 1e-9)))


def options(frames: int, size: tuple[int, int] = SIZE) -> SamplingOptions:
    return SamplingOptions("tiny", size[1], size[0], Fraction(frames, 16), Fraction(16), steps=1, guidance=1.0)


# --- drafts ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "count"), [("d.webm", 4), ("d.mov", 4), ("d.webp", 4), ("d.png", 1), ("d", 4)])
def test_alpha_is_read_of_every_format_that_has_it(tmp_path: Path, name: str, count: int) -> None:
    source, alpha = media.read_layer(write(tmp_path / name, count))
    frames, cover = sprite(count)
    assert source.clip.frames.shape == (count, *SIZE, 3)
    inside, outside = np.zeros_like(cover, bool), cover == 0
    for t in range(count):
        inside[t, 20:44, 20 + 8 * t : 36 + 8 * t] = True
    assert np.abs(source.clip.frames[inside].astype(int) - frames[inside]).max() <= 12
    assert (alpha[inside] >= 250).all()
    assert (source.clip.frames <= alpha[..., None]).all()
    assert (alpha[outside] > 30).mean() < 0.02
    assert not any("count as black" in note for note in source.notes)


def test_a_key_colour_is_taken_out_whatever_its_brightness() -> None:
    frame = np.zeros((1, 8, 32, 3), np.uint8)
    for i, colour in enumerate([(0, 177, 64), (20, 140, 60), (200, 60, 50), (240, 240, 240)]):
        frame[0, :, 8 * i : 8 * i + 8] = colour
    colour, alpha = media.keyed(frame, (0, 177, 64))
    assert (alpha[0, :, :16] == 0).all()
    assert (colour[0, :, :16] == 0).all()
    assert (alpha[0, :, 16:] == 255).all()
    assert (colour[0, :, 16:] == frame[0, :, 16:]).all()
    half = np.full((1, 2, 2, 3), (120, 208, 152), np.uint8)
    mixed, cover = media.keyed(half, (0, 177, 64))
    assert 60 < cover[0, 0, 0] < 240
    assert int(mixed[0, 0, 0].max()) - int(mixed[0, 0, 0].min()) < 60  # most of the key is out of what was half white


def test_a_clip_is_gone_when_it_is_over_and_a_picture_stays(tmp_path: Path) -> None:
    clip = DraftClip.of(write(tmp_path / "d.webp"), None)
    layer = clip.layer((SIZE[1], SIZE[0]), Fraction(32), "pad", 0, 12)
    assert [bool(frame.any()) for frame in layer.alpha] == [True] * 8 + [False] * 4
    still = DraftClip.of(write(tmp_path / "d.png", 1), None)
    assert still.layer((SIZE[1], SIZE[0]), Fraction(32), "pad", 5, 9).alpha.any((1, 2)).all()
    overlay = Overlay(clip)
    assert "ends at 0.25 s and the result at 1 s" in overlay.over(16, 1.0)[0]
    assert not overlay.over(4, 0.25)


def test_what_lies_over_given_and_painted_pixels_is_exact() -> None:
    """Mixing through the new mask is the same as mixing through the old one and laying the layer over that."""
    rng = np.random.default_rng(0)
    given, painted = (rng.integers(0, 256, (2, 8, 8, 3)).astype(np.uint8) for _ in range(2))
    mask = rng.random((2, 8, 8)).astype(np.float32) * (rng.random((2, 8, 8)) > 0.5)
    mask[0, 0], mask[0, 1] = 0, 1
    alpha = rng.integers(0, 256, (2, 8, 8)).astype(np.uint8)
    layer = Layer((rng.random((2, 8, 8, 3)) * alpha[..., None]).astype(np.uint8), alpha)
    canvas = composite.laid(tasks.inpaint(Clip(given, Fraction(8)), mask), lambda start, stop: layer, DraftMode.KEPT)
    ours = masked(painted, canvas.clip.frames, canvas.mask, match=False)
    below = masked(painted, given, mask, match=False)
    theirs = stacked(Layer(below, np.full((2, 8, 8), 255, np.uint8)), layer).frames
    assert np.abs(ours.astype(int) - theirs).max() <= 2


def test_a_layer_begins_with_the_result_not_with_what_leads_up_to_it() -> None:
    frames = np.broadcast_to(photo(), (10, *SIZE, 3))
    canvas = tasks.edit(Clip(frames, Fraction(16)), 0.5, 3, 10, 2)  # the first two are joined on unchanged
    assert canvas.head is not None

    def numbered(start: int, stop: int) -> Layer:
        alpha = np.zeros((stop - start, *SIZE), np.uint8)
        for i, t in enumerate(range(start, stop)):
            alpha[i, 0, t] = 255
        return Layer(np.repeat(alpha[..., None], 3, 3), alpha)

    over = composite.laid(canvas, numbered, DraftMode.KEPT)
    assert over.head is not None
    whole = np.concatenate([over.head.frames, over.clip.frames])
    for t in range(10):
        assert (whole[t, 0, t] == 255).all()


# --- moves ----------------------------------------------------------------------------------------------------------


def found_at(frame: Frames, cut: Frames, near: tuple[int, int], reach: int = 6) -> tuple[int, int]:
    """Row and column near which a cut-out lies in a frame."""
    height, width = cut.shape[:2]
    places = [(near[0] + dy, near[1] + dx) for dy in range(-reach, reach + 1) for dx in range(-reach, reach + 1)]
    errors = [
        ((frame[y : y + height, x : x + width].astype(float) - cut) ** 2).mean() if y >= 0 <= x else 1e9
        for y, x in places
    ]
    return places[int(np.argmin(errors))]


@pytest.mark.parametrize("move", ["20,16,24,24:40,8", "20,16,24,24:41.5%,12.5%", "20,16,24,24:40,8@0.25-0.75"])
def test_a_cut_out_arrives_where_it_is_sent(move: str) -> None:
    """Within 2 pixels and 35 dB at its end, along a straight way, and nothing else changes."""
    picture = photo()
    canvas = composite.held(tasks.animate(Clip(picture[None], Fraction(1)), 16, Fraction(16)))
    out = Overlay(moves=(moves.Move.of(move),)).on(canvas, options(16), DraftMode.KEPT)
    assert (out.clip.frames[0] == picture).all()
    assert not out.mask.any()
    core = picture[20:36, 24:40]  # without its soft edge
    assert found_at(out.clip.frames[-1], core, (28, 64)) == (28, 64)
    assert psnr(out.clip.frames[-1, 28:44, 64:80], core) > 35
    middle = found_at(out.clip.frames[8], core, (24, 44))
    assert abs(middle[0] - 24) <= 2
    assert abs(middle[1] - 45) <= 2
    away = np.ones(SIZE, bool)
    away[14:52, 18:90] = False
    assert (out.clip.frames[:, away] == picture[away]).all()
    hole = out.clip.frames[-1, 18:38, 22:42]
    assert psnr(hole, picture[18:38, 22:42]) < 25  # what was there is gone


def test_a_hole_takes_the_colours_around_it() -> None:
    red = np.full((1, 40, 40, 3), (200, 60, 20), np.uint8)
    hole = np.zeros((1, 40, 40), np.float32)
    hole[0, 10:30, 12:28] = 1
    spoiled = np.where(hole[..., None] > 0, np.uint8(0), red)
    assert np.abs(moves.filled(spoiled, hole).astype(int) - red).max() <= 1


def test_what_a_moved_region_leaves_is_filled_like_its_surroundings(sora: Sora) -> None:
    """A pattern goes on behind it, as no smooth continuation does; the cut-out arrives; frames before it are kept."""
    y, x = np.mgrid[:64, :96]
    pattern = np.stack([128 + 90 * np.sign(np.sin(x / 2.1 + 0.3)) * np.sign(np.sin(y / 3.1))] * 3, -1)
    picture = pattern.copy()
    picture[20:36, 16:32] = (200, 40, 30)
    Image.fromarray(picture.astype(np.uint8)).save("wall.png")
    move = ("--move", "14,18,20,20:48,10@0.25-0.75")
    ran = sora("animate", "wall.png", *move, *TINY, "-d", "16f", "--fps", "16", "--quality", "lossless", "-o", "m.mkv")
    assert ran.code == 0, ran.err
    frames = media.read("m.mkv").frames
    np.testing.assert_array_equal(frames[4], picture)
    last = frames[-1].astype(float)
    assert found_at(frames[-1], picture[20:36, 16:32], (30, 64)) == (30, 64)
    assert psnr(frames[-1, 32:44, 66:78], picture[22:34, 18:30].astype(np.uint8)) > 35
    assert np.abs(last - pattern)[18:38, 14:34].mean() < 40  # of 180: a smooth continuation is 90


def test_what_was_cut_out_is_not_put_back_behind_itself() -> None:
    """A film whose square begins to move late: what earlier frames show in its place is the square itself."""
    film = np.repeat(photo()[None], 12, 0)
    holes = np.zeros((12, *SIZE), np.float32)
    holes[6:, 20:44, 20:44] = 1
    film[:, 20:44, 20:44] = (255, 0, 255)
    film[:, :2] = np.arange(12)[:, None, None, None]  # a film: no two frames are the same
    made = job._filled(lambda done, total: None, film, holes)
    np.testing.assert_array_equal(made[:6], film[:6])
    inside = made[6:, 22:42, 22:42].astype(int)
    assert not ((inside[..., 0] > 200) & (inside[..., 1] < 60) & (inside[..., 2] > 200)).any()


def test_holes_are_the_networks_where_it_can_fill_them() -> None:
    canvas = tasks.inpaint(
        Clip(np.broadcast_to(photo(), (8, *SIZE, 3)), Fraction(16)), np.zeros((8, *SIZE), np.float32)
    )
    move = moves.Move.of("20,16,24,24:40,0")
    out = Overlay(moves=(move,)).on(canvas, options(8), DraftMode.CONTROL)
    assert (out.mask[-1, 16:40, 20:44] == 1).all()
    assert (out.mask[-1, 20:36, 64:80] == 0).all()
    assert not out.mask[0].any()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1,2,3:4,5", "is not a move; write X,Y,W,H:DX,DY"),
        ("nan,2,30,30:4,5", "is not a move"),
        ("1,2,30,30:inf,5", "is not a move"),
        ("1,2,0,30:4,5", "covers no pixels"),
        ("90,2,30,30:-4,5", "its box reaches beyond the frame, which is 96x64"),
        ("-3,2,30,30:4,5", "its box reaches beyond the frame"),
        ("1,2,30,30:80,5", "its path leaves the frame, which is 96x64; DX may be -1..65 and DY -2..32"),
        ("1,2,30,30:0,0", "goes nowhere"),
        ("1,2,30,30:9,9@0.5-0.2", "ends before it begins"),
        ("1,2,30,30:9,9@0.1-9", "the clip lasts 1 s"),
    ],
)
def test_moves_that_cannot_be_meant(text: str, said: str) -> None:
    with pytest.raises(SoraError) as caught:
        moves.Move.of(text).path((96, 64), 16, Fraction(16))
    assert caught.value.exit_code == 2
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


# --- subjects -------------------------------------------------------------------------------------------------------


def own_picture(path: Path, *, alpha: bool = True) -> str:
    pixels = np.zeros((40, 30, 4), np.uint8)
    pixels[4:36, 4:26] = (30, 60, 220, 255)
    Image.fromarray(pixels if alpha else pixels[..., :3]).save(path)
    return str(path)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("a.png", ("a.png", "", "")),
        ("a.png:my dog", ("a.png", "", "my dog")),
        ("b.jpg@1,2,30,40", ("b.jpg", "@1,2,30,40", "")),
        ("x/b.jpg@1,2,30,40:cat", ("x/b.jpg", "@1,2,30,40", "cat")),
        ("c:/b.png", ("c:/b.png", "", "")),
    ],
)
def test_a_subject_is_a_file_a_box_and_a_name(text: str, parts: tuple[str, str, str]) -> None:
    assert notation.parted_subject(text) == parts


def film(prompt: str, *texts: str, **more: Any) -> tuple[Scene, list[str]]:
    cast = tuple(subjects.Subject.of(text) for text in texts)
    made, notes = Plot((Shot(0.0, prompt),), subjects=cast, **more).film(options(64), 3, 64)
    return made.scenes[0], notes


def test_a_subject_plays_whom_the_prompt_names(tmp_path: Path) -> None:
    own = own_picture(tmp_path / "rex.png")

    def roles(prompt: str, *texts: str, **more: Any) -> list[tuple[str, str]]:
        return [(p.name, p.picture and Path(p.picture).name) for p in film(prompt, *texts, **more)[0].performers]

    both = "a cat and a dog walk on a beach"
    assert roles(both, own + ":dog") == [("cat", ""), ("dog", "rex.png")]
    assert roles("a man walks", own + ":man") == [("man walking", "rex.png")]
    assert roles(both, own + ":puppy") == [("cat", ""), ("dog", "rex.png")]
    assert roles(both, own) == [("cat", "rex.png"), ("dog", "")]
    assert roles(both, own + ":dog", alone=True) == [("dog", "rex.png")]
    assert roles("an empty beach at sunset", own) == [("picture", "rex.png")]
    assert roles("", own) == [("picture", "rex.png")]
    rex, _ = film("bello runs to the left on a beach", own + ":bello")
    assert [(p.name, p.action, p.direction) for p in rex.performers] == [("bello", "run", "left")]
    again = file.parse(file.text([file_format.Shot(rex, 4.0)]), Path())[0].scene
    assert again.performers == rex.performers


def test_who_is_left_alone_has_no_partner_who_is_gone(tmp_path: Path) -> None:
    own = own_picture(tmp_path / "rex.png")
    scene, notes = film("a cat chases a dog", own + ":cat", alone=True)
    assert [(p.name, p.partner, p.relation) for p in scene.performers] == [("cat", -1, "")]
    assert notes[-1] == "the draft is shown instead of 'dog'."


def test_a_box_of_a_photograph_is_cut_out_with_a_soft_edge(tmp_path: Path) -> None:
    from soracli.scenes import cutout

    Image.fromarray(photo()).save(tmp_path / "p.png")
    cut = np.asarray(cutout.read(f"{tmp_path / 'p.png'}@10,20,40,30"))
    assert abs(cut.shape[0] - 30) <= 4
    assert abs(cut.shape[1] - 40) <= 4
    assert cut[cut.shape[0] // 2, cut.shape[1] // 2, 3] == 255
    assert 0 < cut[0, cut.shape[1] // 2, 3] < 128
    assert psnr(cut[8:-8, 8:-8, :3], photo()[28:42, 18:42]) > 20 or cut.shape != (30, 40, 4)


# --- the command line -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("generate", "x", "--draft", "none.webm"), 3, "none.webm: no such file"),
        (("generate", "x", "--draft", "flat.png"), 3, "flat.png: is opaque, so nothing says what of it counts"),
        (("generate", "x", "--draft", "empty.png"), 3, "empty.png: all of it is transparent"),
        (("generate", "x", "--draft", "grey.png", "--key", "magenta"), 3, "is of the key colour magenta"),
        (("generate", "x", "--draft", "rex.png", "--key", "green"), 2, "--key green: has no effect"),
        (("generate", "x", "--draft", "flat.png", "--key", "grenn"), 2, "--key grenn: is not a colour"),
        (("generate", "x", "--key", "green"), 2, "--key green: has no effect without --draft"),
        (("generate", "a dog", "--subject", "none.png:dog"), 3, "none.png: no such file"),
        (("generate", "a dog", "--subject", "flat.png:dog"), 3, "flat.png: it has no alpha"),
        (("generate", "a dog", "--subject", "flat.png@90,0,30,30:dog"), 2, "beyond the picture, which is 96x64"),
        (("generate", "a dog", "--subject", "rex.png:cow"), 2, "called so; there is 'dog'"),
        (("generate", "a dog", "--subject", "-:dog"), 2, "give it as a file"),
        (("animate", "flat.png", "--move", "1,2,30,30:99,0"), 2, "its path leaves the frame"),
        (("edit", "clip.mp4", "--from", "0s", "--move", "1,2,30,30:9,0"), 2, "--from, --to: do not go with"),
    ],
)
def test_what_is_wrong_is_one_line(sora: Sora, words: tuple[str, ...], code: int, said: str) -> None:
    own_picture(Path("rex.png"))
    Image.fromarray(photo()).save("flat.png")
    Image.fromarray(np.zeros((64, 64, 4), np.uint8)).save("empty.png")
    Image.fromarray(np.full((64, 64, 3), 128, np.uint8)).save("grey.png")
    with media.Writer(Path("clip.mp4"), SIZE[1], SIZE[0], Fraction(16)) as writer:
        writer.add(np.repeat(photo()[None], 8, 0))
    ran = sora(*words, *TINY, "--dry-run")
    assert ran.code == code, ran.err
    assert said in ran.err
    assert ran.err.count("\n") == 1


def test_open_models_are_shown_subjects_or_refuse_them(sora: Sora) -> None:
    """VACE: any picture, a latent frame each; a name is not read, and another picture makes another result."""
    for kind in ("vace", "t2v"):
        open_folder.write(Path(kind), kind)
    own_picture(Path("rex.png"))
    own_picture(Path("flat.png"), alpha=False)
    call = ("image", "a fox", "-s", "64x32", "--steps", "1", "--seed", "1", "--json")
    plain = json.loads(sora(*call, "-m", "./vace", "--dry-run").out)["data"]
    both = json.loads(
        sora(*call, "-m", "./vace", "--subject", "flat.png", "--subject", "rex.png:dog", "--dry-run").out
    )["data"]
    assert both["plan"]["tokens"] == 3 * plain["plan"]["tokens"]
    assert "--subject rex.png:dog: vace reads no names; the prompt says who is who." in both["notes"]
    digests = set()
    for given in ((), ("--subject", "rex.png"), ("--subject", "flat.png"), ("--subject", "flat.png@4,4,20,20")):
        ran = sora(*call, "-m", "./vace", *given, "-o", f"{len(digests)}.png")
        assert ran.code == 0, ran.err
        digests.add(json.loads(ran.out)["data"]["frames_sha256"])
    assert len(digests) == 4
    ran = sora(*call, "-m", "./t2v", "--subject", "rex.png", "--dry-run")
    assert (ran.code, ran.err.count("\n")) == (2, 1)
    assert "'t2v' was not trained with pictures of subjects; use wan-vace-1.3b, wan-vace-14b or spark" in ran.err


def test_footage_is_changed_by_hand_and_made_again(sora: Sora) -> None:
    """A picture with a moved region, a draft and a subject: the rest stands still, and a replay finds all of it."""
    Image.fromarray(photo()).save("p.png")
    own_picture(Path("rex.png"))
    write(Path("d.webp"), 8)
    words = ("--move", "4,4,20,20:8,0", "--draft", "d.webp", "--subject", "rex.png", "-d", "8f", "--fps", "16")
    ran = sora("animate", "p.png", *words, *TINY, "--seed", "1", "--quality", "lossless", "-o", "a.webm", "--json")
    assert ran.code == 0, ran.err
    data = json.loads(ran.out)["data"]
    assert {row["name"] for row in data["inputs"]} == {"p.png", "d.webp", "rex.png"}
    assert data["arguments"]["subject"] == ["rex.png"]
    assert data["watermark"].startswith("none")
    frames = media.read("a.webm").frames
    assert np.abs(frames[4, 30, 62].astype(int) - (200, 40, 40)).max() <= 12  # the draft lies over all
    assert (np.abs(frames[4].astype(int) - (30, 60, 220)).max(-1) < 20).sum() > 100  # the subject beneath it
    assert np.abs(frames[4, 60:, 90:].astype(int) - photo()[60:, 90:]).max() <= 1
    again = sora("replay", "a.webm", "--check")
    assert again.code == 0, again.err


def test_a_clip_keeps_its_sound_and_what_is_not_moved(sora: Sora) -> None:
    with media.Writer(Path("c.mkv"), SIZE[1], SIZE[0], Fraction(16), quality="lossless") as writer:
        writer.add(np.stack([photo(seed=0)] * 8))
    for verb in ("edit", "inpaint"):
        ran = sora(verb, "c.mkv", "--move", "4,4,20,20:30,8", *TINY, "-o", f"{verb}.mkv", "--quality", "lossless")
        assert ran.code == 0, ran.err
        frames = media.read(f"{verb}.mkv").frames
        assert len(frames) == 8
        assert psnr(frames[-1, 16:28, 38:50], photo()[8:20, 8:20]) > 35
        assert (np.abs(frames[:, 40:].astype(int) - photo()[40:]) <= 1).all()


# --- scenes by keys -------------------------------------------------------------------------------------------------

FILM = (
    'place = "beach"\n[[shot]]\nseconds = 1\n[[shot.performer]]\nname = "dog"\naction = "walk"\n[[shot]]\nseconds = 1\n'
)


def test_keys_of_a_scene_are_set() -> None:
    text = edits.edited(FILM, [("shot.1.performer.1.action", "run"), ("shot.2.seed", "9"), ("time", "night")])
    one, two = file.parse(text, Path())
    assert one.scene.performers[0].action == "run"
    assert (one.scene.seed, two.scene.seed) == (0, 9)
    assert one.scene.time == two.scene.time == "night"
    autumn = edits.edited(FILM, [("shot.2.season", "autumn")])
    assert [shot.scene.season for shot in file.parse(autumn, Path())] == ["", "autumn"]
    assert "season" not in edits.edited(autumn, [("shot.2.season", "")])
    taken = edits.edited(text, [("shot.1.performer.1.direction", "left"), ("shot.1.performer.1.colour", "")])
    assert file.parse(taken, Path())[0].scene.performers[0].direction == "left"


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("performer.1.action", "run", "there are 2 shots; say of which: shot.1.performer.1.action"),
        ("shot.2.season", "monsoon", "season = 'monsoon'"),
        ("shot.3.seed", "1", "shot 3 is not in the scene; there are 2"),
        ("shot.1.performer.2.action", "run", "performer 2 is not in the scene; there is 1"),
        ("shot.1.performer.1.acton", "run", "no such key (did you mean action?)"),
        ("shot.1.performer.1.picture", "/etc/passwd", "a performer has no such key"),
        ("shot.1.performer.1.action", "rum", "did you mean 'run'"),
        ("shot.1.performer.1.size", "nan", "must be a number"),
        ("shot.1.wether", "rain", "no such key (did you mean weather?)"),
        ("time", "midnigt", "'night'"),
    ],
)
def test_keys_that_a_scene_has_not(key: str, value: str, said: str) -> None:
    with pytest.raises(SoraError, match="--set") as caught:
        edits.edited(FILM, [(key, value)])
    assert caught.value.exit_code == 2
    assert said in str(caught.value)


@pytest.mark.usefixtures("staged")
def test_one_shot_is_painted_anew_and_the_others_stay(sora: Sora) -> None:
    Path("film.toml").write_text(
        FILM.replace("seconds = 1", "seconds = 1.1", 1) + '[[shot]]\nplace = "moon"\ncamera = "pan left"\nseconds = 1\n'
    )
    lossless = ("--quality", "lossless")
    ran = sora("generate", "--scene", "film.toml", *TINY, "--seed", "3", "-o", "f.webm", *lossless)
    assert ran.code == 0, ran.err
    assert "the shot at 1.1s begins at 1s: 8 frames are painted together." in ran.err
    assert sora("replay", "f.webm", "--check").code == 0
    assert sora("replay", "f.webm", "--shot", "2").code == 2
    assert sora("replay", "f.webm", "--shot", "2", "--seed", "9", "-o", "g.webm", *lossless).code == 0
    assert sora("replay", "f.webm", "--set", "shot.2.seed=9", "-o", "h.webm", *lossless).code == 0
    first, second, third = (media.read(name).frames for name in ("f.webm", "g.webm", "h.webm"))
    changed = [bool((a != b).any()) for a, b in zip(first, second, strict=True)]
    assert changed == [False] * 16 + [True] * 16 + [False] * (len(first) - 32)
    assert (second == third).all()
    assert sora("replay", "g.webm", "--check").code == 0  # the recipe holds the changed scene


@pytest.mark.usefixtures("staged")
def test_a_performer_is_told_to_do_something_else(sora: Sora) -> None:
    own_picture(Path("rex.png"))
    words = ("generate", "my dog walks to the right on a beach", "--subject", "rex.png:dog", "-d", "8f")
    assert sora(*words, *TINY, "--seed", "3", "-o", "a.webm", "--quality", "lossless").code == 0
    ran = sora(
        "replay", "a.webm", "--set", "performer.1.action=jump", "--set", "camera=static", "-o", "b.webm", "--json"
    )
    assert ran.code == 0, ran.err
    data = json.loads(ran.out)["data"]
    assert 'action = "jump"' in data["scene"]
    assert 'picture = "rex.png"' in data["scene"]
    assert [row["name"] for row in data["inputs"]] == ["rex.png"]
    assert sora("replay", "b.webm", "--check").code == 0
    Path("rex.png").unlink()
    lost = sora("replay", "b.webm", "--check")
    assert (lost.code, "rex.png: not found beside" in lost.err) == (3, True)


@pytest.mark.usefixtures("staged")
def test_a_strangers_scene_reads_no_file_of_mine(sora: Sora) -> None:
    own_picture(Path("mine.png"))
    sly = "seconds = 1\nperformer = [{ picture = 'mine.png' }]\n"
    plain = 'seconds = 1.0\n\n[[performer]]\npicture = "mine.png"\n'
    base = json.loads(sora("generate", "a dog", *TINY, "--dry-run", "--json", "--seed", "1").out)["data"]
    for text, said in ((sly, "names pictures in another way"), (plain, "mine.png: not found beside")):
        recipe = base | {"arguments": {"scene": text}, "inputs": [], "scene": text}
        with media.Writer(Path("s.mp4"), 64, 64, Fraction(16), recipe=recipe, force=True) as writer:
            writer.add(np.zeros((4, 64, 64, 3), np.uint8))
        for more in ((), ("--set", "time=night")):
            ran = sora("replay", "s.mp4", *more, "--dry-run")
            assert (ran.code, said in ran.err) == (3, True), ran.err


@pytest.mark.usefixtures("staged")
def test_a_draft_is_shown_instead_of_the_prompts_performers(sora: Sora) -> None:
    assert (
        sora("animatic", "a dog walks on a beach", "-d", "8f", "--seed", "1", "-s", "64x64", "-o", "d.webp").code == 0
    )
    ran = sora("generate", "a dog on a beach", "--draft", "d.webp", *TINY, "-o", "g.webm", "--quality", "lossless")
    assert ran.code == 0, ran.err
    assert "the draft is shown instead of 'dog'" in ran.err
    source, alpha = media.read_layer("d.webp")
    made = media.read("g.webm").frames
    assert made.shape == source.clip.frames.shape  # as large, as fast and as long as the draft
    covered = alpha == 255
    assert np.abs(made[covered].astype(int) - source.clip.frames[covered]).mean() < 8  # but for the mark
    refused = sora("generate", "a dog on a beach", "-e", *TINY, "--dry-run")
    assert (refused.code, "--expand: tiny reads a prompt into a scene" in refused.err) == (2, True)


def test_scenes_that_prompts_are_read_into_stay_what_they_are_when_written() -> None:
    for prompt in (
        "two penguins hop in falling snow",
        "a cat chases a mouse",
        "a bus drives away",
        "a bird on a horse",
    ):
        made, _ = Plot((Shot(0.0, prompt),)).film(options(480), 5, 480)
        scene = made.scenes[0]
        again = file.parse(file.text([file_format.Shot(*made.timed(480)[0])]), Path())[0].scene
        for ours, theirs in zip(again.performers, scene.performers, strict=True):
            assert plain(ours) == plain(theirs), prompt
        assert dataclasses.replace(again, performers=()) == dataclasses.replace(scene, performers=())


def plain(performer: Performer) -> Performer:
    """Without a partner to whom it has no relation."""
    return performer if performer.relation else dataclasses.replace(performer, partner=-1)
