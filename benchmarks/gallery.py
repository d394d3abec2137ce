"""docs/gallery.jpg: prompts as people type them, first seed, chosen by nobody, each painted by the command itself.

python benchmarks/gallery.py --out docs/gallery.jpg              the first 48 of prompts/read-test.jsonl
python benchmarks/gallery.py --count 8 --out few.jpg --model spark

Four frames of each clip, spread evenly, under what was typed. Prints each prompt with the seconds it took and the notes
that the user saw.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from settings import of_nobody
from sheet import strip

from soracli import cli, media
from soracli.pipeline import model_cache

PROMPTS = Path(__file__).parent / "prompts" / "read-test.jsonl"
ROW = 18  # pixels of a line of words
COLUMNS = 3


def prompts(count: int) -> list[str]:
    """The first prompts of the half that reading was not built on."""
    rows = PROMPTS.read_text("utf-8").splitlines()[:count]
    return [json.loads(row)["prompt"] for row in rows]


def painted(prompt: str, model: str, folder: Path) -> tuple[np.ndarray, float]:
    """Four small frames beside each other (h, 4 w, 3), and seconds."""
    path, clock = folder / "clip.mp4", time.perf_counter()
    arguments = ["generate", prompt, "--seed", "1", "-m", model, "-o", str(path), "--force", "--progress", "none"]
    if code := cli.run(arguments):
        raise SystemExit(f"{prompt!r}: exit {code}")
    return strip(media.read(path).frames), time.perf_counter() - clock


def main() -> None:
    of_nobody()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--count", type=int, default=48)
    parser.add_argument("--model", default="spark")
    args = parser.parse_args()
    cells = []
    with tempfile.TemporaryDirectory() as folder, model_cache.keeping_models():
        for prompt in prompts(args.count):
            frames, seconds = painted(prompt, args.model, Path(folder))
            print(f"{seconds:6.1f} s  {prompt}", flush=True)
            cells.append((prompt, frames))
    height, width = cells[0][1].shape[0] + ROW, cells[0][1].shape[1]
    rows = -(-len(cells) // COLUMNS)
    sheet = Image.new("RGB", (COLUMNS * width, rows * height), "white")
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(12)
    for i, (prompt, frames) in enumerate(cells):
        x, y = i % COLUMNS * width, i // COLUMNS * height
        draw.text((x + 3, y + 2), prompt[: width // 6], fill="black", font=font)
        sheet.paste(Image.fromarray(frames), (x, y + ROW))
    sheet.save(args.out, quality=88)


if __name__ == "__main__":
    main()
