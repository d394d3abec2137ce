"""What lay behind: films whose truth is known, with something laid over them and removed again."""

from __future__ import annotations

from fractions import Fraction
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import torch
import torch.nn.functional as F
from conftest import Sora

from soracli import media
from soracli.errors import WeightsError
from soracli.footage import borders, motion_layers, optical_flow, patches, registration, tracking, views
from soracli.footage.hole_filling import Filling
from soracli.footage.people import network
from soracli.footage.registration import shrunk
from soracli.footage.removal import Removal
from soracli.models.common import quantise
from soracli.models.rife import Rife
from soracli.types import Canvas, Clip, Frames
from soracli.weights import manifest
from soracli.weights.manifest import tools

Holes = npt.NDArray[np.bool_]


def texture(seed: int, height: int, width: int) -> npt.NDArray[np.float64]:
    """Soft spots of all sizes, with the spectrum of natural pictures: (height, width, 3), levels of 255."""
    rng = np.random.default_rng(seed)
    rows, columns = np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width)
    falling = np.maximum(np.hypot(rows, columns), 0.02) ** -1.4
    planes = [np.fft.irfft2(falling * np.exp(2j * np.pi * rng.random(falling.shape)), (height, width)) for _ in "RGB"]
    return np.stack([128 + 45 * plane / plane.std() for plane in planes], -1).clip(0, 255)


def panned(step: float, count: int = 9, seed: int = 1) -> Frames:
    """A film (count, 96, 128, 3) of a camera that moves over a texture."""
    wide = torch.from_numpy(texture(seed, 96, 256)).permute(2, 0, 1)[None]
    found = []
    for t in range(count):
        at = torch.arange(128) + 10 + step * t
        grid = torch.stack(
            torch.broadcast_tensors((2 * at + 1)[None] / 256 - 1, ((2 * torch.arange(96) + 1) / 96 - 1)[:, None]), -1
        )
        seen = F.grid_sample(wide, grid[None].double(), mode="bicubic", align_corners=False)
        found.append(seen[0].permute(1, 2, 0).round().clamp(0, 255).to(torch.uint8).numpy())
    return np.stack(found)


def covered(film: Frames, step: int = 0, left: int = 48) -> tuple[Frames, Holes]:
    """The film with a square of noise on it, which moves by `step`; and where it is."""
    out, holes = film.copy(), np.zeros(film.shape[:3], bool)
    for t in range(len(film)):
        holes[t, 34:58, left + step * t : left + step * t + 24] = True
        out[t][holes[t]] = np.random.default_rng(7).integers(0, 256, (int(holes[t].sum()), 3))
    return out, holes


def removed(film: Frames, holes: Holes) -> Frames:
    filling = Filling(film, holes)
    assert sum(1 for _ in filling.steps()) == 2 * len(film)
    return filling.frames


def psnr(made: Frames, truth: Frames, where: Holes) -> float:
    return float(10 * np.log10(255**2 / max(float(((made[where].astype(float) - truth[where]) ** 2).mean()), 1e-3)))


def test_a_texture_that_is_panned_behind_a_square_is_given_back_exactly() -> None:
    film = panned(-5)
    pasted, holes = covered(film)
    made = removed(pasted, holes)
    np.testing.assert_array_equal(made[~holes], film[~holes])
    seen = made[2:-2][holes[2:-2]]  # in the very first and last frames the square hides parts that no frame shows
    assert (np.abs(seen.astype(int) - film[2:-2][holes[2:-2]]) <= 1).mean() > 0.98


def test_motion_by_parts_of_a_pixel_is_followed() -> None:
    film = panned(4.37)
    pasted, holes = covered(film, step=1)
    assert psnr(removed(pasted, holes)[2:-2], film[2:-2], holes[2:-2]) > 36


def test_what_a_still_camera_sees_later_is_put_there_before() -> None:
    film = np.repeat(panned(0, 1), 8, 0)
    pasted, holes = covered(film, step=6, left=10)
    np.testing.assert_allclose(removed(pasted, holes)[holes].astype(int), film[holes], atol=1)


def test_it_takes_on_the_light_of_its_frame() -> None:
    light = 0.7 + 0.05 * np.arange(8)
    film = np.rint(panned(0, 1) * light[:, None, None, None] / 1.3).astype(np.uint8)
    pasted, holes = covered(film, step=6, left=10)
    assert psnr(removed(pasted, holes), film, holes) > 34


