"""Empty places as spark paints them, beside the renderer's own pictures of them.

    python benchmarks/plates.py --assets DIR [--vae CHECKPOINT] [--sheet plates.png]

A row each for what is painted and for the truth through the compression alone: decibels, LPIPS (VGG's first three
blocks), mean squared step between neighbouring pixels over the truth's. `--vae`: a decoder in training.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import figures
import numpy as np
import painting
import torch
from PIL import Image
from styles import recoded

from soracli.scenes import known, read
from soracli.train.perceptual import Vgg
from soracli.types import Frames

PROMPTS = (
    "an empty beach at sunset",
    "a snowy forest",
    "a city street at night",
    "mountains at dawn",
    "a kitchen",
    "a meadow with flowers at noon",
    "the desert at night, full moon",
    "an old castle in the fog",
    "the bottom of the sea",
    "a farm in autumn",
    "a harbour at dusk",
    "a living room in the evening",
)
FRAMES, FPS = 8, 16


def as_tensor(frames: Frames) -> torch.Tensor:
    """Frames uint8 (T, H, W, 3) -> (T, 3, H, W) in [-1, 1]."""
    return torch.from_numpy(frames).permute(0, 3, 1, 2).float() / 127.5 - 1


def row(name: str, guesses: Sequence[Frames], truths: Sequence[Frames], vgg: Vgg) -> str:
    """One line of the table: means over the pictures."""
    with torch.inference_mode():
        told = [
            (figures.psnr(a, b), float(vgg.distance(as_tensor(a), as_tensor(b))),
             figures.sharpness(a) / figures.sharpness(b))
            for a, b in zip(guesses, truths, strict=True)
        ]  # fmt: skip
    decibels, lpips, steps = np.mean(told, axis=0)
    return f"{name:12} {decibels:6.2f} {lpips:7.4f} {steps:6.2f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--assets", type=Path, required=True, help="folder of the training material")
    parser.add_argument("--vae", type=Path, help="checkpoint of a compression network in training")
    parser.add_argument("--sheet", type=Path, help="PNG: truth, painted, coded, a row for each place")
    args = parser.parse_args()
    model = painting.shipped()
    if model is None:
        raise SystemExit("the model that ships takes no drafts")
    if args.vae:
        model.vae.load_state_dict(torch.load(args.vae, map_location="cpu", weights_only=True)["ema"])
    painter, vgg = painting.Painter(model, painting.Settings()), Vgg(args.assets)
    scenes = [read.read(prompt, 1.0, 1.0, i, known.shipped()).scene for i, prompt in enumerate(PROMPTS)]
    done = [painter.paint(replace(scene, length=1.0), FRAMES, FPS, seed=i) for i, scene in enumerate(scenes)]
    truths = [one.film[:1] for one in done]
    painted = [one.plain[:1] for one in done]
    coded = [recoded(model, one.film[:1].repeat(FRAMES, 0))[:1] for one in done]
    print(f"{'':12} {'dB':>6} {'LPIPS':>7} {'steps':>6}")
    print(row("painted", painted, truths, vgg))
    print(row("coded alone", coded, truths, vgg))
    if args.sheet:
        rows = [np.concatenate([x[0] for x in row], 1) for row in zip(truths, painted, coded, strict=True)]
        Image.fromarray(np.concatenate(rows, 0)).save(args.sheet)


if __name__ == "__main__":
    main()
