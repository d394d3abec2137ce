"""LTX-Video through our sampler against diffusers' LTXConditionPipeline: same tiny weights, noise, latents and frames.

diffusers draws from one generator: the start, then for each clip its posterior and (if it starts later) the noise that
full strength replaces, then the jitter of every step, then the decoder's noise. `Drawing` does as much; ours, which
draws once, takes the mean of the posterior instead.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import oracle
import pytest
import torch
from oracle import NEGATIVE, PROMPT
from torch import Tensor

oracle.needed()

from open_models import canvas, frames_of, painted, request  # noqa: E402

from soracli.models.ltx import Ltx, conditioning  # noqa: E402
from soracli.models.ltx.vae import LtxVae  # noqa: E402
from soracli.types import Canvas, Clip  # noqa: E402
from soracli.weights import hub_folder, manifest  # noqa: E402

pytestmark = pytest.mark.filterwarnings("ignore")
SIZE, FPS = (33, 64, 96), 24
GRID = (1, 8, 5, 2, 3)
DISTILLED = (1.0, 0.9937, 0.9875, 0.9812, 0.975, 0.9094, 0.725)
Given = dict[int, tuple[int, int]]  # frame -> (length of a clip that starts there, its seed)


class Drawing(Ltx):
    """Ours, with diffusers' draws."""

    draws: torch.Generator

    def begin(self, seed: int) -> None:
        self.draws = torch.Generator().manual_seed(seed)
        torch.randn(GRID, generator=self.draws)  # the start, which the sampler draws by itself

    def generator(self) -> torch.Generator:
        return self.draws

    def encode_from(self, pixels: Tensor, start: int) -> Tensor:
        found = self.parts.get("vae", LtxVae).encode(pixels, self.draws)
        if start > 0:
            torch.randn(found[:, :, : conditioning.AHEAD].shape, generator=self.draws)
        return found


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Drawing]:
    theirs = oracle.ltx()
    card = hub_folder.card(str(oracle.saved(theirs, tmp_path_factory.mktemp("ltx"))))
    return theirs, Drawing.load(card, manifest.paths(card))


def run(both: tuple[Any, Drawing], given: Given, *, steps: int = 6, guidance: float = 3.0, **call: Any) -> Any:
    """diffusers' latents and frames."""
    from diffusers.pipelines.ltx.pipeline_ltx_condition import LTXVideoCondition
    from PIL import Image

    conditions = []
    for start, (count, seed) in given.items():
        clip = [Image.fromarray(frame) for frame in frames_of(count, *SIZE[1:], seed=seed)]
        what = {"image": clip[0]} if count == 1 else {"video": clip}
        conditions.append(LTXVideoCondition(**what, frame_index=start))
    usual = {"image_cond_noise_scale": 0.0, "decode_timestep": 0.05, "decode_noise_scale": 0.025}
    return [
        both[0](
            prompt=PROMPT, negative_prompt=NEGATIVE, conditions=conditions or None, num_inference_steps=steps,
            guidance_scale=guidance, num_frames=SIZE[0], height=SIZE[1], width=SIZE[2], frame_rate=FPS,
            generator=torch.Generator().manual_seed(7), output_type=kind, **(usual | call),
        ).frames
        for kind in ("latent", "pt")
    ]  # fmt: skip


def near(both: tuple[Any, Drawing], whole: Canvas, expected: Any, fps: int = FPS, **changes: Any) -> float:
    """Asserts that the decoded frames are near if the latents are; returns how far these are."""
    options = request(both[1], SIZE, fps, **({"steps": 6, "guidance": 3.0, "negative": NEGATIVE} | changes))
    both[1].begin(7)
    latents, decoded, frames = painted(both[1], whole, PROMPT, options)
    assert latents.shape == expected[0].shape == GRID
    away = float((latents - expected[0]).abs().max() / max(1.0, float(expected[0].abs().max())))
    shown = expected[1][0].transpose(0, 1)[:, : decoded.shape[1]]
    assert shown.std() > 0.02
    assert away > 1e-5 or float((decoded - shown).abs().max()) <= 2e-4
    kept = whole.mask == 0
    np.testing.assert_array_equal(frames[kept], whole.clip.frames[kept])
    return away


