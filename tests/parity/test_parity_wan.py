"""Wan through our sampler against diffusers' pipelines: same tiny weights, same noise, same latents and frames."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import oracle
import pytest
import torch
from deviation import within
from oracle import NEGATIVE, PROMPT

oracle.needed()

from open_models import canvas, frames_of, loaded, painted, pixels, request  # noqa: E402

from soracli.card import ModelOptions  # noqa: E402
from soracli.models.common.clip_vision import prepared  # noqa: E402
from soracli.scenes.subjects import Subject  # noqa: E402
from soracli.types import Canvas, Frames  # noqa: E402

pytestmark = pytest.mark.filterwarnings("ignore")
SIZE = (13, 32, 48)
Pair = tuple[Any, Any]


def pair(tmp: pytest.TempPathFactory, kind: str, solver: str = "unipc") -> Pair:
    """diffusers' pipeline, and ours from its files."""
    theirs = oracle.wan(kind, solver=solver)
    folder = oracle.saved(theirs, tmp.mktemp(kind))
    return theirs, loaded(folder, tokens=64)


def same(both: Pair, size: tuple[int, int, int], given: Canvas | None, steps: int, **call: Any) -> None:
    """Latents within 2e-5, or 1e-5 where subjects are shown; decoded frames within a level of 255; kept pixels of the
    result are the given ones.
    """
    theirs, ours = both
    fps, guidance = 16, 5.0
    blank = given or canvas(size, fps, {})
    options = request(ours, size, fps, steps=steps, guidance=guidance, negative=NEGATIVE)
    latents, decoded, frames = painted(ours, blank, PROMPT, options)

    def run(kind: str) -> Any:
        return theirs(
            prompt=PROMPT, negative_prompt=NEGATIVE, generator=torch.Generator().manual_seed(7),
            num_inference_steps=steps, guidance_scale=guidance, num_frames=size[0], height=size[1], width=size[2],
            output_type=kind, **({"max_sequence_length": 64} | call),
        ).frames  # fmt: skip

    expected = run("latent")[:, :, len(call.get("reference_images", ())) :]  # it leaves them in front
    within(f"{type(theirs).__name__}, {steps} steps", latents, expected, 1e-5 if "reference_images" in call else 2e-5)
    expected = run("pt")[0].transpose(0, 1)[:, : decoded.shape[1]]
    assert expected.std() > 0.05
    assert float((decoded - expected).abs().max()) <= 1 / 255
    kept = blank.mask == 0
    np.testing.assert_array_equal(frames[kept], blank.clip.frames[kept])


@pytest.mark.parametrize(("solver", "steps"), [("unipc", (1, 2, 12)), ("euler", (5, 12))])
def test_text_to_video(tmp_path_factory: pytest.TempPathFactory, solver: str, steps: tuple[int, ...]) -> None:
    both = pair(tmp_path_factory, "t2v", solver)
    for count in steps:
        same(both, SIZE, None, count)


def test_two_experts(tmp_path_factory: pytest.TempPathFactory) -> None:
    """The second with its own guidance, which is a share of the first's."""
    theirs, ours = pair(tmp_path_factory, "a14b")
    assert ours.card.params["low_share"] == 0.75
    same((theirs, ours), (9, 32, 48), None, 8, guidance_scale_2=3.75)


def test_blocks_are_skipped_alike(tmp_path_factory: pytest.TempPathFactory) -> None:
    """At the same threshold the same steps are skipped, of either prompt."""
    from diffusers import FirstBlockCacheConfig

    theirs, ours = pair(tmp_path_factory, "t2v")
    theirs.transformer.enable_cache(FirstBlockCacheConfig(threshold=0.6))
    plain = ours.card
    for threshold in (0.6, 0.0):
        ours.card = replace(plain, options=ModelOptions(cache=threshold))
        if threshold:
            same((theirs, ours), (9, 32, 48), None, 12)
            continue
        with pytest.raises(AssertionError):
            same((theirs, ours), (9, 32, 48), None, 12)


def test_a_time_per_token(tmp_path_factory: pytest.TempPathFactory) -> None:
    """TI2V: from text, and from a first frame."""
    theirs, ours = pair(tmp_path_factory, "ti2v")
    size = (9, 64, 96)
    same((theirs, ours), size, None, 5)
    from diffusers import WanImageToVideoPipeline
    from PIL import Image

    parts = {name: getattr(theirs, name) for name in ("tokenizer", "text_encoder", "vae", "scheduler", "transformer")}
    moving = WanImageToVideoPipeline(**parts, expand_timesteps=True)
    moving.set_progress_bar_config(disable=True)
    first = frames_of(1, *size[1:], seed=1)
    same((moving, ours), size, canvas(size, 16, {0: first}), 5, image=Image.fromarray(first[0]))


def test_first_and_last_frame_in_channels(tmp_path_factory: pytest.TempPathFactory) -> None:
    from PIL import Image

    both = pair(tmp_path_factory, "i2v")
    first, last = frames_of(1, *SIZE[1:], seed=1), frames_of(1, *SIZE[1:], seed=2)
    image = Image.fromarray(first[0])
    same(both, SIZE, canvas(SIZE, 16, {0: first}), 5, image=image)
    both_ends = canvas(SIZE, 16, {0: first, 12: last})
    same(both, SIZE, both_ends, 5, image=image, last_image=Image.fromarray(last[0]))


