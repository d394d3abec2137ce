"""LTX-Video 0.9.0 and 0.9.1 through our sampler against diffusers: same tiny weights, noise, latents and frames.

diffusers' pipelines of that time let the text encoder see the padding of a prompt, Lightricks' own code and later
pipelines do not. Here they are handed states that were made without it.
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

from open_models import canvas, frames_of, painted, pixels, request  # noqa: E402

from soracli import models  # noqa: E402
from soracli.models.ltx import Ltx  # noqa: E402
from soracli.weights import hub_folder, manifest  # noqa: E402

pytestmark = pytest.mark.filterwarnings("ignore")
SIZE, FPS = (33, 64, 96), 24
GRID = (1, 8, 5, 2, 3)
VERSIONS = ("0.9.0", "0.9.1")


class Drawing(Ltx):
    """Ours, with diffusers' draws: of the start and of the decoder from one generator, of its grain from another."""

    def generator(self) -> torch.Generator:
        draws = torch.Generator().manual_seed(7)
        torch.randn(GRID, generator=draws)
        return draws

    def grain(self, draw: torch.Generator) -> torch.Generator:
        return torch.Generator().manual_seed(5)


@pytest.fixture(scope="module", params=VERSIONS)
def both(request: Any, tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Drawing]:
    theirs = oracle.early_ltx(request.param)
    card = hub_folder.card(str(oracle.saved(theirs, tmp_path_factory.mktemp("ltx"))))
    assert isinstance(models.load(card, manifest.paths(card)), Ltx)
    return theirs, Drawing.load(card, manifest.paths(card))


def states(pipeline: Any, prompt: str) -> tuple[Tensor, Tensor]:
    found = pipeline.tokenizer([prompt], padding="max_length", max_length=128, truncation=True, return_tensors="pt")
    with torch.no_grad():
        return pipeline.text_encoder(found.input_ids, attention_mask=found.attention_mask)[0], found.attention_mask


def run(pipeline: Any, *, steps: int = 6, guidance: float = 3.0, first: Any = None) -> tuple[Tensor, Tensor]:
    """diffusers' latents and frames. first: uint8 (1, H, W, 3), a picture to begin with."""
    from diffusers import LTXImageToVideoPipeline

    told: dict[str, Any] = {}
    for stem, prompt in (("prompt", PROMPT), ("negative_prompt", NEGATIVE)):
        told[f"{stem}_embeds"], told[f"{stem}_attention_mask"] = states(pipeline, prompt)
    if pipeline.vae.config.timestep_conditioning:
        told |= {"decode_timestep": 0.05, "decode_noise_scale": 0.025}
    found = []
    for kind in ("latent", "pt"):
        draws = torch.Generator().manual_seed(7)
        if first is not None:
            start = torch.randn(GRID, generator=draws)
            start[:, :, :1] = encoded(pipeline, first)
            told["latents"] = start.flatten(2).transpose(1, 2)
            pipeline = LTXImageToVideoPipeline.from_pipe(pipeline)
            pipeline.set_progress_bar_config(disable=True)
        torch.manual_seed(5)
        out = pipeline(
            num_inference_steps=steps, guidance_scale=guidance, num_frames=SIZE[0], height=SIZE[1], width=SIZE[2],
            frame_rate=FPS, generator=draws, output_type=kind, **told,
        ).frames  # fmt: skip
        found.append(out)
    return found[0].transpose(1, 2).reshape(GRID), found[1]


def encoded(pipeline: Any, picture: Any) -> Tensor:
    """The mean of the posterior, which our sampler takes."""
    vae = pipeline.vae
    mean, std = (v.view(1, -1, 1, 1, 1) for v in (vae.latents_mean, vae.latents_std))
    with torch.no_grad():
        return (vae.encode(pixels(picture)[None]).latent_dist.mean - mean) / std  # type: ignore[no-any-return]


def away(model: Drawing, expected: tuple[Tensor, Tensor], given: Any = None, **changes: Any) -> float:
    """How far our latents are; asserts that the frames are near if these are."""
    options = request(model, SIZE, FPS, **({"steps": 6, "guidance": 3.0, "negative": NEGATIVE} | changes))
    whole = canvas(SIZE, FPS, given or {})
    latents, decoded, frames = painted(model, whole, PROMPT, options)
    assert latents.shape == expected[0].shape == GRID
    far = float((latents - expected[0]).abs().max() / max(1.0, float(expected[0].abs().max())))
    shown = expected[1][0].transpose(0, 1)
    assert shown.std() > 0.02
    assert far > 1e-5 or float((decoded - shown).abs().max()) <= 2e-4
    kept = whole.mask == 0
    np.testing.assert_array_equal(frames[kept], whole.clip.frames[kept])
    return far


@pytest.mark.parametrize(("steps", "guidance"), [(6, 3.0), (6, 1.0), (11, 3.0)])
def test_text_to_video(both: tuple[Any, Drawing], steps: int, guidance: float) -> None:
    expected = run(both[0], steps=steps, guidance=guidance)
    assert away(both[1], expected, steps=steps, guidance=guidance) <= 1e-5


def test_a_first_frame(both: tuple[Any, Drawing]) -> None:
    picture = frames_of(1, *SIZE[1:], seed=1)
    assert away(both[1], run(both[0], first=picture), {0: picture}) <= 1e-5


def test_wrong_conventions_show(both: tuple[Any, Drawing], monkeypatch: pytest.MonkeyPatch) -> None:
    """The comparison can fail: with the later versions' times of latent frames, with their noise levels, unshifted."""
    expected, model = run(both[0]), both[1]
    assert away(model, expected, negative="a car") > 1e-3
    monkeypatch.setattr(model, "lag", 7)
    assert away(model, expected) > 1e-3
    monkeypatch.setattr(model, "lag", 0)
    monkeypatch.setitem(model.card.params, "shifting", {"low": 1.95})
    assert away(model, expected) > 1e-3
    monkeypatch.delitem(model.card.params, "shifting")
    assert away(model, expected) > 1e-3