def test_what_no_frame_shows_is_filled_once_and_holds_still() -> None:
    film = np.repeat(panned(0, 1), 5, 0)
    pasted, holes = covered(film)
    filling = Filling(pasted, holes)
    list(filling.steps())
    assert not filling.found.any()
    assert np.abs(np.diff(filling.frames.astype(int), axis=0)).max() == 0
    inside = filling.frames[0][holes[0]].astype(float)
    assert inside.std(0).min() > 8  # it has texture, and none of the noise
    assert np.abs(inside.mean(0) - film[0].mean((0, 1))).max() < 60


def test_what_moves_differently_behind_the_hole_is_told_apart() -> None:
    """Two strips that move apart, and a hole over both: as one plane they come back at 19 dB."""
    film = panned(2, 14, 1)
    film[:, 48:] = panned(-0.7, 14, 2)[:, 48:]
    pasted, holes = covered(film, step=6, left=10)
    assert psnr(removed(pasted, holes), film, holes) > 21


def test_points_are_split_into_what_moves_together() -> None:
    rng = np.random.default_rng(0)
    points = rng.uniform(0, 200, (400, 2))
    first = rng.random(400) < 0.6
    places = np.where(first[:, None], points + np.array([5, 0.3]), 1.02 * points + np.array([-4, 2])) + rng.normal(
        0, 0.2, (400, 2)
    )
    places[:20] = rng.uniform(0, 200, (20, 2))  # lost ones
    larger, smaller = motion_layers.split(points, places, 4)
    assert (larger[20:] == first[20:]).mean() > 0.97
    assert (smaller[20:] == ~first[20:]).mean() > 0.97
    assert (larger | smaller)[:20].mean() < 0.2
    assert len(motion_layers.split(points, points + np.array([1, 2]), 4)) == 1


def test_tracks_lose_what_is_hidden() -> None:
    usable = np.ones((40, 60), bool)
    usable[:, 30:] = False
    flow = torch.tensor([4.0, 0.0]).view(1, 2, 1, 1).expand(1, 2, 40, 60)
    tracks = motion_layers.Tracks(lambda t: (flow, -flow), lambda t: usable, 1)
    points = np.array([[10.0, 20.0], [24.0, 20.0]])
    places, seen = tracks.followed(points, 0, 2)
    np.testing.assert_allclose(places, points + np.array([8, 0]), atol=1e-3)
    assert seen.tolist() == [True, False]
    back, seen = tracks.followed(points, 2, 1)
    np.testing.assert_allclose(back, points - np.array([4, 0]), atol=1e-3)
    assert seen.all()


def test_one_edge_in_a_plain_picture_tells_how_it_moved() -> None:
    """Most points say nothing: those few that do are not taken for outliers."""
    rng = np.random.default_rng(0)
    seen = []
    for down, right in ((40, 50), (42, 51)):
        plain = torch.full((1, 3, 96, 128), 200.0)
        plain[:, :, down : down + 20, right : right + 25] = 110
        soft = F.avg_pool2d(F.pad(plain, (2, 2, 2, 2), mode="replicate"), 5, 1)[0].permute(1, 2, 0).numpy()
        seen.append(np.rint(soft + rng.normal(0, 1, soft.shape)).astype(np.uint8))
    rows, columns = np.mgrid[4:92:3, 4:124:3]
    points = np.stack([columns.ravel(), rows.ravel()], 1).astype(float)
    one, other = (partial(registration.shrunk, optical_flow.tensor(frame, "cpu")) for frame in seen)
    found, _ = registration.aligned(one, other, points, np.eye(3))
    np.testing.assert_allclose(registration.moved(found, np.array([[62.0, 50.0]])), [[63, 52]], atol=0.15)


def test_shades_meet_those_around_exactly() -> None:
    rng = np.random.default_rng(0)
    given = rng.integers(60, 180, (40, 50, 3)).astype(np.uint8)
    around = np.ones((40, 50), bool)
    around[10:30, 10:40] = False
    apart = np.linspace(-12, 12, 50)[None, :, None].astype(np.float32)
    made = views.shaded(given, given + apart, around)
    assert np.abs(made - given)[~around].max() < 3  # of up to 12
    other = given + apart
    other[:, 45:] += 90  # another thing is shown there: its shades say nothing
    assert np.abs(views.shaded(given, other, around) - given)[~around].max() < 5


