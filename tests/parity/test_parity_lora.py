"""Adapters in training against PEFT's, on tiny weights: same first values, same data, same loss and gradients; and the
file that comes out, in diffusers."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import oracle
import pytest
import torch
from deviation import within

oracle.needed()
if importlib.util.find_spec("peft") is None:
    pytest.skip("needs peft: pip install '.[parity]'", allow_module_level=True)

import numpy as np  # noqa: E402
from open_models import loaded  # noqa: E402
from PIL import Image  # noqa: E402
from safetensors.torch import save_file  # noqa: E402

from soracli.finetuning import low_rank, open_models  # noqa: E402
from soracli.finetuning.dataset import Item  # noqa: E402
from soracli.models.ltx.conditioning import places  # noqa: E402
from soracli.sampling import flow  # noqa: E402

pytestmark = pytest.mark.filterwarnings("ignore")
TARGETS = ["to_q", "to_k", "to_v", "to_out.0"]
RANK = 4


def pictures(folder: Path) -> list[Item]:
    """Two pictures of one size with their texts."""
    rng = np.random.default_rng(0)
    found = []
    for number, text in enumerate(("a red fox runs", "a blue car jumps over the river")):
        small = Image.fromarray(rng.integers(0, 256, (4, 6, 3), np.uint8))
        small.resize((96, 64), Image.Resampling.BICUBIC).save(folder / f"{number}.png")
        found.append(Item(folder / f"{number}.png", text))
    return found


def same_as_peft(theirs: Any, ours: Any, folder: Path) -> None:
    from peft import LoraConfig

    known = list(open_models.examples(ours, pictures(folder), "zorp", 64 * 96, 1))
    kind = open_models.family(ours, "")
    layers = low_rank.adapted(kind.network, open_models.TARGETS, RANK, 3)
    low_rank.checkpointed(iter(kind.blocks()))
    generator = torch.Generator().manual_seed(5)
    with torch.no_grad():
        for layer in layers.values():
            layer.up.normal_(0, 0.1, generator=generator)  # at zero the gradients of A would be, too
    network = theirs.transformer
    network.requires_grad_(False)
    network.add_adapter(LoraConfig(r=RANK, lora_alpha=RANK, target_modules=TARGETS, init_lora_weights=True))
    named = {name: part for name, part in network.named_modules() if hasattr(part, "lora_A")}
    assert named.keys() == layers.keys()
    with torch.no_grad():
        for name, part in named.items():
            part.lora_A["default"].weight.copy_(layers[name].down)
            part.lora_B["default"].weight.copy_(layers[name].up)
    x0 = torch.cat([one.latents for one in known])
    eps = torch.randn(x0.shape, generator=generator)
    sigmas, painted = torch.tensor([0.4, 0.8]), torch.ones(2, x0.shape[2])
    x = flow.noised(x0, eps, sigmas[:, None, None, None, None])
    found = kind.velocity(x, sigmas, painted, known)
    expected = their_velocity(theirs, ours, x, sigmas, known)
    losses = [(one - flow.velocity(x0, eps)).square().mean() for one in (found, expected)]
    within(f"PEFT on {type(theirs).__name__}: loss", *losses, 1e-5)
    for loss in losses:
        loss.backward()
    for name, part in named.items():
        for mine, other in ((layers[name].down, part.lora_A), (layers[name].up, part.lora_B)):
            gradient = other["default"].weight.grad
            largest = float(gradient.abs().max())
            assert largest > 1e-7, "a gradient that is zero shows nothing"
            assert mine.grad is not None
            within(f"PEFT on {type(theirs).__name__}: gradient", mine.grad, gradient, min(1e-5, 1e-3 * largest))
    network.delete_adapters("default")
    save_file(low_rank.state(layers), folder / "ours.safetensors")
    theirs.load_lora_weights(str(folder / "ours.safetensors"))
    with torch.no_grad():
        loaded_there = their_velocity(theirs, ours, x, sigmas, known)
        within(f"the file in diffusers, {type(theirs).__name__}: velocity", loaded_there, found, 2e-5)


def their_velocity(theirs: Any, ours: Any, x: torch.Tensor, sigmas: torch.Tensor, known: Any) -> torch.Tensor:
    text = [one.text for one in known]
    if type(ours).__name__ == "Wan":
        out = theirs.transformer(x, sigmas * 1000, torch.cat(text), return_dict=False)[0]
        assert isinstance(out, torch.Tensor)
        return out
    longest = max(part.shape[1] for part in text)
    states = torch.cat([torch.nn.functional.pad(p, (0, 0, 0, longest - p.shape[1])) for p in text])
    mask = torch.stack([torch.arange(longest) < p.shape[1] for p in text])
    _, _, frames, high, wide = x.shape
    where = places((), frames, high, wide, float(ours.card.defaults["fps"]), ours.lag).expand(len(x), -1, -1)
    out = theirs.transformer(
        x.flatten(2).transpose(1, 2), states, sigmas * 1000, mask, video_coords=where, return_dict=False
    )[0]
    assert isinstance(out, torch.Tensor)
    return out.transpose(1, 2).reshape(x.shape)


def test_wan(tmp_path: Path) -> None:
    theirs = oracle.wan("t2v")
    same_as_peft(theirs, loaded(oracle.saved(theirs, tmp_path / "model"), tokens=64), tmp_path)


def test_ltx(tmp_path: Path) -> None:
    theirs = oracle.ltx()
    same_as_peft(theirs, loaded(oracle.saved(theirs, tmp_path / "model")), tmp_path)
