"""A function per verb: its own arguments, checked and read, as a `TaskSpec`. Nothing slow is imported here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from functools import partial
from pathlib import Path

import numpy as np

from soracli import media
from soracli.errors import UsageError
from soracli.formatting import printable, stem
from soracli.media import Area, Audio, Source
from soracli.options import parse
from soracli.pipeline import tasks
from soracli.pipeline.composite import Overlay
from soracli.pipeline.sources import (
    RIM,
    check_room,
    clip,
    covered,
    fitted_to,
    footage,
    named,
    part,
    picture,
    shown,
    sound_of,
    stated,
)
from soracli.pipeline.spec import TaskSpec
from soracli.types import Canvas, Clip, SamplingOptions


def _stem(path: str, verb: str) -> str:
    return f"{stem(path)}-{verb}"


def _how(text: str) -> str:
    if text not in media.FITS:
        raise UsageError(f"--fit {text}: must be one of {', '.join(media.FITS)}", "bad_fit")
    return text


def _some(frames: int, by: str) -> int:
    """New frames between kept ones."""
    if not frames:
        raise UsageError(f"--by {by}: must be at least one frame; there is no way without any", "bad_by")
    return frames


def _added(by: str, options: SamplingOptions) -> int:
    """Frames that `--by` adds; more than memory holds are refused before room is made for them."""
    count = parse.frames("--by", by, options.fps)
    check_room(f"--by {by}", count, options.width, options.height)
    return count


def generate(
    verb: str,
    *,
    still: bool,
    keyframes: Sequence[str] = (),
    fit: str = "pad",
    words: Sequence[str] = (),
    shots: Sequence[str] = (),
    scene: str | None = None,
    overlay: Overlay | None = None,
    engine: str = "",
    camera: str | None = None,
) -> TaskSpec:
    """From a text, several from given times on, or a scene file, with pictures at given times if there are any.

    Where flags say nothing the result is as large, as fast and as long as the overlay's draft.
    """
    _check_overlay(overlay, "moves", f"sora {verb}: there is nothing to move before it is painted; use: sora animate")
    draft = None if overlay is None or overlay.draft is None else overlay.draft.source.clip
    keys = [_keyframe(text) for text in keyframes]
    how, alone = _how(fit), not (shots or scene or overlay)
    if engine == "motion" and not (keys and alone):
        raise UsageError("--engine motion: moves key frames of a prompt; add --keyframe PICTURE@TIME", "no_effect")

    def canvas(options: SamplingOptions, time: int) -> Canvas:
        blank = tasks.generate(options.frames, options.height, options.width, options.fps)
        return _keyed(blank, keys, options, how)

    record = stated(keyframes=[f"{Path(path).name}@{when}" for path, when, _ in keys], fit=fit if keys else None)
    return TaskSpec(
        verb, canvas, still=still, words=tuple(words), shots=tuple(shots), prompted=not (shots or scene), record=record,
        given=(*(key[2] for key in keys), *_of_overlay(overlay)),
        notes=_notes(*(key[2] for key in keys), overlay=overlay),
        staged=not keys, scene=scene or "", overlay=overlay, source=draft,
        lasts=None if still or overlay is None else overlay.seconds, engine=engine if keys and alone else "",
        camera=camera or "", keyed=bool(keys),
    )  # fmt: skip


def animate(
    image: str,
    *,
    to: str | None = None,
    region: str | None = None,
    keyframes: Sequence[str] = (),
    fit: str = "pad",
    words: Sequence[str] = (),
    verb: str = "animate",
    frames: int | None = None,
    overlay: Overlay | None = None,
    engine: str = "",
    camera: str | None = None,
) -> TaskSpec:
    """A picture, and what else of the clip is given. frames: of the result, None = as the flags say.

    Under an overlay all else of the picture stands still, unless something says how it is to move.
    """
    source, how = picture(image, verb), _how(fit)
    last = None if to is None else picture(to, verb)
    moving = None if region is None else Area.of(region, "--region")
    keys = [_keyframe(text) for text in keyframes]

    def canvas(options: SamplingOptions, time: int) -> Canvas:
        count = frames or max(2, options.frames)
        check_room(f"sora {verb}", count, options.width, options.height)
        first = fitted_to(source.clip, options, how)
        area = None if moving is None else moving.mask((options.width, options.height), 1, Fraction(1))
        made = tasks.animate(first, count, options.fps, None if area is None else area[0])
        if moving is not None and area is not None:
            made = replace(made, notes=moving.notes(area, Fraction(1)))
        if last is not None:
            made = tasks.keyed(made, {count - 1: fitted_to(last.clip, options, how).frames[0]})
        return _keyed(made, keys, options, how)

    return TaskSpec(
        verb, canvas, source=source.clip, words=tuple(words), prompted=False, stem=_stem(image, verb),
        engine=engine, camera=camera or "",
        length="" if frames is None else "the number of views decides; use -n",
        given=tuple(
            part for part in (source, last, *(key[2] for key in keys), *_of_overlay(overlay)) if part is not None
        ),
        notes=_notes(source, last, *(key[2] for key in keys), overlay=overlay), overlay=overlay,
        rests="always" if overlay and not (words or region or to or keys) else "",
        areas=() if moving is None else (moving,),
        record=stated(
            inputs=named(image, *([to] if to else [])), region=shown(region, moving), fit=fit, views=frames,
            keyframes=[f"{Path(path).name}@{when}" for path, when, _ in keys],
        ),
    )  # fmt: skip


def extend(
    path: str, before: str | None, after: str | None, loop: str | None, fit: str = "pad", overlap: str | None = None,
    allow_partial: bool = False, engine: str = "",
) -> TaskSpec:  # fmt: skip
    """A clip and what is to be added: time before, after, or to close the loop. overlap: how much of it is seen."""
    source, how = clip(path, "extend", allow_partial), _how(fit)
    fps = source.clip.fps
    if overlap is not None and not parse.frames("--overlap", overlap, fps):
        raise UsageError(
            f"--overlap {overlap}: must be at least one frame; new frames have to follow something", "bad_overlap"
        )

    def canvas(options: SamplingOptions, time: int) -> Canvas:
        ours = fitted_to(source.clip, options, how)
        count = partial(_added, options=options)
        if loop is not None:
            return tasks.loop(ours, _some(count(loop), loop), time)
        context = parse.frames("--overlap", overlap, options.fps) if overlap else 0
        return tasks.extend(ours, count(before) if before else 0, count(after) if after else 0, time, context)

    return TaskSpec(
        "extend", canvas, source=source.clip, prompted=False, engine=engine,
        stem=_stem(path, "loop" if loop else "extend"),
        length="the clip keeps its own length; use --by for what is added",
        sound=sound_of(source, before, after, loop), notes=_notes(source), given=(source,),
        record=stated(
            inputs=named(path), before=before, after=after, loop=loop, overlap=overlap, fit=fit,
            allow_partial=allow_partial or None,
        ),
    )  # fmt: skip


def edit(
    path: str, strength: float, start: str | None = None, stop: str | None = None, fit: str = "pad",
    words: Sequence[str] = (), verb: str = "edit", reference: str | None = None, allow_partial: bool = False,
    region: str | None = None, overlay: Overlay | None = None,
) -> TaskSpec:  # fmt: skip
    """A clip that is painted anew from itself, all of it or a part of its time.

    reference: a picture whose colours and contrast it is to take over. region: where alone it is painted.
    """
    if start is not None or stop is not None:
        _check_overlay(
            overlay, "all", "--from, --to: do not go with --draft, --subject or --move; a move says its own @T0-T1"
        )
    source, how = clip(path, verb, allow_partial), _how(fit)
    model = None if reference is None else picture(reference, verb)
    area = None if region is None else Area.of(region, "--region")
    first, last = part(source.clip, start, stop)

    def canvas(options: SamplingOptions, time: int) -> Canvas:
        ours = fitted_to(source.clip, options, how)
        ratio = Fraction(len(ours.frames), len(source.clip.frames))
        look = None if model is None else media.toned(ours, model.clip)
        stop = min(len(ours.frames), round(last * ratio))
        made = tasks.edit(ours, strength, round(first * ratio), stop, time, look)
        if area is None:
            return made
        mask = area.mask((options.width, options.height), len(ours.frames), options.fps)[-len(made.mask) :]
        return replace(made, mask=made.mask * media.feather(mask, RIM), notes=area.notes(mask, options.fps))

    return TaskSpec(
        verb, canvas, source=source.clip, words=tuple(words),
        prompted=verb == "edit" and not (words or model or overlay),
        stem=_stem(path, verb), length="the clip keeps its own length",
        sound=sound_of(source), notes=_notes(source, model, overlay=overlay), compare=verb == "vary",
        given=(source, *_of_overlay(overlay)) if model is None else (source, model, *_of_overlay(overlay)),
        areas=() if area is None else (area,), overlay=overlay,
        rests="unprompted" if overlay and not words and not model else "",
        record=stated(
            inputs=named(path), strength=strength, start=start, stop=stop, fit=fit, allow_partial=allow_partial or None,
            style_ref=None if reference is None else named(reference)[0], region=shown(region, area),
        ),
    )  # fmt: skip


def inpaint(
    path: str, mask: str | None, outpaint: str | None, fit: str = "pad", allow_partial: bool = False,
    invert: bool = False, track: bool = False, overlay: Overlay | None = None,
) -> TaskSpec:  # fmt: skip
    """A clip or picture with a hole, or with room around it, to be filled.

    invert: paint all but what the mask says. track: the mask follows what it lies on.
    """
    source, how = footage(path, allow_partial), _how(fit)
    if (mask is None) == (outpaint is None) and not (overlay and mask is None):
        raise UsageError("inpaint: say what to paint: --mask FILE|X,Y,W,H or --outpaint T,R,B,L", "no_mask")
    for flag, given in (("--invert-mask", invert), ("--track", track)):
        if given and mask is None:
            raise UsageError(f"{flag}: has no effect without --mask", "no_effect")
    shape = source.clip
    hole, sides = None if mask is None else Area.of(mask, inverted=invert), None
    if outpaint is not None:
        height, width = source.clip.frames.shape[1:3]
        sides = top, right, bottom, left = media.borders(outpaint, (width, height))
        wide, high = left + width + right, top + height + bottom
        check_room(f"--outpaint {outpaint}", len(source.clip.frames), wide, high)
        first = media.outpainted(Clip(source.clip.frames[:1], source.clip.fps), sides)[0]
        shape = media.hold(first, len(source.clip.frames), source.clip.fps)

    def canvas(options: SamplingOptions, time: int) -> Canvas:
        if sides is not None:
            larger, rim = media.outpainted(source.clip, sides)
            # The mask goes the way of the pixels: bars that `fit` adds around them are painted as well.
            ours = fitted_to(larger, options, how)
            seen = fitted_to(
                Clip((255 * (1 - rim[:1, :, :, None])).astype(np.uint8).repeat(3, 3), Fraction(1)), options, how
            )
            area = (seen.frames[0, :, :, 0] < 128).astype(np.float32)
            return tasks.inpaint(ours, np.broadcast_to(area, ours.frames.shape[:3]))
        ours = fitted_to(source.clip, options, how)
        if hole is None:
            return tasks.inpaint(ours, np.broadcast_to(np.float32(0), ours.frames.shape[:3]))
        area = covered(hole, ours, track)
        made = tasks.inpaint(ours, area)
        return replace(made, notes=hole.notes(area, options.fps))

    return TaskSpec(
        "inpaint", canvas, source=shape, prompted=False, stem=_stem(path, "inpaint"),
        filled=hole is not None or sides is not None, rim=0 if hole is None else RIM,
        still=len(shape.frames) == 1, length="the clip keeps its own length", sound=sound_of(source),
        notes=_notes(source, overlay=overlay), given=(source, *_of_overlay(overlay)),
        areas=() if hole is None else (hole,), overlay=overlay,
        record=stated(
            inputs=named(path), mask=shown(mask, hole), invert_mask=invert or None, track=track or None,
            outpaint=outpaint, fit=fit,
            allow_partial=allow_partial or None,
        ),
    )  # fmt: skip


MODES = ("between", "replace", "dissolve")


def blend(
    a: str, b: str, by: str, mode: str, fit: str = "pad", allow_partial: bool = False, engine: str = ""
) -> TaskSpec:
    """Two clips and the way from one to the other."""
    if mode not in MODES:
        raise UsageError(f"--mode {mode}: must be one of {', '.join(MODES)}", "bad_mode")
    one, two, how = clip(a, "blend", allow_partial), clip(b, "blend", allow_partial), _how(fit)
    notes = list(_notes(one, two))
    size = (one.clip.frames.shape[2], one.clip.frames.shape[1])
    other = (two.clip.frames.shape[2], two.clip.frames.shape[1])
    if other != size:
        notes.append(media.describe_fit(other, size, how))
    if two.clip.fps != one.clip.fps:
        notes.append(
            f"{printable(b)} has {float(two.clip.fps):g} frames per second; "
            f"brought to {float(one.clip.fps):g} (--fps to choose)."
        )

    def canvas(options: SamplingOptions, time: int) -> Canvas:
        first, second = fitted_to(one.clip, options, how), fitted_to(two.clip, options, how)
        count = _some(_added(by, options), by)
        shorter = min(len(first.frames), len(second.frames))
        if mode != "between" and (count if mode == "dissolve" else count - count // 2) > shorter:
            raise UsageError(
                f"--by {by}: is longer than the shorter clip ({float(shorter / options.fps):g}s); make it shorter",
                "bad_by",
            )
        return tasks.blend(first, second, count, mode, time)

    def sound(fps: Fraction) -> Audio | None:
        """What belongs to each clip stays under its frames."""
        count, cut = parse.frames("--by", by, fps), round(media.retimed_length(one.clip, fps) * fps)
        begin = {"between": cut, "replace": cut - count // 2, "dissolve": cut - count}[mode]
        second = {"between": cut + count, "replace": cut, "dissolve": cut - count}[mode]
        first, last = (
            None if source.audio is None else media.eased(media.lasting(source.audio, source.clip.seconds), *room)
            for source, room in ((one, (Fraction(0), media.EASE)), (two, (media.EASE, Fraction(0))))
        )
        return media.crossfaded(first, last, second / fps - media.EASE, begin / fps, (begin + count) / fps)

    return TaskSpec(
        "blend", canvas, source=one.clip, prompted=False, engine=engine, stem=_stem(a, f"to-{stem(b)}"),
        length="the clips keep their own lengths; use --by", notes=tuple(notes),
        sound=sound, given=(one, two),
        record=stated(inputs=named(a, b), by=by, mode=mode, fit=fit, allow_partial=allow_partial or None),
    )  # fmt: skip


def _keyframe(text: str) -> tuple[str, str, Source]:
    """`IMG@TIME` -> path, time as typed, picture."""
    path, at, when = text.rpartition("@")
    if not at or not path:
        raise UsageError(f"--keyframe {text}: must be PICTURE@TIME, such as fox.png@2s", "bad_keyframe")
    return path, when, picture(path, "generate")


def _keyed(canvas: Canvas, keys: Sequence[tuple[str, str, Source]], options: SamplingOptions, how: str) -> Canvas:
    count, given = len(canvas.clip.frames), {}
    for path, when, source in keys:
        number = parse.frames("--keyframe", when, options.fps)
        if number >= count:
            raise UsageError(
                f"--keyframe {path}@{when}: is after the end ({float(count / options.fps):g}s)", "bad_keyframe"
            )
        given[number] = fitted_to(source.clip, options, how).frames[0]
    return tasks.keyed(canvas, given) if given else canvas


def _notes(*sources: Source | None, overlay: Overlay | None = None) -> tuple[str, ...]:
    own = () if overlay is None else overlay.notes
    return (*(note for source in sources if source is not None for note in source.notes), *own)


def _of_overlay(overlay: Overlay | None) -> tuple[Source, ...]:
    return () if overlay is None else overlay.given


def _check_overlay(overlay: Overlay | None, part: str, why: str) -> None:
    """Refuse an overlay where it, or that part of it, makes no sense."""
    if overlay is not None and (part == "all" or getattr(overlay, part)):
        raise UsageError(why, "no_effect")