def test_nothing_is_brought_over_a_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(optical_flow, "cuts", lambda frames, device: (4,))
    one, other = (
        np.repeat(panned(0, 1, 1), 4, 0),
        np.repeat(panned(0, 1, 1), 4, 0),
    )  # what is behind would be seen there
    film = np.concatenate([one, other])
    pasted, holes = covered(film)
    holes[4:] = False
    pasted[4:] = film[4:]
    removal = Removal(Canvas(Clip(pasted, Fraction(30)), holes.astype(np.float32)))
    for _ in removal.steps():
        pass
    assert not removal.found.any()
    assert "no other frame" in removal.said


def test_a_frame_that_is_hidden_whole_is_taken_from_its_neighbours() -> None:
    film = np.repeat(panned(0, 1), 5, 0)
    holes = np.zeros(film.shape[:3], bool)
    holes[2] = True
    hidden = film.copy()
    hidden[2] = 0
    np.testing.assert_allclose(removed(hidden, holes)[2].astype(int), film[2], atol=1)


# --- around a picture -------------------------------------------------------------------------------------------------


def test_the_part_that_is_given_is_told_from_a_hole() -> None:
    holes = np.ones((2, 20, 30), bool)
    holes[:, 4:, 5:25] = False
    assert borders.inside(holes) == (slice(4, 20), slice(5, 25))
    holes[1, 4] = True  # not the same in all frames
    assert borders.inside(holes) is None
    assert borders.inside(covered(panned(0, 2))[1]) is None
    assert borders.inside(np.zeros((1, 8, 8), bool)) is None
    assert borders.inside(np.ones((1, 8, 8), bool)) is None


def test_beyond_a_border_lies_the_mirror_image_and_grows_soft() -> None:
    picture = panned(0, 1)[0]
    wide = np.zeros((96, 128 + 128, 3), np.uint8)
    wide[:, 64:-64] = picture
    made = borders.continued(wide, (slice(0, 96), slice(64, 192)))
    np.testing.assert_array_equal(made[:, 64:-64], picture)
    mirror = np.pad(picture, ((0, 0), (64, 64), (0, 0)), mode="symmetric").astype(float)
    for near in (np.s_[:, 60:64], np.s_[:, 192:196]):
        assert np.abs(made[near] - mirror[near]).mean() < 3  # no seam
    fine = [np.abs(np.diff(made[:, at : at + 16], axis=0)).mean() for at in (0, 16, 32, 48)]
    assert fine == sorted(fine)
    assert fine[0] < 0.5 * fine[-1]
    np.testing.assert_allclose(made[:, :16].mean((0, 1)), mirror[:, :16].mean((0, 1)), atol=6)


def test_around_a_film_is_what_it_shows_elsewhere_and_else_its_mirror_image() -> None:
    film = panned(-6, count=8)
    given, holes = film.copy(), np.zeros(film.shape[:3], bool)
    holes[:, :, 96:] = True
    given[holes] = 0
    filling = Filling(given, holes)
    list(filling.steps())
    np.testing.assert_array_equal(filling.frames[~holes], film[~holes])
    seen = filling.found & holes
    assert 0.3 < seen.sum() / holes.sum() < 0.9
    assert psnr(filling.frames, film, seen) > 32
    still = np.repeat(given[:1], 4, 0)
    filling = Filling(still, holes[:4])
    list(filling.steps())
    assert not filling.found.any()
    np.testing.assert_array_equal(filling.frames, np.repeat(filling.frames[:1], 4, 0))


# --- one picture ------------------------------------------------------------------------------------------------------


def test_a_pattern_goes_on_in_a_hole() -> None:
    y, x = np.mgrid[:80, :100]
    picture = np.stack([128 + 100 * np.sign(np.sin(x / 2.1)) * np.sign(np.sin(y / 3.1))] * 3, -1).astype(np.float32)
    hole = np.zeros((80, 100), bool)
    hole[30:50, 40:62] = True
    made = patches.filled(np.where(hole[..., None], 0, picture).astype(np.float32), hole)
    np.testing.assert_array_equal(made[~hole], picture[~hole])
    assert np.abs(made - picture)[hole].mean() < 30  # of 200: a guess is 100, grey is 100


