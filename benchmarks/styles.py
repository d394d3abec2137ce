"""In which style is a clip? Statistics of a few of its frames, and one linear map of them that says the style.

python benchmarks/styles.py --assets DIR            is the shipped reader right, on new films and through the codec?
python benchmarks/styles.py --assets DIR --fit      fit it anew: three minutes, no chance in it

A reader of its own, since the probe was trained on the plain style alone. It sees pixels at 256 lines.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import figures
import numpy as np
import torch
import torch.nn.functional as F
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor

from soracli import models
from soracli.sampling.model import Model
from soracli.sampling.pixels import to_numpy, to_torch
from soracli.types import Frames
from soracli.weights import manifest
from soracli.world.assets import ActorBank, load_actors
from soracli.world.render import render
from soracli.world.scenes import Corpus, Split, sample_scene

PATH = Path(__file__).parent / "styles.safetensors"
NAMES = ("3d", "noir", "pixel", "watercolour", "sepia", "neon", "line")
LINES = 256  # height at which pictures are looked at
SEEN = 4  # frames of a clip
SPANS = (1, 2, 4, 8)  # pixels over which differences are taken
GRID = 6  # pixels of a square of pixel art at that height
CHUNK = 8  # frames of a film that readers are fitted to


def statistics(frames: Frames) -> Tensor:
    """What tells styles apart, float32 (K,). frames: uint8 (T, H, W, 3).

    Levels, colourfulness and their links, rim and corners against the middle, steps over several distances, how far
    these lie on a grid, and whether steps lie in the light or in the dark.
    """
    chosen = frames[[(2 * i + 1) * len(frames) // (2 * SEEN) for i in range(SEEN)]]
    x = torch.from_numpy(chosen).permute(0, 3, 1, 2).float() / 255  # (4, 3, H, W)
    wide = round(LINES * x.shape[3] / x.shape[2])
    x = x if x.shape[2] == LINES else F.interpolate(x, (LINES, wide), mode="bilinear", antialias=True)
    red, green, blue = x.unbind(1)  # (4, 256, W)
    luma = (red * 38 + green * 75 + blue * 15) / 128
    colour = x.amax(1) - x.amin(1)
    found = [*luma.flatten().quantile(torch.tensor([0.02, 0.1, 0.25, 0.5, 0.75, 0.9, 0.98]))]
    for part in (colour, red - luma, blue - luma):
        found += [part.mean(), part.std(), (part * (luma - luma.mean())).mean() / luma.var().clamp(min=1e-4)]
    rim, corner = LINES // 64, LINES // 8
    inside = torch.zeros_like(luma)
    inside[:, rim:-rim, rim:-rim] = 1
    corners = torch.zeros_like(luma)
    corners[:, :corner, :corner] = corners[:, :corner, -corner:] = 1
    corners[:, -corner:, :corner] = corners[:, -corner:, -corner:] = 1
    for part in (luma, colour):
        found += [(part * (1 - inside)).sum() / (1 - inside).sum() - part.mean()]
        found += [(part * corners).sum() / corners.sum() - part.mean()]
    for span in SPANS:
        across, down = luma[..., span:].sub(luma[..., :-span]).abs(), luma[:, span:].sub(luma[:, :-span]).abs()
        found += [across.mean().log1p() * 10, down.mean().log1p() * 10]
        found += [(across < 0.01).float().mean(), (across > 0.2).float().mean()]
    steps = luma.diff(dim=2).abs().mean((0, 1)), luma.diff(dim=1).abs().mean((0, 2))
    for line in steps:  # (W - 1,), (255,)
        every = line[: len(line) // GRID * GRID].view(-1, GRID).mean(0)
        found += [every.amax() / every.mean(), every.amin() / every.mean()]
    edge = luma[:, 2:, 1:-1].sub(luma[:, :-2, 1:-1]).abs() + luma[:, 1:-1, 2:].sub(luma[:, 1:-1, :-2]).abs()
    middle = luma[:, 1:-1, 1:-1]
    found += [(edge * middle).mean() / edge.mean().clamp(min=1e-4) - middle.mean()]
    found += [(luma < 0.1).float().mean(), (luma > 0.9).float().mean(), (colour < 0.03).float().mean()]
    return torch.stack(found)


@dataclass(frozen=True)
class Reader:
    """weight (styles, K), bias (styles,): of statistics less their mean (K,), over their spread (K,)."""

    weight: Tensor
    bias: Tensor
    mean: Tensor
    spread: Tensor

    @classmethod
    def fitted(cls, seen: Tensor, wanted: Tensor) -> Reader:
        """Least cross-entropy over examples (N, K), (N,), with a little weight decay."""
        mean, spread = seen.mean(0), seen.std(0).clamp(min=1e-3)
        x = (seen - mean) / spread
        weight = torch.zeros(len(NAMES), x.shape[1], requires_grad=True)
        bias = torch.zeros(len(NAMES), requires_grad=True)
        optimiser = torch.optim.LBFGS([weight, bias], max_iter=300, line_search_fn="strong_wolfe")

        def loss() -> Tensor:
            optimiser.zero_grad()
            found = F.cross_entropy(F.linear(x, weight, bias), wanted) + 1e-3 * weight.square().sum()
            found.backward()
            return found

        optimiser.step(loss)
        return cls(weight.detach(), bias.detach(), mean, spread)

    @classmethod
    def load(cls, path: Path = PATH) -> Reader:
        with safe_open(path, "pt") as file:
            assert tuple(json.loads(file.metadata()["styles"])) == NAMES, path
            return cls(*(file.get_tensor(name) for name in ("weight", "bias", "mean", "spread")))

    def save(self, path: Path) -> None:
        save_file(vars(self), path, {"styles": json.dumps(NAMES)})
        path.chmod(0o644)

    def read(self, frames: Frames) -> str:
        x = (statistics(frames) - self.mean) / self.spread
        return NAMES[int((self.weight @ x + self.bias).argmax())]


@torch.inference_mode()
def recoded(model: Model, frames: Frames, noise: float = 0.0) -> Frames:
    """Through the autoencoder and back. noise: in the latents, in standard deviations of a channel."""
    latents = model.encode(to_torch(frames))
    spread = latents.std((0, 2, 3, 4), keepdim=True)
    return np.concatenate(
        [to_numpy(part) for part in model.decode(latents + noise * spread * torch.randn_like(latents))]
    )


def films(corpus: Corpus, bank: ActorBank, split: Split, count: int, seed: int) -> Iterator[tuple[int, Frames]]:
    """Half a second of `count` scenes, each in every style: (number of the style, frames)."""
    for index in range(count):
        rng = np.random.default_rng((seed, index))
        plain = sample_scene(rng, corpus, split)
        scenes = [replace(plain, style=name) for name in NAMES]
        start = float(rng.uniform(0, 3))
        drawn = render(scenes, width=LINES, height=LINES, frames=CHUNK, fps=16, bank=bank, start=start).pixels
        yield from ((style, frames.numpy()) for style, frames in enumerate(drawn))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--assets", type=Path, required=True, help="folder of the training material")
    parser.add_argument("--fit", action="store_true", help="fit the reader and write it first")
    parser.add_argument("--scenes", type=int, default=50, help="held-out scenes to read, each in seven styles")
    args = parser.parse_args()
    torch.manual_seed(0)
    card = manifest.card()
    model, corpus = models.load(card, manifest.paths(card)), Corpus.core()
    bank = load_actors(args.assets, [one.name for one in corpus.actors])
    if args.fit:
        seen: list[Tensor] = []
        styles: list[int] = []
        for style, film in films(corpus, bank, "train", 100, seed=1):
            noisy = recoded(model, film, 0.4 * float(torch.rand(())))
            seen += [statistics(film), statistics(noisy)]
            styles += [style, style]
        Reader.fitted(torch.stack(seen), torch.tensor(styles)).save(PATH)
    reader, wanted = Reader.load(), []
    said: list[list[figures.Said]] = [[], [], []]
    for style, film in films(corpus, bank, "heldout", args.scenes, seed=2):
        wanted.append({"style": NAMES[style]})
        for column, frames in zip(said, (film, recoded(model, film), recoded(model, film, 0.3)), strict=True):
            column.append({"style": reader.read(frames)})
    print(f"reader {figures.digest(PATH)}, {len(wanted)} films of held-out scenes, share read right")
    for name, column in zip(("films", "through the autoencoder", "the same with noise of 0.3"), said, strict=True):
        share = figures.agreement(column, wanted, ["style"])["style"]
        print(f"{name:<30}{100 * share:6.1f} %  {', '.join(figures.mistakes(column, wanted, 'style'))}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
