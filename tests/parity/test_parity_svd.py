"""Stable Video Diffusion through our sampler against diffusers' pipeline: same tiny weights, same noise."""

from __future__ import annotations

from typing import Any

import numpy as np
import oracle
import pytest
import torch
from deviation import within

oracle.needed()

from open_models import canvas, frames_of, loaded, painted, request  # noqa: E402

from soracli.models.svd import PICTURE_NOISE  # noqa: E402
from soracli.models.svd.vae import SvdVae  # noqa: E402

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Any]:
    theirs = oracle.svd()
    return theirs, loaded(oracle.saved(theirs, tmp_path_factory.mktemp("svd")))


@pytest.mark.parametrize(
    ("size", "steps", "guidance", "fps", "motion"),
    [((5, 32, 48), 5, 3.0, 7, 127), ((3, 40, 32), 3, 1.0, 12, 40)],
    ids=["guided", "alone"],
)
def test_a_picture_becomes_the_same_clip(
    both: tuple[Any, Any], size: tuple[int, int, int], steps: int, guidance: float, fps: int, motion: int
) -> None:
    """Latents within 1e-5, decoded frames within a level of 255; the first frame of the result is the picture."""
    from PIL import Image

    theirs, ours = both
    frames, height, width = size
    ours.card.params["motion"] = motion
    first = frames_of(1, height, width, seed=1)
    options = request(ours, size, fps, steps=steps, guidance=guidance)
    latents, decoded, shown = painted(ours, canvas(size, fps, {0: first}), "", options)
    noise = torch.randn((1, 4, frames, height // 8, width // 8), generator=torch.Generator().manual_seed(7))

    def run(kind: str) -> Any:
        return theirs(
            Image.fromarray(first[0]), height, width, frames, steps, fps=fps, motion_bucket_id=motion,
            noise_aug_strength=0.02, max_guidance_scale=guidance, latents=noise.transpose(1, 2), output_type=kind,
            generator=torch.Generator().manual_seed(7 + PICTURE_NOISE),
        ).frames  # fmt: skip

    expected = run("latent").transpose(1, 2)
    assert expected.std() > 0.05
    within(f"{type(theirs).__name__}, {steps} steps", latents, expected, 1e-5)
    expected = run("pt")[0].transpose(0, 1)
    assert expected.std() > 0.02
    assert float((decoded - expected).abs().max()) <= 1 / 255
    np.testing.assert_array_equal(shown[0], first[0])


def test_frames_that_are_decoded_apart_are_those_of_diffusers(both: tuple[Any, Any]) -> None:
    theirs, ours = both
    latents = torch.randn(1, 4, 5, 4, 6, generator=torch.Generator().manual_seed(2))
    with torch.no_grad():
        expected = theirs.decode_latents(latents.transpose(1, 2), 5, 2).clamp(-1, 1)
        found = torch.cat(list(ours.parts.get("vae", SvdVae).decode(latents, 2)), 2)
    assert found.shape == (1, 3, 5, 32, 48)
    within("frames of Stable Video Diffusion, decoded apart", found, expected, 1e-5)