def test_a_fill_has_no_rim_where_the_light_differs() -> None:
    """To be filled from the left, which is darker than what lies around the hole."""
    picture = texture(2, 96, 160)
    picture[:, 80:] = (picture[:, 80:] + 45).clip(0, 255)
    hole, usable = np.zeros((96, 160), bool), np.zeros((96, 160), bool)
    hole[32:64, 104:136], usable[:, :80] = True, True
    given = np.where(hole[..., None], 0, picture).astype(np.float32)
    made = patches.filled(given, hole, usable)
    rims = []
    for image in (made, picture):
        apart = [
            np.abs(np.diff(image, axis=axis)).mean(-1)[np.diff(hole.astype(int), axis=axis) != 0] for axis in (0, 1)
        ]
        rims.append(np.concatenate(apart).mean())
    assert rims[0] < 1.2 * rims[1]


@pytest.mark.parametrize("shape", [(16, 16), (7, 40), (20, 9)])
def test_pictures_too_small_for_patches_are_filled_all_the_same(shape: tuple[int, int]) -> None:
    picture = np.full((*shape, 3), 90, np.float32)
    hole = np.zeros(shape, bool)
    hole[2:-2, 2:-2] = True
    picture[hole] = 0
    np.testing.assert_allclose(patches.filled(picture, hole), 90, atol=1)


def test_a_pattern_goes_on_to_the_edges_of_the_picture() -> None:
    y, x = np.mgrid[:90, :400]
    picture = np.stack([128 + 100 * np.sign(np.sin(x / 4.2)) * np.sign(np.sin(y / 6.1))] * 3, -1).astype(np.float32)
    hole = np.zeros((90, 400), bool)
    hole[:24, 150:200] = True
    made = patches.filled(np.where(hole[..., None], 0, picture).astype(np.float32), hole)
    assert np.abs(made - picture)[:4, 154:196].mean() < 50  # of 200: any patches are 100


def test_planes_grow_by_squares() -> None:
    plane = np.zeros((12, 15), bool)
    plane[5, 2] = plane[11, 14] = True
    grown = views.grown(plane, 3)
    wanted = np.zeros_like(plane)
    wanted[2:9, :6] = wanted[8:, 11:] = True
    np.testing.assert_array_equal(grown, wanted)
    assert not views.grown(np.zeros_like(plane), 3).any()


def test_a_picture_without_anything_known_is_left() -> None:
    picture = np.full((20, 20, 3), 50, np.float32)
    assert np.isfinite(patches.filled(picture, np.ones((20, 20), bool))).all()


# --- where pictures lie in one another --------------------------------------------------------------------------------


def test_a_plane_is_found_in_another_picture() -> None:
    whole = torch.from_numpy(texture(3, 160, 200)).permute(2, 0, 1)[None].float() / 255
    matrix = np.array([[1.02, 0.015, 3.3], [-0.02, 0.99, -2.6], [2e-5, -3e-5, 1]])
    rows, columns = np.mgrid[:160, :200]
    places = registration.moved(matrix, np.stack([columns.ravel(), rows.ravel()], 1).astype(float))
    first = registration.sampled(whole, places, "bicubic").reshape(1, 3, 160, 200)
    points = np.random.default_rng(0).uniform([30, 30], [170, 130], (1500, 2))
    sizes = partial(shrunk, first), partial(shrunk, whole)
    found, error = registration.aligned(*sizes, points, np.eye(3), None, (4, 2, 1))
    assert np.abs(registration.moved(found, points) - registration.moved(matrix, points)).max() < 0.1
    assert error < 2


def test_nearly_whole_pixels_are_whole() -> None:
    near = np.array([[1, 0, 3.02], [0, 1, -1.97], [0, 0, 1]])
    points = np.array([[0.0, 0], [50, 50]])
    np.testing.assert_array_equal(registration.whole(near, points), [[1, 0, 3], [0, 1, -2], [0, 0, 1]])
    half = np.array([[1, 0, 3.5], [0, 1, -2], [0, 0, 1]])
    np.testing.assert_array_equal(registration.whole(half, points), half)


def test_a_mask_follows_what_it_was_put_on() -> None:
    film = np.repeat(panned(0, 1), 8, 0)
    thing = texture(5, 24, 30).astype(np.uint8)
    for t in range(8):
        film[t, 20 + 2 * t : 44 + 2 * t, 16 + 7 * t : 46 + 7 * t] = thing
    mask = np.zeros(film.shape[:3], np.float32)
    mask[:, 20:44, 16:46] = 1
    found = tracking.followed(film, mask)
    truth = np.zeros((96, 128), bool)
    truth[34:58, 65:95] = True
    assert ((found[7] > 0) & truth).sum() / ((found[7] > 0) | truth).sum() > 0.9
    np.testing.assert_array_equal(found[0], mask[0])


# --- people -----------------------------------------------------------------------------------------------------------