@pytest.mark.parametrize("kind", ["clip", "flf"])
def test_pictures_that_are_seen(tmp_path_factory: pytest.TempPathFactory, kind: str) -> None:
    """Through CLIP: the first frame, or both ends. What diffusers is told of them is what our encoder says."""
    from PIL import Image

    theirs, ours = pair(tmp_path_factory, kind)
    ends = {at: frames_of(1, *SIZE[1:], seed=at + 1) for at in ((0, 12) if kind == "flf" else (0,))}
    with torch.no_grad():
        clip = theirs.image_encoder
        said = [clip(prepared(pixels(end).transpose(0, 1), 32), output_hidden_states=True) for end in ends.values()]
    states = torch.cat([found.hidden_states[-2] for found in said])
    last = {"last_image": Image.fromarray(ends[12][0])} if kind == "flf" else {}
    theirs.encode_image = lambda *_: states
    ours.prompts.tokens = 512  # diffusers' attention counts on them
    given = {"image": Image.fromarray(ends[0][0]), "max_sequence_length": 512, **last}
    same((theirs, ours), SIZE, canvas(SIZE, 16, ends), 5, **given)
    blind = canvas(SIZE, 16, {3: ends[0]})  # neither end: nothing is seen
    options = request(ours, SIZE, 16, steps=1, guidance=1.0)
    assert painted(ours, blind, PROMPT, options).latents.isfinite().all()


@pytest.fixture(scope="module")
def vace(tmp_path_factory: pytest.TempPathFactory) -> Pair:
    return pair(tmp_path_factory, "vace")


def shown(given: Canvas) -> dict[str, Any]:
    """What diffusers' VACE pipeline is handed: given pixels on grey, and the mask."""
    mask = torch.from_numpy(np.array(given.mask > 0)).float()[None, None]  # (1, 1, T, H, W)
    video = pixels(given.clip.frames)[None] * (1 - mask)
    return {"video": (video / 2 + 0.5).transpose(1, 2), "mask": mask.transpose(1, 2)}


def clip(count: int, seed: int) -> Frames:
    return frames_of(count, *SIZE[1:], seed=seed)


@pytest.mark.parametrize(
    "given",
    [
        {}, {0: (1, 1)}, {0: (1, 1), 12: (1, 2)}, {0: (5, 3)}, {4: (9, 4)}, {0: (5, 3), 8: (5, 4)},
    ],
    ids=["text", "first", "first and last", "forward", "backward", "blend"],
)  # fmt: skip
def test_vace(vace: Pair, given: dict[int, tuple[int, int]]) -> None:
    """given: frame -> (length of a clip that is kept from there on, its seed)."""
    whole = canvas(SIZE, 16, {start: clip(*of) for start, of in given.items()})
    same(vace, SIZE, whole, 4, **shown(whole))


@pytest.mark.parametrize("sizes", [((32, 48),), ((64, 40), (45, 101))], ids=["one", "two"])
def test_vace_is_shown_subjects(vace: Pair, sizes: tuple[tuple[int, int], ...], tmp_path: Path) -> None:
    """Pictures of any size in front of the clip, from text alone and beside given frames: another one, another clip."""
    from PIL import Image

    images = [Image.fromarray(frames_of(1, *size, seed=at + 11)[0]) for at, size in enumerate(sizes)]
    for at, image in enumerate(images):
        image.save(tmp_path / f"{at}.png")
    pictures = tuple(Subject.of(str(tmp_path / f"{at}.png")).pixels() for at in range(len(images)))
    blank = replace(canvas(SIZE, 16, {}), subjects=pictures)
    same(vace, SIZE, blank, 4, reference_images=images)
    whole = replace(canvas(SIZE, 16, {4: clip(9, 4)}), subjects=pictures)
    same(vace, SIZE, whole, 4, reference_images=images, **shown(whole))
    others = [image.transpose(Image.Transpose.FLIP_TOP_BOTTOM) for image in images]
    with pytest.raises(AssertionError):
        same(vace, SIZE, blank, 4, reference_images=others)


def test_vace_paints_a_box(vace: Pair) -> None:
    whole = canvas(SIZE, 16, {0: clip(13, 6)})
    whole.mask[:, 8:24, 16:40] = 1
    same(vace, SIZE, whole, 4, **shown(whole))


def test_vace_follows_a_clip_in_grey(vace: Pair) -> None:
    """Below full strength the clip is the control; the picture differs from that of another clip, and of none."""
    ours = vace[1]
    options = request(ours, SIZE, 16, steps=3, guidance=1.0)
    results = []
    for seed in (5, 6):
        source = canvas(SIZE, 16, {0: clip(13, seed)})
        source.mask[:] = 1
        results.append(painted(ours, Canvas(source.clip, source.mask, 0.9), PROMPT, options).frames)
    results.append(painted(ours, canvas(SIZE, 16, {}), PROMPT, options).frames)
    assert len({frames.tobytes() for frames in results}) == 3
