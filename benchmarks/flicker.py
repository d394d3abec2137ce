"""How steady painted films are: python benchmarks/flicker.py CLIP... [--styles charcoal,starry-night] [--frames 12]

For every clip and style, painted frame by frame and held steady: what changes from frame to frame, over the source's
own change; and what changes along the film's motion, over the source's own change from frame to frame, which is the
flicker (target: at most 1.3), and over the source's own change along its motion.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import torch
from torch import Tensor

from soracli import media
from soracli.footage import optical_flow, stylisation
from soracli.footage.optical_flow import Frame

LINES = 216  # pixels on the shorter side at which it is measured, at most


def change(pairs: Sequence[tuple[Frame, Frame]], flows: Sequence[Tensor] | None) -> float:
    """Mean absolute difference of neighbours in levels, along the motion if there are flows."""
    total = 0.0
    for number, (before, after) in enumerate(pairs):
        earlier = optical_flow.tensor(before, "cpu")
        seen = earlier if flows is None else stylisation.warped(earlier, flows[number])
        total += float((seen - optical_flow.tensor(after, "cpu")).abs().mean()) * 255
    return total / len(pairs)


@torch.inference_mode()
def measure(path: Path, styles: Sequence[str], count: int) -> None:
    frames = media.read(path).frames[:count]
    film = [stylisation.levels(stylisation.resized(optical_flow.tensor(frame, "cpu"), LINES)) for frame in frames]
    pairs = list(pairwise(film))
    flows = [stylisation.moved(after, before, "cpu") for before, after in pairs]
    own, along = change(pairs, None), change(pairs, flows)
    print(f"{path.name}: the source changes by {own:.2f} levels a frame, {along:.2f} along its motion")
    for style in styles:
        for steady in (False, True):
            made = list(pairwise(stylisation.painted(film, *stylisation.known(style), steady=steady)))
            rows = change(made, None) / own, change(made, flows) / own, change(made, flows) / along
            print(f"  {style:<16} {'steady' if steady else 'loose ':<7}", *(f"{value:6.2f}" for value in rows))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clips", type=Path, nargs="+")
    parser.add_argument("--styles", default="charcoal,starry-night")
    parser.add_argument("--frames", type=int, default=12)
    args = parser.parse_args()
    for clip in args.clips:
        measure(clip, args.styles.split(","), args.frames)


if __name__ == "__main__":
    main()
