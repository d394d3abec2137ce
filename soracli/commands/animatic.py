"""`sora animatic`: the draft of a scene alone, without a network: performers along their paths, nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from soracli import media
from soracli.console.progress import Talk
from soracli.errors import UsageError
from soracli.media import formats
from soracli.options import parse
from soracli.pipeline import deliver, output_paths
from soracli.pipeline.deliver import Form
from soracli.pipeline.sources import named
from soracli.provenance.stamp import Stamp
from soracli.safety import screening
from soracli.scenes import notation

if TYPE_CHECKING:
    from soracli.scenes.animatic import Animatic
    from soracli.scenes.file_format import Shot
    from soracli.types import Frames

SIZE, FPS, SECONDS = (256, 256), Fraction(16), 4.0  # where nothing is said
GREY = 128  # behind the performers in formats without transparency
MOST_SIDE, MOST_FPS, LONGEST = 4096, 120, 3600  # pixels, frames a second, seconds
GRID = (1, 2, 2)  # sizes from a shape are even


@dataclass(frozen=True)
class Arguments:
    """Arguments of `sora animatic` as they were typed.

    See `OutputFlags`; the others are `--size`, `--fps`, `--duration`, `--seed` and `--lora`.
    """

    size: str | None
    fps: str | None
    duration: str | None
    seed: str | None
    output: str | None
    format: str | None
    quality: str
    force: bool
    as_json: bool
    loras: tuple[str, ...] = ()


def animatic(prompt: str, file: str | None, args: Arguments) -> None:
    """Write the draft and print its path, or all that is known of it as one JSON object."""
    output_paths.check_streams(args.output, json=args.as_json)
    if bool(prompt) == bool(file):
        raise UsageError("animatic: needs a prompt or --scene FILE, and not both", "no_prompt")
    width, height = parse.size(args.size, SIZE, GRID) if args.size else SIZE
    fps = parse.rate(args.fps) if args.fps else FPS
    _check(width, height, fps)
    shots, notes = _shots(prompt, file, args, width / height, fps)
    counts = [max(1, round(shot.seconds * fps)) for shot in shots]
    stem = Path(file).stem if file else "animatic"
    if sum(counts) > LONGEST * fps:
        raise UsageError(f"{stem}: lasts {float(sum(counts) / fps):.0f} s; at most {LONGEST}; split it", "bad_duration")
    outputs = _outputs(stem, sum(counts), args)
    inputs = [file] if file else []
    cast = [performer for shot in shots for performer in shot.scene.performers if performer.picture]
    pictures = list(dict.fromkeys(notation.parted_subject(performer.picture)[0] for performer in cast))
    output_paths.check_inputs(outputs, [*inputs, *pictures, *args.loras])
    talk = Talk("plain")
    for note in (*notes, *outputs.notes):
        talk.note(note)
    alpha = outputs.format.alpha and not (args.quality == "lossless" and outputs.format.video)
    recipe: dict[str, Any] = {
        "verb": "animatic", "prompt": prompt, "width": width, "height": height, "fps": str(fps),
        "frames": sum(counts), "inputs": [row for name in (*inputs, *pictures) for row in named(name)],
        media.DIGEST: "",
    }  # fmt: skip
    stamp = Stamp("animatic", recipe, [], painted=False)
    form = Form((width, height), fps, stamp, args.quality, args.force, alpha=alpha)
    parts = (shown(part, alpha=alpha) for part in _drawn(shots, counts, width, height, fps))
    written = deliver.write(form, outputs, parts)
    for note in written.notes:
        talk.note(note)
    who = sum(len(shot.scene.performers) for shot in shots)
    talk.say(f"{sum(counts)} frames, {len(shots)} shot{'s' * (len(shots) > 1)}, {who} performers")
    told = {**recipe, media.DIGEST: written.digest, "alpha": alpha, **stamp.details}
    written.tell({**told, "notes": [*notes, *written.notes]}, as_json=args.as_json)


def _check(width: int, height: int, fps: Fraction) -> None:
    if not (16 <= width <= MOST_SIDE and 16 <= height <= MOST_SIDE):
        raise UsageError(f"--size {width}x{height}: sides must be from 16 to {MOST_SIDE} pixels", "bad_size")
    if not 1 <= fps <= MOST_FPS:
        raise UsageError(f"--fps {float(fps):g}: must be from 1 to {MOST_FPS}", "bad_fps")


def _shots(
    prompt: str, file: str | None, args: Arguments, aspect: float, fps: Fraction
) -> tuple[tuple[Shot, ...], list[str]]:
    """What is to be drawn, and notes on what was dropped or replaced in reading it."""
    from soracli.scenes import adapters
    from soracli.scenes import file as scene_file
    from soracli.scenes.file_format import Shot
    from soracli.scenes.read import read

    said = [screening.ScreenedText(prompt)] if prompt else []
    if file:
        for flag, typed in (("--duration", args.duration), ("--seed", args.seed), ("--lora", args.loras or None)):
            if typed is not None:
                raise UsageError(f"{flag}: the scene file says that itself; change it there", "bad_scene")
        shots = scene_file.load(file)
        said = [screening.ScreenedText(shot.prompt) for shot in shots if shot.prompt]
    for check in (screening.by_words, screening.by_meaning):
        if said:
            check(said)
    if file:
        return shots, []
    seconds = float(parse.duration(args.duration, fps)) if args.duration else SECONDS
    seed = parse.whole("--seed", args.seed or "0", 0, 999_999_999)
    own = adapters.given(args.loras)
    reading = read(prompt, seconds, aspect, seed, adapters.library(own))
    notes = [*reading.notes, *adapters.absent([reading.scene], own)]
    scene = replace(adapters.played([reading.scene], own)[0], length=seconds)
    return (Shot(scene, seconds, prompt),), notes


def _outputs(stem: str, frames: int, args: Arguments) -> output_paths.Outputs:
    suffix = formats.choose(None, args.format or "webp", frames).suffix
    output = args.output or str(output_paths.free(Path(f"{stem}-animatic{suffix}")))
    outputs = output_paths.outputs(output, args.format, {"slug": stem}, [0], frames, force=args.force)
    formats.quality(args.quality, outputs.format)
    return outputs


def _drawn(shots: tuple[Shot, ...], counts: list[int], width: int, height: int, fps: Fraction) -> Iterator[Animatic]:
    """Every shot in pieces, at the moments of its frames."""
    import torch

    from soracli.scenes.animatic import bank_of, pieces

    bank = bank_of(*(shot.scene for shot in shots))
    for shot, count in zip(shots, counts, strict=True):
        times = torch.arange(count, dtype=torch.float64) * float(1 / fps)
        yield from pieces(shot.scene, times, width, height, bank)


def shown(part: Animatic, *, alpha: bool) -> Frames:
    """Frames for the writer: RGBA not premultiplied, or RGB on grey."""
    import numpy as np

    colour, cover = part.rgb.numpy(), part.alpha.numpy()
    if not alpha:
        behind = (GREY * (255 - cover.astype(np.uint16)) + 127) // 255
        return np.minimum(colour + behind[..., None], 255).astype(np.uint8)
    full = np.maximum(cover, 1).astype(np.uint16)[..., None]
    straight = np.minimum((colour.astype(np.uint16) * 255 + full // 2) // full, 255)
    return np.concatenate([straight.astype(np.uint8), cover[..., None]], -1)
