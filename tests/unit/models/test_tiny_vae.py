"""The decoder of previews: against its definition worked frame by frame, and as previews use it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import open_folder
import pytest
import torch
import torch.nn.functional as F
from conftest import Sora
from deviation import within
from safetensors.torch import save_file
from torch import Tensor

from soracli import media
from soracli.models.common import tiny_vae
from soracli.models.common.tiny_vae import TinyVae, TinyVaeConfig
from soracli.weights import hub, manifest

SMALL = (12, 8, 8, 6)


def decoder(channels: int = 16, patch: int = 1, widths: tuple[int, ...] = SMALL) -> TinyVae:
    made = TinyVae(TinyVaeConfig(channels, patch, widths))
    made.load_state_dict(open_folder.settled(made, 3))
    return made.eval().requires_grad_(False)


def by_frames(state: dict[str, Tensor], latents: Tensor, grows: dict[int, int], blocks: set[int]) -> Tensor:
    """The network one frame after the other, each block with a memory of its own: (1, C, t, h, w) -> (T, 3, H, W).

    Layers by number, as the published code lists them: grows: factors of time; blocks: those that remember.
    """
    memory: dict[int, Tensor] = {}
    out: list[Tensor] = []

    def conv(name: str, x: Tensor, pad: int) -> Tensor:
        return F.conv2d(x, state[f"{name}.weight"], state.get(f"{name}.bias"), padding=pad)

    def walk(x: Tensor, i: int) -> None:
        if i == 23:
            out.append(x)
        elif i == 0:
            walk(torch.tanh(x / 3) * 3, 1)
        elif i in (2, 21):
            walk(F.relu(x), i + 1)
        elif i in (6, 12, 18):
            walk(x.repeat_interleave(2, 2).repeat_interleave(2, 3), i + 1)
        elif i in grows:
            for part in conv(f"decoder.{i}.conv", x, 0).chunk(grows[i], 1):
                walk(part, i + 1)
        elif i in blocks:
            y = torch.cat([x, memory.get(i, torch.zeros_like(x))], 1)
            memory[i] = x
            y = F.relu(conv(f"decoder.{i}.conv.0", y, 1))
            y = conv(f"decoder.{i}.conv.4", F.relu(conv(f"decoder.{i}.conv.2", y, 1)), 1)
            walk(F.relu(y + x), i + 1)
        else:
            walk(conv(f"decoder.{i}", x, 1), i + 1)

    for at in range(latents.shape[2]):
        walk(latents[:, :, at], 0)
    return torch.cat(out)


@pytest.mark.parametrize(("channels", "patch"), [(16, 1), (48, 2)])
def test_it_is_the_published_network(channels: int, patch: int) -> None:
    """Of four latent frames 13, whose first is the last of four; pixels of a patch lie row by row."""
    ours = decoder(channels, patch)
    latents = torch.randn(1, channels, 4, 3, 5, generator=torch.Generator().manual_seed(1))
    blocks = {3, 4, 5, 9, 10, 11, 15, 16, 17}
    expected = by_frames(ours.state_dict(), latents, {7: 1, 13: 2, 19: 2}, blocks)[3:]
    expected = F.pixel_shuffle(expected, patch).clamp(0, 1) * 2 - 1
    found = ours.decode(latents)
    assert found.shape == (1, 3, 13, 24 * patch, 40 * patch)
    assert expected.std() > 0.05
    within(f"TAEHV, {channels} channels", found[0].transpose(0, 1), expected, 1e-5)


def test_less_is_decoded_where_that_is_enough() -> None:
    """A frame for each latent frame, of any of four sizes; without time to grow it is the last of its four weights."""
    ours = decoder()
    latents = torch.randn(1, 16, 3, 3, 5, generator=torch.Generator().manual_seed(2))
    for doublings in range(4):
        assert ours.decode(latents, doublings, every=False).shape == (1, 3, 3, 3 << doublings, 5 << doublings)
    for i in (13, 19):
        weight = ours.decoder[i].conv.weight
        weight[: len(weight) // 2] = 7.0
    torch.testing.assert_close(ours.decode(latents, every=False), decoder().decode(latents, every=False))


def test_models_have_a_decoder_of_their_latents() -> None:
    found = {name: tiny_vae.name_for(card) for name, card in manifest.cards().items()}
    assert {name for name, tiny in found.items() if tiny == "taew2.1"} >= {"wan-t2v-1.3b", "wan-vace-14b"}
    assert found["wan-ti2v-5b"] == "taew2.2"
    assert (found["spark"], found["ltx-2b"]) == ("", "")
    for name in set(found.values()) - {""}:
        card = manifest.previews()[name]
        stored = TinyVaeConfig(**card.params["decoder"])
        (model,) = {other.params.get("transformer", {}).get("channels", 16) for other in manifest.cards().values()
                    if tiny_vae.name_for(other) == name}  # fmt: skip
        assert stored.channels == model


def test_previews_are_decoded_by_it_once_it_is_here(
    sora: Sora, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is used where it was fetched; where not, a note says how to get it, and the model's own decoder is used."""
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    open_folder.write(Path("t2v"), "t2v")
    call = ("image", "a fox", "-m", "./t2v", "-s", "64x32", "--steps", "1", "--seed", "1")
    ran = sora(*call, "--preview", "a.png", "-o", "x.png")
    assert ran.code == 0, ran.err
    assert "sora model pull taew2.1" in ran.err
    (file,) = manifest.previews()["taew2.1"].files
    place = hub.location(file)
    place.parent.mkdir(parents=True)
    state: dict[str, Any] = open_folder.settled(TinyVae(TinyVaeConfig()), 4)
    save_file(state | {"encoder.0.weight": torch.zeros(1)}, place)
    ran = sora(*call, "--preview", "b.png", "-o", "y.png")
    assert ran.code == 0, ran.err
    assert "model pull" not in ran.err
    one, other = (media.read(name).frames for name in ("a.png", "b.png"))
    assert one.shape == other.shape
    assert np.abs(one.astype(int) - other).max() > 8
    assert sora(*call, "-m", "taew2.1").code == 2
