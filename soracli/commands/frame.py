"""`sora frame`: one frame of a clip as a picture, bit for bit, signed as taken from it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from soracli import media
from soracli.console.progress import Talk
from soracli.errors import UsageError
from soracli.formatting import printable, stem
from soracli.options import parse
from soracli.pipeline import deliver, output_paths
from soracli.pipeline.deliver import Form
from soracli.pipeline.output_paths import Outputs
from soracli.pipeline.sources import named
from soracli.provenance.ingredients import ingredients
from soracli.provenance.stamp import Stamp
from soracli.types import Clip

NAMED = {"first": 0, "last": -1}
FORMATS = ("png", "webp")  # pictures that can be kept without loss


@dataclass(frozen=True)
class Arguments:
    """Arguments of `sora frame` as they were typed. See `OutputFlags`. partial: see `media.read_source`."""

    at: str
    output: str | None
    format: str | None
    force: bool
    as_json: bool
    partial: bool = False


def frame(path: str, args: Arguments) -> None:
    """Write the frame and print its path, or all that is known of it as one JSON object."""
    output_paths.check_streams(args.output, json=args.as_json)
    outputs = _outputs(path, args)
    output_paths.check_inputs(outputs, [path])
    source, talk = media.read_source(path, args.partial), Talk("plain")
    number = place(source.clip, args.at)
    time = round(float(number / source.clip.fps), 3)
    picture = source.clip.frames[number]
    height, width = picture.shape[:2]
    given = ingredients("frame", [source])
    for note in (*source.notes, *(origin.note for origin in given if origin.note)):
        talk.note(note)
    recipe = {
        "verb": "frame", "frame": number, "time": time, "width": width, "height": height, "inputs": named(path),
        media.DIGEST: "",
    }  # fmt: skip
    stamp = Stamp("frame", recipe, given, painted=False)
    form = Form((width, height), Fraction(1), stamp, "lossless", args.force)
    written = deliver.write(form, outputs, [picture[None]])
    talk.say(f"frame {number} of {len(source.clip.frames)}, at {time:g} s")
    told = {**recipe, media.DIGEST: written.digest, **stamp.details, "notes": [*source.notes, *written.notes]}
    written.tell(told, as_json=args.as_json)


def place(clip: Clip, at: str) -> int:
    """`last`, `first` or a time as the number of the frame that is shown then."""
    count = len(clip.frames)
    if at in NAMED:
        return NAMED[at] % count
    try:
        number = round(parse.moment("--at", at, clip.fps) * clip.fps)
    except UsageError:
        raise UsageError(f"--at {at}: must be last, first, seconds (2.5s) or frames (96f)", "bad_at") from None
    if number >= count:
        end = float((count - 1) / clip.fps)
        raise UsageError(f"--at {at}: is after the last frame, which is at {end:.3g}s; use --at last", "bad_at")
    return number


def _outputs(path: str, args: Arguments) -> Outputs:
    word = re.sub(r"[^\w.]+", "-", args.at).strip("-.") or "frame"
    slug: dict[str, object] = {"slug": f"{stem(path)}-{word}"}
    outputs = output_paths.outputs(args.output, args.format, slug, [0], 1, force=args.force, template="{slug}")
    if outputs.format.name not in FORMATS:
        typed = f"-o {printable(args.output)}" if args.output else f"--format {args.format}"
        raise UsageError(f"{typed}: a frame is one picture; use .png or .webp", "bad_output")
    return outputs