# What the original says of `figure` at every 48th row and 52nd column, from (16, 24) on: ai-edge-litert 2.3.0.
SURE = [
    1.0, 1.0, 0.629, 0.558, 0.128, 1.0, 1.0, 0.0, 0.093, 0.342, 1.0, 1.0, 0.106, 0.446, 0.267, 1.0, 1.0, 0.497, 0.051,
    0.141, 0.999, 1.0, 0.322, 0.0, 0.0,
]  # fmt: skip


def figure() -> torch.Tensor:
    """(1, 3, 256, 256): a disc over a block on waves."""
    y, x = np.mgrid[:256, :256]
    picture = np.stack([0.5 + 0.4 * np.sin(x / 20 + c) * np.cos(y / (13 + c)) for c in range(3)], -1)
    picture[60:, 80:176] = [0.8, 0.6, 0.5]
    picture[((x - 128) ** 2 + (y - 70) ** 2) < 35**2] = [0.85, 0.65, 0.55]
    return torch.from_numpy(picture.astype(np.float32)).permute(2, 0, 1)[None]


def test_people_are_where_the_original_sees_them() -> None:
    with torch.inference_mode():
        found = network()(figure())[0, 0, 16::48, 24::52].flatten()
    torch.testing.assert_close(found, torch.tensor(SURE), atol=0.002, rtol=0)


def test_the_people_network_is_listed_and_whole() -> None:
    assert manifest.paths(tools()["people"])["network"][0].is_file()
    with pytest.raises(WeightsError, match="does not fit"):
        quantise.filled(Rife(), "people", manifest.paths(tools()["people"])["network"])


# --- the verb ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def film(tmp_path: Path) -> Frames:
    """In a.mp4 a square of another texture that a still camera sees pass."""
    truth = np.repeat(panned(0, 1), 8, 0)
    pasted, holes = covered(truth, step=6, left=10)
    for frame, hole in zip(pasted, holes, strict=True):
        frame[hole] = 255 - texture(5, 24, 24).astype(np.uint8).reshape(-1, 3)
    with media.Writer(tmp_path / "a.mp4", 128, 96, Fraction(24), "mp4", "lossless") as writer:
        writer.add(pasted)
    return truth


def test_inpaint_without_a_prompt_removes(sora: Sora, film: Frames, tmp_path: Path) -> None:
    outcome = sora("inpaint", "a.mp4", "--mask", "10,34,24,24", "--track", "--quality", "lossless", "-o", "b.mp4")
    assert outcome.code == 0, outcome.err
    assert "found in other frames" in outcome.err
    made = media.read(str(tmp_path / "b.mp4")).frames
    given = media.read(str(tmp_path / "a.mp4")).frames
    _, holes = covered(film, step=6, left=10)
    np.testing.assert_array_equal(made[0][~holes[0]], given[0][~holes[0]])
    assert psnr(made, film, holes) > 30
    info = media.info(str(tmp_path / "b.mp4")).recipe or {}
    assert info["filled"] is True
    assert info["networks"]["rife"] == manifest.digest(tools()["rife"])
    assert sora("replay", "b.mp4", "--check").code == 0


def test_a_picture_is_filled_too(sora: Sora, film: Frames, tmp_path: Path) -> None:
    from PIL import Image

    Image.fromarray(film[0]).save(tmp_path / "p.png")
    outcome = sora("inpaint", "p.png", "remove", "--mask", "40,30,20,20", "-o", "q.png")
    assert outcome.code == 0, outcome.err
    made = np.asarray(Image.open(tmp_path / "q.png").convert("RGB"))
    hole = np.zeros((96, 128), bool)
    hole[30:50, 40:60] = True
    np.testing.assert_array_equal(made[~hole], film[0][~hole])
    assert (made[hole] != film[0][hole]).any()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--outpaint", "0,8,0,8", "--track"), "--track: has no effect without --mask"),
        (("--mask", "person", "--track"), "--track: does not go with this mask"),
        (("--mask", "person"), "--mask person: nobody was found"),
        (("--mask", "0,0,128,96"), "--mask: covers all there is"),
        (("--mask", "0,0,12,9", "-n", "2"), "--count, --seed: what is removed comes out the same"),
    ],
)
def test_masks_that_cannot_be_are_refused(sora: Sora, film: Frames, words: tuple[str, ...], message: str) -> None:
    outcome = sora("inpaint", "a.mp4", *words)
    assert outcome.code == 2
    assert message in outcome.err