def given_canvas(given: Given) -> Canvas:
    return canvas(SIZE, FPS, {at: frames_of(count, *SIZE[1:], seed=seed) for at, (count, seed) in given.items()})


@pytest.mark.parametrize(
    "given",
    [
        {}, {0: (1, 1)}, {32: (1, 1)}, {0: (1, 1), 32: (1, 2)}, {0: (1, 1), 8: (1, 2), 24: (1, 1)}, {0: (9, 3)},
        {16: (17, 4)}, {24: (9, 4)}, {0: (9, 3), 24: (9, 5)},
    ],
    ids=["text", "first", "last", "first and last", "keys", "forward", "backward", "backward, short", "blend"],
)  # fmt: skip
def test_given_clips(both: tuple[Any, Drawing], given: Given) -> None:
    assert near(both, given_canvas(given), run(both, given)) <= 1e-5


def test_distilled_steps(both: tuple[Any, Drawing], monkeypatch: pytest.MonkeyPatch) -> None:
    expected = run(both, {}, guidance=1.0, timesteps=[1000 * level for level in DISTILLED])
    monkeypatch.setitem(both[1].card.params, "sigmas", list(DISTILLED))
    assert near(both, given_canvas({}), expected, steps=7, guidance=1.0) <= 1e-5


@pytest.mark.parametrize("given", [{}, {0: (1, 1)}], ids=["whole", "with a first frame"])
def test_video_to_video(both: tuple[Any, Drawing], given: Given) -> None:
    """From the noised clip, at the noise level where diffusers' share of the steps begins."""
    usual = conditioning.linear_quadratic(6)
    source = frames_of(33, *SIZE[1:], seed=8)
    if given:
        source[:1] = frames_of(1, *SIZE[1:], seed=1)
    mask = np.ones(SIZE, np.float32)
    mask[list(given)] = 0
    whole = Canvas(Clip(source, request(both[1], SIZE, FPS).fps), mask, usual[3])
    model = both[1]
    plain = Ltx.encode_from  # of the clip as such diffusers is handed the latents, so nothing is drawn
    start = Ltx.encode(model, 2 * torch.from_numpy(source).permute(3, 0, 1, 2)[None].float() / 255 - 1)
    expected = run(both, given, latents=start, denoise_strength=0.5)

    class Given(Drawing):
        def encode_from(self, pixels: Tensor, at: int) -> Tensor:
            return plain(self, pixels, at) if pixels.shape[2] == SIZE[0] else super().encode_from(pixels, at)

    other = Given(model.card, model.parts, model.prompts)
    assert near((both[0], other), whole, expected) <= 1e-5


def test_jitter(both: tuple[Any, Drawing], monkeypatch: pytest.MonkeyPatch) -> None:
    """Noise on given tokens, drawn anew for every step; what is given stays itself in our latents."""
    given = {0: (9, 3)}
    expected = run(both, given, guidance=1.0, image_cond_noise_scale=0.15)
    plain = run(both, given, guidance=1.0)
    monkeypatch.setitem(both[1].card.params, "jitter", 0.15)
    options = request(both[1], SIZE, FPS, steps=6, guidance=1.0)
    both[1].begin(7)
    latents = painted(both[1], given_canvas(given), PROMPT, options).latents
    assert float((latents[:, :, 2:] - expected[0][:, :, 2:]).abs().max()) <= 2e-5
    assert float((latents[:, :, 2:] - plain[0][:, :, 2:]).abs().max()) > 1e-3


def test_wrong_conventions_show(both: tuple[Any, Drawing], monkeypatch: pytest.MonkeyPatch) -> None:
    """The comparison can fail: at another rate, at another frame, with other positions."""
    given = {32: (1, 1)}
    expected = run(both, given)
    assert near(both, given_canvas(given), expected, fps=25) > 1e-3
    assert near(both, given_canvas({31: (1, 1)}), expected) > 1e-3
    monkeypatch.setattr("soracli.models.ltx.places", lambda *of: 2 * conditioning.places(*of))
    assert near(both, given_canvas(given), expected) > 1e-3
