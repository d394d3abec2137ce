"""`sora compare`: two clips side by side, and beneath them where they differ and how much over time."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from soracli import media
from soracli.commands import sheet
from soracli.console.progress import Talk
from soracli.errors import UsageError
from soracli.formatting import printable, stem
from soracli.media import formats
from soracli.pipeline import deliver, output_paths
from soracli.pipeline.deliver import Form
from soracli.pipeline.sources import named
from soracli.provenance.ingredients import ingredients
from soracli.provenance.stamp import Stamp
from soracli.types import Clip, Frames

GAIN = 4  # by which differences are made visible
BATCH = 16  # frames at a time
PAPER, INK, NOW = 255, 170, (200, 40, 40)


@dataclass(frozen=True)
class Arguments:
    """Arguments of `sora compare` about the result, as they were typed. See `OutputFlags`."""

    output: str | None
    format: str | None
    quality: str
    force: bool
    as_json: bool


def compare(a: str, b: str, how: str, args: Arguments) -> None:
    """Write the comparison and print its path; figures go to standard error, or all to one JSON object."""
    if how not in media.FITS:
        raise UsageError(f"--fit {how}: must be one of {', '.join(media.FITS)}", "bad_fit")
    one, two = media.read_source(a), media.read_source(b)
    given = ingredients("compare", [one, two])
    first, second, notes = matched(one.clip, two.clip, printable(a), printable(b), how)
    notes = [*one.notes, *two.notes, *notes]
    found = figures(first, second)
    outputs = _outputs(a, b, len(first.frames), args)
    output_paths.check_inputs(outputs, [a, b])
    talk = Talk("plain")
    for note in (*notes, *outputs.notes, *(origin.note for origin in given if origin.note)):
        talk.note(note)
    height, width = first.frames.shape[1:3]
    size = (2 * width, (2 * (height + sheet.LINE + sheet.GAP) + 1) // 2 * 2)
    recipe = {
        "verb": "compare", "width": size[0], "height": size[1], **found, "inputs": named(a, b), media.DIGEST: "",
    }  # fmt: skip
    stamp = Stamp("compare", recipe, given, painted=False)
    form = Form(size, first.fps, stamp, args.quality, args.force, one.audio)
    written = deliver.write(form, outputs, _pictures(first, second, (a, b), size))
    for note in written.notes:
        talk.note(note)
    same = "the same" if not found["difference"] else f"differ by {found['difference']:g} of 255, PSNR {found['psnr']}"
    talk.say(f"{len(first.frames)} frames: {same}; {found['identical']} identical")
    written.tell({**found, "notes": [*notes, *written.notes]}, as_json=args.as_json)


def _outputs(a: str, b: str, frames: int, args: Arguments) -> output_paths.Outputs:
    slug: dict[str, object] = {"slug": f"{stem(a)}-vs-{stem(b)}"}
    output_paths.check_streams(args.output, json=args.as_json)
    outputs = output_paths.outputs(args.output, args.format, slug, [0], frames, force=args.force, template="{slug}")
    formats.quality(args.quality, outputs.format)
    return outputs


def matched(a: Clip, b: Clip, name: str, other: str, how: str) -> tuple[Clip, Clip, list[str]]:
    """B at the size and rate of A, both as long as the shorter one, and what had to be done for that, in sentences."""
    notes = []
    height, width = a.frames.shape[1:3]
    size = (b.frames.shape[2], b.frames.shape[1])
    if note := media.describe_fit(size, (width, height), how, other, name):
        notes.append(note)
        b = media.fit(b, width, height, how)
    if (len(a.frames) == 1) != (len(b.frames) == 1):
        still, clip = (name, b) if len(a.frames) == 1 else (other, a)
        notes.append(f"{still} is a picture; it is held for all {len(clip.frames)} frames.")
        a, b = (x if len(x.frames) > 1 else media.hold(x, len(clip.frames), clip.fps) for x in (a, b))
    if a.fps != b.fps:
        notes.append(f"{other} has {float(b.fps):g} frames per second; brought to the {float(a.fps):g} of {name}.")
        b = media.retime(b, a.fps)
    count = min(len(a.frames), len(b.frames))
    if len(a.frames) != len(b.frames):
        longer = name if len(a.frames) > count else other
        seconds = float(abs(len(a.frames) - len(b.frames)) / a.fps)
        notes.append(f"{longer} is {seconds:.2f} s longer; comparing the first {count} frames.")
    return Clip(a.frames[:count], a.fps), Clip(b.frames[:count], a.fps), notes


def differences(a: Frames, b: Frames) -> npt.NDArray[np.uint8]:
    """Absolute difference of every pixel, without a copy in a wider type."""
    return np.maximum(a, b) - np.minimum(a, b)


def figures(a: Clip, b: Clip) -> dict[str, Any]:
    """difference: mean, of 255. worst: the frame where it is largest. psnr: decibels, None if the same. identical:
    how many frames are the same bit for bit. over_time: the mean difference of every frame."""
    means, squares = [], 0.0
    for one, two in zip(a.frames, b.frames, strict=True):
        off = differences(one[None], two[None]).astype(np.float32)
        means.append(float(off.mean()))
        squares += float((off**2).mean())
    square = squares / len(means)
    return {
        "frames": len(means),
        "difference": round(sum(means) / len(means), 4),
        "worst": int(np.argmax(means)),
        "psnr": round(10 * math.log10(255**2 / square), 2) if square else None,
        "identical": sum(mean == 0 for mean in means),
        "over_time": [round(mean, 4) for mean in means],
    }


def _pictures(a: Clip, b: Clip, names: tuple[str, str], size: tuple[int, int]) -> Iterator[Frames]:
    """The frames of the result in batches: A and B, beneath them the difference and its course over time."""
    height, width = a.frames.shape[1:3]
    titles = np.concatenate([sheet.label(printable(name), width) for name in names], 2)
    over = figures(a, b)["over_time"]
    about = [f"difference, {GAIN} times as strong", f"over time, of 255; at most {max(over):.2f}"]
    captions = np.concatenate([sheet.label(text, width) for text in about], 2)
    course = plot(over, width, height)
    for start in range(0, len(a.frames), BATCH):
        one, two = a.frames[start : start + BATCH], b.frames[start : start + BATCH]
        off = np.minimum(differences(one, two), 255 // GAIN) * np.uint8(GAIN)
        graph = np.repeat(course[None], len(one), 0)
        for k in range(len(one)):
            at = (start + k) * width // len(over)
            graph[k, :, at : at + 2] = NOW
        frames = np.concatenate(
            [
                np.repeat(titles, len(one), 0),
                np.concatenate([one, two], 2),
                np.repeat(captions, len(one), 0),
                np.concatenate([off, graph], 2),
            ],
            1,
        )
        short = size[1] - frames.shape[1]
        yield np.pad(frames, ((0, 0), (0, short), (0, 0), (0, 0)), constant_values=PAPER) if short else frames


def plot(values: list[float], width: int, height: int) -> npt.NDArray[np.uint8]:
    """A bar for every frame, the largest as high as the picture: uint8 (H, W, 3)."""
    picture = np.full((height, width, 3), PAPER, np.uint8)
    top = max(values) or 1.0
    for x in range(width):
        value = values[x * len(values) // width]
        picture[height - round(value / top * (height - 1)) - 1 :, x] = INK
    return picture
