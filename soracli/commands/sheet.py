"""`sora sheet`: frames of clips in time on one picture, clip under clip, each under its own caption."""

from __future__ import annotations

import dataclasses
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from soracli import media
from soracli.errors import UsageError
from soracli.formatting import printable
from soracli.media.source import Recipe
from soracli.pipeline import deliver, output_paths
from soracli.pipeline.deliver import Form
from soracli.pipeline.sources import named
from soracli.provenance.ingredients import ingredients
from soracli.provenance.stamp import Stamp
from soracli.types import Clip, Frames

GAP, LINE, SIDE = 8, 17, 160  # pixels: between things, of a line of text, of the height of a frame
FONT = 13
MAX_SIDE = 16_000  # of the sheet, pixels; many programs show no more


@dataclass(frozen=True)
class Row:
    """One clip on the sheet. frames: uint8 (n, SIDE, w, 3). times: seconds of each; empty for a picture."""

    name: str
    caption: str
    frames: Frames
    times: tuple[float, ...]


def sheet(paths: Sequence[str], output: str | None, frames: int, columns: int, *, force: bool, as_json: bool) -> None:
    """Read every file, draw the sheet, print its path."""
    target = Path(output) if output is not None else output_paths.free(Path("sheet.png"))
    if target.suffix.lower() not in (".png", ".webp"):
        raise UsageError(f"-o {printable(target)}: a sheet is one picture; use .png or .webp", "bad_output")
    outputs = output_paths.planned(target.suffix.lower()[1:], [str(target)])
    output_paths.check_inputs(outputs, paths)
    pairs = [_row(path, frames) for path in paths]
    rows = [row for row, _ in pairs]
    picture = draw(rows, columns)
    given = ingredients("sheet", [source for _, source in pairs])
    height, width = picture.shape[:2]
    recipe = {"verb": "sheet", "width": width, "height": height, "inputs": named(*paths), media.DIGEST: ""}
    stamp = Stamp("sheet", recipe, given, painted=False)
    written = deliver.write(Form((width, height), Fraction(1), stamp, force=force), outputs, [picture[None]])
    shown = [{"path": row.name, "caption": row.caption, "times": row.times} for row in rows]
    written.tell({"width": width, "height": height, "rows": shown}, as_json=as_json)


def _row(path: str, frames: int) -> tuple[Row, media.Source]:
    """One clip on the sheet, and the file that it is of, with no more of its frames than are shown."""
    found = media.info(path).recipe if path != "-" else None
    source = media.read_source(path)
    clip = source.clip
    numbers = moments(len(clip.frames), frames)
    wide = max(1, round(SIDE * clip.frames.shape[2] / clip.frames.shape[1]))
    small = media.fit(Clip(clip.frames[numbers], clip.fps), wide, SIDE, "stretch")
    times = () if len(clip.frames) == 1 else tuple(round(float(i / clip.fps), 3) for i in numbers)
    shown = Row(path, caption(path, found), small.frames, times)
    return shown, dataclasses.replace(source, clip=small, audio=None)


def moments(total: int, wanted: int) -> list[int]:
    """So many frame numbers, evenly from the first to the last; fewer if there are fewer."""
    count = min(total, wanted)
    return [0] if count == 1 else [round(i * (total - 1) / (count - 1)) for i in range(count)]


def caption(path: str, recipe: Recipe | None) -> str:
    """What a file is said to show, and what tells it from its neighbours: verb, seed, model."""
    name = "standard input" if path == "-" else Path(path).name
    if not recipe or not isinstance(recipe.get("prompt", ""), str):
        return name
    facts = [f"{key} {recipe[key]}" for key in ("seed", "strength") if isinstance(recipe.get(key), int | float)]
    verb = [str(recipe["verb"])] if recipe.get("verb") not in (None, "generate", "image") else []
    return " · ".join(filter(None, [str(recipe.get("prompt", "")), *verb, *facts, name]))


def draw(rows: Sequence[Row], columns: int) -> Frames:
    """The sheet, uint8 (H, W, 3): rows fill one line of columns after the other."""
    wide = [sum(frame.shape[1] + GAP for frame in row.frames) for row in rows]
    column = max(wide)
    columns = min(columns, len(rows))
    blocks = [text_lines(row.caption, column - GAP) for row in rows]
    lines = max(len(block) for block in blocks)
    timed = LINE if any(row.times for row in rows) else 0
    high = lines * LINE + SIDE + timed + GAP
    size = (columns * column + GAP, -(-len(rows) // columns) * high + GAP)
    if max(size) > MAX_SIDE:
        raise UsageError(
            f"sheet: {size[0]}x{size[1]} pixels is more than {MAX_SIDE} on a side; give fewer files or --frames, "
            "or other --columns",
            "too_large",
        )
    picture = Image.new("RGB", size, "white")
    pen = ImageDraw.Draw(picture)
    for i, (row, block) in enumerate(zip(rows, blocks, strict=True)):
        x, y = GAP + i % columns * column, GAP + i // columns * high
        for k, line in enumerate(block):
            pen.text((x, y + k * LINE), line, font=font(), fill="black")
        for k, frame in enumerate(row.frames):
            picture.paste(Image.fromarray(frame), (x, y + lines * LINE))
            if row.times:
                pen.text((x, y + lines * LINE + SIDE), f"{row.times[k]:.2f} s", font=font(), fill="grey")
            x += frame.shape[1] + GAP
    return np.asarray(picture)


def font() -> Any:
    """Pillow's own, so that a sheet looks the same on every machine."""
    return ImageFont.load_default(FONT)


def text_lines(text: str, width: int) -> list[str]:
    """At most three lines of a text that fit a width in pixels."""
    letters = max(8, width // 7)
    return textwrap.wrap(printable(text), letters, max_lines=3, placeholder=" ...") or [""]


def label(text: str, width: int) -> Frames:
    """A strip (1, LINE + GAP, width, 3) with one line of text."""
    picture = Image.new("RGB", (width, LINE + GAP), "white")
    ImageDraw.Draw(picture).text((GAP, GAP // 2), text_lines(text, width - GAP)[0], font=font(), fill="black")
    return np.asarray(picture)[None]
