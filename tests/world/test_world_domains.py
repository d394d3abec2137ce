"""The three domains beside scenery: panoramas, solids and studio, from small made-up maps and drawings."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from soracli.errors import WeightsError
from soracli.world import billboards, maps, panorama, persistent, poses, solids, studio, tracing
from soracli.world.assets import ActorBank
from soracli.world.domain import Frame, Painted
from soracli.world.language.actors import CORE_ACTORS
from soracli.world.scene import Performer, Scene
from soracli.world.scenes import is_heldout

CPU = torch.device("cpu")
PAINTERS = {"panorama": panorama.paint, "solid": solids.paint, "studio": studio.paint}
SAMPLERS = {"panorama": panorama.sample_panorama, "solid": solids.sample_solid, "studio": studio.sample_studio}


def film(width: int = 48, height: int = 32, times: tuple[float, ...] = (0.0, 1.0, 2.0)) -> Frame:
    return Frame(width, height, torch.tensor(times, dtype=torch.float64))


def one_colour(level: float) -> torch.Tensor:
    return torch.full((64, 128, 3), level).to(torch.uint8)


@pytest.fixture(scope="module")
def bank() -> ActorBank:
    """Every actor is a red square in the lower half of its cell; every place is grey above and green below."""
    names = dict.fromkeys([*(who.name for who in CORE_ACTORS), *studio.actors()])
    drawing = torch.zeros(128, 128, 4, dtype=torch.uint8)
    drawing[56:120, 32:96] = torch.tensor([255, 0, 0, 255], dtype=torch.uint8)
    frames = drawing.expand(len(names), 36, -1, -1, -1)
    sky = one_colour(120)
    sky[32:, :, ::2] = 60
    half = one_colour(20)
    half[:, 64:] = 230  # planets: dark in the west, bright in the east
    built = maps.Maps.build({"park": sky}, {"mars": half})
    places, planets = (*maps.PLACES, maps.SPACE), dict.fromkeys(maps.PLANETS, built.planet("mars"))
    everywhere = maps.Maps(
        dict.fromkeys(places, built.sky("park")),
        planets,
        dict.fromkeys(places, built.light("park")),
        dict.fromkeys(places, built.picture("park")),
        dict.fromkeys(places, built.mirror("park")),
    )
    return maps.with_maps(ActorBank(tuple(names), frames), everywhere)


def show(scene: Scene, bank: ActorBank, frame: Frame) -> Painted:
    return PAINTERS[scene.domain]([scene], frame, bank, CPU)


def solid(*performers: Performer, place: str = "park", camera: str = "static", seed: int = 1) -> Scene:
    return Scene("solid", performers, place, "day", camera=camera, seed=seed)


@pytest.mark.parametrize("domain", PAINTERS)
def test_samples_render_anywhere_and_alone_as_in_a_batch(domain: str, bank: ActorBank) -> None:
    rng = np.random.default_rng(3)
    scenes = [SAMPLERS[domain](rng, "any") for _ in range(5)]
    frame = film(40, 56)
    together = PAINTERS[domain](scenes, frame, bank, CPU)
    most = max(len(scene.performers) for scene in scenes)
    assert together.pixels.shape == (5, 3, 56, 40, 3)
    assert together.boxes.shape == (5, 3, most, 4)
    assert together.visible.shape == (5, 3, most)
    assert together.camera.shape == (5, 3, 3)
    for number, scene in enumerate(scenes):
        alone = PAINTERS[domain]([scene], frame, bank, CPU)
        assert torch.equal(alone.pixels[0], together.pixels[number])
        assert torch.equal(alone.boxes[0], together.boxes[number, :, : len(scene.performers)])
        last = PAINTERS[domain]([scene], film(40, 56, (2.0,)), bank, CPU)
        assert torch.equal(last.pixels[0, 0], alone.pixels[0, 2])  # any frame can be rendered on its own
        described = {"panorama": panorama, "solid": solids, "studio": studio}[domain].describe(scene)
        assert described["actor"] == scene.performers[0].name
        assert described["place"] == scene.place
        assert described["where"].startswith(("in ", "on ", "above ", "among "))


@pytest.mark.parametrize("domain", SAMPLERS)
def test_samplers_are_split_and_repeatable(domain: str) -> None:
    draw = SAMPLERS[domain]
    for split in ("train", "heldout"):
        scenes = [draw(np.random.default_rng(seed), split) for seed in range(20)]
        assert all(is_heldout(scene.triple) == (split == "heldout") for scene in scenes)
        assert scenes == [draw(np.random.default_rng(seed), split) for seed in range(20)]
        assert len({scene.triple for scene in scenes}) > 8


def test_a_bank_without_maps_is_refused(bank: ActorBank) -> None:
    bare = ActorBank(bank.names, bank.frames)
    with pytest.raises(WeightsError, match="with_maps"):
        solids.paint([solid(Performer("ball", "stand"))], film(), bare, CPU)
    with pytest.raises(WeightsError, match="panorama 'nowhere'"):
        maps.maps_of(bank).sky("nowhere")


def test_log_pictures_round_trip_and_holes_are_mended() -> None:
    light = torch.tensor([0.0, 0.1, 1.0, 30.0])
    assert torch.allclose(maps.decode(maps.encode(light)), light, rtol=1e-3, atol=1e-5)
    sky = one_colour(200)
    sky[20:25, 20:25] = torch.tensor([5, 5, 90]).to(torch.uint8)  # a burnt-out sun
    built = maps.Maps.build({"park": sky}, {})
    assert built.sky("park").min() > 150


def test_panoramas_are_looked_up_without_a_seam() -> None:
    table = maps.directions(16, 32)[None]  # each direction's own vector
    way = tracing.unit(torch.tensor([[0.01, 0.3, 1.0], [-0.01, 0.3, 1.0], [0.5, -0.2, -1.0]]))
    found = maps.look(table, torch.zeros(3, dtype=torch.int64), way)
    assert (tracing.unit(found) - way).abs().max() < 0.03


def test_light_comes_from_where_the_panorama_is_bright() -> None:
    sky = one_colour(80)
    sky[8:12, 88:92] = 255
    light = maps.shed(maps.decode(torch.from_numpy(np.kron(sky.numpy(), np.ones((8, 8, 1))))))
    expected = maps.directions(64, 128)[10, 90]
    assert float(light.towards @ expected) > 0.99
    assert light.lamp.min() > light.ambient.mean()


@pytest.mark.parametrize("kind", [name for name in tracing.KINDS if name != "ball"])
def test_marching_finds_the_surface_and_its_normal(kind: str) -> None:
    world = tracing.World(
        torch.tensor([[tracing.KINDS.index(kind)]]),
        torch.tensor([[[0.2, 1.0, -0.1]]]),
        poses.about(1, torch.tensor([0.6]))[None],
        torch.tensor([[0.7]]),
        torch.tensor([False]),
    )
    generator = torch.Generator().manual_seed(0)
    start = torch.nn.functional.normalize(torch.randn(400, 3, generator=generator), dim=1) * 4
    aim = world.middle[0] + 0.5 * torch.randn(400, 3, generator=generator)
    none = torch.zeros(400, dtype=torch.int64)
    rays = tracing.Rays(none, start, tracing.unit(aim - start), none - 1)
    hits = tracing.trace(world, rays)
    hit = hits.solid == 0
    assert 40 < int(hit.sum()) < 400
    shape = tracing.SHAPES[kind]
    assert shape.distance(hits.local[hit]).abs().max() < 3e-3
    assert tracing.norm(hits.local[hit]).max() <= shape.bound + 0.02
    assert (tracing.dot(hits.normal[hit], rays.way[hit]) < 0.05).float().mean() > 0.98  # but on a disc's thin edge
    # Nothing was missed: points along a ray that hits nothing are all outside.
    back = world.turn[0, 0].T
    for along in torch.linspace(0, 8, 60):
        local = (rays.start + along * rays.way - world.middle[0]) @ back.T / 0.7
        assert (shape.distance(local[~hit]) > -0.02).all()


def test_a_ball_is_round_where_the_camera_puts_it(bank: ActorBank) -> None:
    frame = film(96, 64, (0.0,))
    painted = show(solid(Performer("ball", "stand", size=0.4, colour="red")), bank, frame)
    x0, y0, x1, y1 = painted.boxes[0, 0, 0].tolist()
    assert (x0 + x1) / 2 == pytest.approx(48, abs=1)
    assert x1 - x0 == pytest.approx(0.4 * 64, abs=2)
    assert y1 - y0 == pytest.approx(x1 - x0, abs=2)
    assert painted.visible[0, 0, 0] == 1
    red, green, blue = painted.pixels[0, 0, int(y0 + y1) // 2, 48].tolist()
    assert red > 2 * max(green, blue)


def test_the_nearer_solid_hides_the_farther_and_the_frame_cuts(bank: ActorBank) -> None:
    near = Performer("cube", "stand", size=0.4, depth=0.8, colour="blue")
    far = Performer("ball", "stand", size=0.3, depth=0.2, colour="red")
    painted = show(solid(far, near), bank, film(96, 64, (0.0,)))
    assert painted.visible[0, 0, 0] < 0.5
    assert painted.visible[0, 0, 1] > 0.99
    cut = Performer("ball", "stand", size=0.4, x=0.0, colour="red")
    assert show(solid(cut), bank, film(96, 64, (0.0,))).visible[0, 0, 0] == pytest.approx(0.5, abs=0.12)


def test_solids_shade_the_floor(bank: ActorBank) -> None:
    frame = film(96, 64, (0.0,))
    empty = show(solid(Performer("ball", "stand", size=0.01, x=0.9)), bank, frame).pixels[0, 0].float()
    scene = show(solid(Performer("ball", "stand", size=0.4)), bank, frame)
    _, _, _, y1 = (int(v) for v in scene.boxes[0, 0, 0])
    under, clear = scene.pixels[0, 0, y1 + 1, 44:52].float().mean(), empty[y1 + 1, 44:52].mean()
    assert under < 0.85 * clear


def test_bouncing_rolling_falling_follow_their_verbs(bank: ActorBank) -> None:
    times = tuple(i / 6 for i in range(25))
    frame = film(96, 54, times)

    def path(action: str, direction: str = "", x: float = 0.5) -> torch.Tensor:
        scene = solid(Performer("ball", action, direction, size=0.3, x=x, phase=0.0))
        return poses.pose(scene, 0, frame).middle

    bounce = path("bounce")
    assert bounce[:, 1].min() >= 0.6 - 1e-9  # never below the floor
    assert bounce[:, 1].max() > 1.2
    right, left = path("roll", "right", 0.2)[:, 0], path("roll", "left", 0.8)[:, 0]
    assert (right.diff() > 0).all()
    assert (left.diff() < 0).all()
    fall = path("fall")[:, 1]
    assert fall[0] > 2.5
    assert fall[-1] == pytest.approx(0.6, abs=0.02)


def test_an_orbit_turns_the_world_and_a_planet_turns_its_face(bank: ActorBank) -> None:
    frame = film(64, 48, (0.0, 2.0))
    still = show(solid(Performer("cube", "stand", size=0.4)), bank, frame)
    orbit = show(solid(Performer("cube", "stand", size=0.4), camera="orbit"), bank, frame)
    assert torch.equal(still.pixels[0, 0], still.pixels[0, 1])
    assert not torch.equal(orbit.pixels[0, 0], orbit.pixels[0, 1])
    assert orbit.camera[0, 1, 0] == pytest.approx(0, abs=1e-6)
    assert orbit.camera[0, 0, 0] < -0.5
    planet = Scene("solid", (Performer("mars", "spin", size=0.7),), maps.SPACE, "", seed=4)
    shown = show(planet, bank, film(64, 48, tuple(range(13)))).pixels[0].float()
    middle = shown[:, 20:28, 28:36].mean((1, 2, 3))
    assert middle.max() > 1.3 * middle.min()


def test_saturn_has_a_ring_wider_than_its_ball(bank: ActorBank) -> None:
    scene = Scene("solid", (Performer("saturn", "spin", size=0.8),), maps.SPACE, "", seed=4)
    x0, y0, x1, y1 = show(scene, bank, film(96, 64, (0.0,))).boxes[0, 0, 0].tolist()
    assert x1 - x0 > 1.3 * (y1 - y0)


def stand(camera: str = "static", **changes: object) -> Scene:
    performer = Performer("dog", "stand", size=0.4)
    return Scene("panorama", (performer,), "park", "day", camera=camera, seed=2)


def test_a_pan_moves_the_performer_with_the_place(bank: ActorBank) -> None:
    frame = film(96, 64, (1.0, 2.0, 3.0))
    centre = {}
    for camera in ("static", "pan right", "pan left"):
        boxes = show(stand(camera), bank, frame).boxes[0, :, 0]
        centre[camera] = (boxes[:, 0] + boxes[:, 2]) / 2
    assert centre["static"].diff().abs().max() < 1
    assert (centre["pan right"].diff() < -5).all()
    assert (centre["pan left"].diff() > 5).all()
    assert abs(centre["pan right"][1] - centre["static"][1]) < 1  # after two seconds they agree
    where = torch.full((3,), 0.5, dtype=torch.float64)
    x, _, _ = panorama.seen_at(where, where, panorama.turning(stand("pan right"), frame), frame)
    expected = 48 - 64 * panorama.lens(frame) * math.tan(panorama.PAN)
    assert float(x[2]) == pytest.approx(expected, abs=1)


def test_tilt_and_zoom(bank: ActorBank) -> None:
    frame = film(96, 64, (1.0, 3.0))
    up = show(stand("tilt up"), bank, frame)
    assert up.boxes[0, 1, 0, 1] > up.boxes[0, 0, 0, 1] + 4  # the camera looks up, the dog sinks
    assert up.camera[0, 1, 1] < up.camera[0, 0, 1]
    zoom = show(stand("zoom in"), bank, frame)
    width = zoom.boxes[0, :, 0, 2] - zoom.boxes[0, :, 0, 0]
    assert width[1] > 1.1 * width[0]
    assert zoom.camera[0, 1, 2] > zoom.camera[0, 0, 2]


def test_tracking_keeps_the_lead_in_the_middle(bank: ActorBank) -> None:
    performer = Performer("dog", "run", "right", size=0.4, x=0.2)
    scene = Scene("panorama", (performer,), "park", "day", camera="tracking", seed=2)
    boxes = show(scene, bank, film(96, 64, (0.0, 2.0, 4.0))).boxes[0, :, 0]
    assert ((boxes[:, 0] + boxes[:, 2]) / 2 - 48).abs().max() < 2


def test_sky_is_above_and_ground_below(bank: ActorBank) -> None:
    picture = show(stand(), bank, film(48, 32, (0.0,))).pixels[0, 0].float()
    assert picture[2].std(-1).mean() < 3  # grey
    assert picture[-2, :, 1].mean() > picture[-2, :, 0].mean() + 20  # green


def test_overlay_counts_what_is_hidden_and_cut() -> None:
    art = torch.zeros(1, 4, 20, 20)
    art[:, 0], art[:, 3] = 1, 1
    one = torch.ones(1, dtype=torch.float64)

    def board(x: float) -> billboards.Board:
        return billboards.Board(art, torch.zeros(1, dtype=torch.int64), x * one, 20 * one, 20 * one, 0 * one)

    picture = torch.zeros(1, 3, 40, 60)
    boxes, visible = billboards.tracks(*billboards.overlay(picture, [board(20), board(30), board(60)], torch.ones(3)))
    assert visible[0].tolist() == pytest.approx([0.5, 1.0, 0.5], abs=0.06)
    assert boxes[0, 1].tolist() == [20, 10, 40, 30]
    assert picture[0, 0, 20, 30] == 1


def test_paint_stays_where_the_brush_has_been() -> None:
    frame = film(64, 48, tuple(i / 4 for i in range(20)))
    for name in persistent.FIGURES:
        mark = persistent.stroke(persistent.figure(name), 0.03, frame)
        assert mark.cover[0].max() == 0
        assert (mark.cover.diff(dim=0) >= 0).all()
        grown = mark.cover.sum((1, 2))
        assert grown[8] > 0.2 * grown[-1]
        assert grown[8] < 0.9 * grown[-1]
        assert torch.equal(mark.cover[-1], mark.cover[-3])


def test_bites_stay_bitten() -> None:
    art = torch.ones(12, 4, 64, 64)
    times = torch.arange(12, dtype=torch.float64) / 3
    left = persistent.bitten(art, persistent.bites(5), times)[:, 3]
    assert left[0].min() == 1
    assert (left.diff(dim=0) <= 1e-6).all()
    share = left.mean((1, 2))
    assert share[-1] < 0.6
    assert left[-1, :, 50:].mean() < 0.1  # nothing hangs in the air on the right


def test_a_painted_scene_keeps_its_figure(bank: ActorBank) -> None:
    figure = Performer("heart", "appear", size=0.7, colour="red", partner=0)
    scene = Scene("studio", (Performer("paintbrush", "paint", size=0.5, partner=1), figure), "canvas", "")
    painted = show(scene, bank, film(96, 64, (0.0, 2.0, 6.0)))
    assert painted.visible[0, 0, 1] == 0
    assert painted.visible[0, 2, 1] > 0.95
    assert painted.boxes[0, 0, 1].sum() == 0
    x0, y0, x1, y1 = painted.boxes[0, 2, 1].tolist()
    assert x1 - x0 > 30
    assert y1 - y0 > 30
    assert studio.describe(scene)["second_colour"] == "red"


@pytest.mark.parametrize(("name", "action"), [("wave", "flow"), ("circle", "expand"), ("particle", "rise")])
def test_loops_meet_their_beginning(name: str, action: str, bank: ActorBank) -> None:
    scene = Scene("studio", (Performer(name, action, colour="orange"),), "blue background", "", seed=9)
    pixels = show(scene, bank, film(48, 32, (0.0, 1.3, 4.0))).pixels[0].int()
    assert (pixels[0] - pixels[2]).abs().max() <= 1
    assert (pixels[0] - pixels[1]).abs().float().mean() > 1


def test_close_ups_grow_and_shrink(bank: ActorBank) -> None:
    frame = film(64, 48, (0.0, 3.5))
    for action, sign in (("grow", 1), ("shrink", -1)):
        scene = Scene("studio", (Performer("lion", action, size=0.8),), "red background", "")
        boxes = show(scene, bank, frame).boxes[0, :, 0]
        width = boxes[:, 2] - boxes[:, 0]
        assert sign * (width[1] - width[0]) > 8


@pytest.mark.gpu
@pytest.mark.parametrize("domain", PAINTERS)
def test_an_accelerator_paints_the_same(domain: str, bank: ActorBank) -> None:
    rng = np.random.default_rng(3)
    scenes = [SAMPLERS[domain](rng, "any") for _ in range(6)]
    here = PAINTERS[domain](scenes, film(96, 64), bank, CPU).pixels.float()
    there = PAINTERS[domain](scenes, film(96, 64), bank, torch.device("cuda")).pixels.cpu().float()
    assert ((here - there).abs() > 2).float().mean() < 0.002
