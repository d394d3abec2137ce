"""A contact sheet: four frames of each clip, its prompt, and what the probe read (mistakes in capitals)."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

CLIPS = 48
COLUMNS, FRAMES, SIDE, TEXT, GAP = 2, 4, 144, 44, 8

Strip = npt.NDArray[np.uint8]  # (144, W, 3)


def strip(frames: npt.NDArray[np.uint8]) -> Strip:
    """Four frames (T, H, W, 3) spread over a clip, side by side."""
    chosen = [frames[(2 * i + 1) * len(frames) // (2 * FRAMES)] for i in range(FRAMES if len(frames) > 1 else 1)]
    wide = round(SIDE * frames.shape[2] / frames.shape[1])
    small = [np.asarray(Image.fromarray(frame).resize((wide, SIDE), Image.Resampling.BOX)) for frame in chosen]
    return np.concatenate(small, 1)


def draw(path: Path, clips: list[tuple[Strip, dict[str, Any]]]) -> None:
    wide = max(piece.shape[1] for piece, _ in clips) + GAP
    rows = -(-len(clips) // COLUMNS)
    picture = Image.new("RGB", (COLUMNS * wide, rows * (SIDE + TEXT + GAP)), "white")
    pen, font = ImageDraw.Draw(picture), ImageFont.load_default(12)
    for i, (piece, clip) in enumerate(clips):
        x, y = i % COLUMNS * wide, i // COLUMNS * (SIDE + TEXT + GAP)
        picture.paste(Image.fromarray(piece), (x, y))
        lines = textwrap.wrap(clip["prompt"], max(20, wide // 6))[:2]
        wrong = {slot for slot, value in clip["wanted"].items() if clip["model"]["said"][slot] != value}
        read = [value.upper() if slot in wrong else value for slot, value in clip["model"]["said"].items()]
        for k, line in enumerate([*lines, ", ".join(read)]):
            is_reading = k == len(lines)
            pen.text((x, y + SIDE + 14 * k), line, font=font, fill="darkred" if is_reading and wrong else "black")
    picture.save(path, quality=80)
