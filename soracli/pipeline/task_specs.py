"""What the verbs are given beside a prompt: sources, read and brought to one size and rate, and the canvas of them.

A `Brief` is a verb's request before the flags of `Flags` are worked out. Nothing slow is imported here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from soracli import media
from soracli.errors import UsageError
from soracli.formatting import printable, stem
from soracli.media import Area, Audio, Source
from soracli.options import parse
from soracli.pipeline import tasks
from soracli.pipeline.composite import Hand
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
from soracli.types import Canvas, Clip, SamplingOptions

if TYPE_CHECKING:
    from soracli.scenes.plot import Plot


@dataclass(frozen=True)
class Brief:
    """What a verb wants.

    canvas: makes it, once size, rate and length are known; it is told of how many frames whole latent frames are on
    whose borders joints should lie, 1 = they may lie anywhere.
    source: gives size and rate where flags do not. length: what to say to --duration, empty = it is the user's.
    sound: of the result, from its first frame on, once its rate is known. words: added to the prompt.
    shots: `TIME:TEXT` as typed, instead of a prompt. prompted: whether a prompt is needed. stem: of the file's name.
    record: for the recipe. given: every input whose pixels go into the result, for its content credentials. areas:
    what says which of them to paint. filled: whether what is to be painted is brought from the rest of the clip where
    no prompt says otherwise, by models that know nothing of it. rim: pixels of a soft edge inside what a model paints.
    compare: whether results are told apart by figures. staged: the prompt may become scenes, since nothing is given.
    scene: path of a scene file instead of a prompt, or its text. hand: what is composited over the canvas. rests: when
    all but the work of that hand is kept, `always`, `unprompted` or `` (never). lasts: seconds of the result where
    --duration says nothing, None = the card's. plot: what its scenes are made from, where no prompt is to say it.
    onward: whether its last shot is the only one to be painted, and frames of it that are given are kept.
    engine: of `real_footage.ENGINES`, what makes the new frames; empty = it is the model. camera: the move that is
    asked for. keyed: whether all that is given are key frames. cast: who plays over what is filled, inside
    the mask. stage: x, y, width and height of the part of the frame in which they do, shares. unprompted: whether it is
    filled whatever the prompt says.
    """

    verb: str
    canvas: Callable[[SamplingOptions, int], Canvas]
    still: bool = False
    source: Clip | None = None
    length: str = ""
    sound: Callable[[Fraction], Audio | None] | None = None
    words: tuple[str, ...] = ()
    shots: tuple[str, ...] = ()
    prompted: bool = True
    stem: str = ""
    notes: tuple[str, ...] = ()
    record: dict[str, Any] = field(default_factory=dict)
    given: tuple[Source, ...] = ()
    areas: tuple[Area, ...] = ()
    filled: bool = False
    rim: int = 0
    compare: bool = False
    staged: bool = False
    scene: str = ""
    hand: Hand | None = None
    rests: str = ""
    lasts: Fraction | None = None
    engine: str = ""
    camera: str = ""
    keyed: bool = False
    plot: Plot | None = None
    onward: bool = False
    cast: Plot | None = None
    stage: tuple[float, float, float, float] = (0.0, 0.0, 1.0, 1.0)
    unprompted: bool = False


# --- sources ----------------------------------------------------------------------------------------------------------


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


# --- briefs -----------------------------------------------------------------------------------------------------------


def generate(
    verb: str,
    *,
    still: bool,
    keyframes: Sequence[str] = (),
    fit: str = "pad",
    words: Sequence[str] = (),
    shots: Sequence[str] = (),
    scene: str | None = None,
    hand: Hand | None = None,
    engine: str = "",
    camera: str | None = None,
) -> Brief:
    """From a text, several from given times on, or a scene file, with pictures at given times if there are any.

    Where flags say nothing the result is as large, as fast and as long as the hand's draft.
    """
    _check_hand(hand, "moves", f"sora {verb}: there is nothing to move before it is painted; use: sora animate")
    draft = None if hand is None or hand.draft is None else hand.draft.source.clip
    keys = [_keyframe(text) for text in keyframes]
    how, alone = _how(fit), not (shots or scene or hand)
    if engine == "motion" and not (keys and alone):
        raise UsageError("--engine motion: moves key frames of a prompt; add --keyframe PICTURE@TIME", "no_effect")

    def canvas(options: SamplingOptions, time: int) -> Canvas:
        blank = tasks.generate(options.frames, options.height, options.width, options.fps)
        return _keyed(blank, keys, options, how)

    record = stated(keyframes=[f"{Path(path).name}@{when}" for path, when, _ in keys], fit=fit if keys else None)
    return Brief(
        verb, canvas, still=still, words=tuple(words), shots=tuple(shots), prompted=not (shots or scene), record=record,
        given=(*(key[2] for key in keys), *_of_hand(hand)), notes=_notes(*(key[2] for key in keys), hand=hand),
        staged=not keys, scene=scene or "", hand=hand, source=draft,
        lasts=None if still or hand is None else hand.seconds, engine=engine if keys and alone else "",
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
    hand: Hand | None = None,
    engine: str = "",
    camera: str | None = None,
) -> Brief:
    """A picture, and what else of the clip is given. frames: of the result, None = as the flags say.

    Under a hand all else of the picture stands still, unless something says how it is to move.
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

    return Brief(
        verb, canvas, source=source.clip, words=tuple(words), prompted=False, stem=_stem(image, verb),
        engine=engine, camera=camera or "",
        length="" if frames is None else "the number of views decides; use -n",
        given=tuple(part for part in (source, last, *(key[2] for key in keys), *_of_hand(hand)) if part is not None),
        notes=_notes(source, last, *(key[2] for key in keys), hand=hand), hand=hand,
        rests="always" if hand and not (words or region or to or keys) else "",
        areas=() if moving is None else (moving,),
        record=stated(
            inputs=named(image, *([to] if to else [])), region=shown(region, moving), fit=fit, views=frames,
            keyframes=[f"{Path(path).name}@{when}" for path, when, _ in keys],
        ),
    )  # fmt: skip


def extend(
    path: str, before: str | None, after: str | None, loop: str | None, fit: str = "pad", overlap: str | None = None,
    allow_partial: bool = False, engine: str = "",
) -> Brief:  # fmt: skip
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

    return Brief(
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
    region: str | None = None, hand: Hand | None = None,
) -> Brief:  # fmt: skip
    """A clip that is painted anew from itself, all of it or a part of its time.

    reference: a picture whose colours and contrast it is to take over. region: where alone it is painted.
    """
    if start is not None or stop is not None:
        _check_hand(
            hand, "all", "--from, --to: do not go with --draft, --subject or --move; a move says its own @T0-T1"
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

    return Brief(
        verb, canvas, source=source.clip, words=tuple(words),
        prompted=verb == "edit" and not (words or model or hand),
        stem=_stem(path, verb), length="the clip keeps its own length",
        sound=sound_of(source), notes=_notes(source, model, hand=hand), compare=verb == "vary",
        given=(source, *_of_hand(hand)) if model is None else (source, model, *_of_hand(hand)),
        areas=() if area is None else (area,), hand=hand,
        rests="unprompted" if hand and not words and not model else "",
        record=stated(
            inputs=named(path), strength=strength, start=start, stop=stop, fit=fit, allow_partial=allow_partial or None,
            style_ref=None if reference is None else named(reference)[0], region=shown(region, area),
        ),
    )  # fmt: skip


def inpaint(
    path: str, mask: str | None, outpaint: str | None, fit: str = "pad", allow_partial: bool = False,
    invert: bool = False, track: bool = False, hand: Hand | None = None,
) -> Brief:  # fmt: skip
    """A clip or picture with a hole, or with room around it, to be filled.

    invert: paint all but what the mask says. track: the mask follows what it lies on.
    """
    source, how = footage(path, allow_partial), _how(fit)
    if (mask is None) == (outpaint is None) and not (hand and mask is None):
        raise UsageError("inpaint: say what to paint: --mask FILE|X,Y,W,H or --outpaint T,R,B,L", "no_mask")
    for flag, given in (("--invert-mask", invert), ("--track", track)):
        if given and mask is None:
            raise UsageError(f"{flag}: has no effect without --mask", "no_effect")
    shape = source.clip
    hole, sides = None if mask is None else Area.of(mask, inverted=invert), None
    if outpaint is not None:
        height, width = source.clip.frames.shape[1:3]
        sides = media.borders(outpaint, (width, height))
        first = media.outpainted(Clip(source.clip.frames[:1], source.clip.fps), sides)[0]
        check_room(f"--outpaint {outpaint}", len(source.clip.frames), first.frames.shape[2], first.frames.shape[1])
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

    return Brief(
        "inpaint", canvas, source=shape, prompted=False, stem=_stem(path, "inpaint"),
        filled=hole is not None or sides is not None, rim=0 if hole is None else RIM,
        still=len(shape.frames) == 1, length="the clip keeps its own length", sound=sound_of(source),
        notes=_notes(source, hand=hand), given=(source, *_of_hand(hand)), areas=() if hole is None else (hole,),
        hand=hand,
        record=stated(
            inputs=named(path), mask=shown(mask, hole), invert_mask=invert or None, track=track or None,
            outpaint=outpaint, fit=fit,
            allow_partial=allow_partial or None,
        ),
    )  # fmt: skip


MODES = ("between", "replace", "dissolve")


def blend(a: str, b: str, by: str, mode: str, fit: str = "pad", allow_partial: bool = False, engine: str = "") -> Brief:
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

    return Brief(
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


def _notes(*sources: Source | None, hand: Hand | None = None) -> tuple[str, ...]:
    own = () if hand is None else hand.notes
    return (*(note for source in sources if source is not None for note in source.notes), *own)


def _of_hand(hand: Hand | None) -> tuple[Source, ...]:
    return () if hand is None else hand.given


def _check_hand(hand: Hand | None, part: str, why: str) -> None:
    """Refuse a hand where it, or that part of it, makes no sense."""
    if hand is not None and (part == "all" or getattr(hand, part)):
        raise UsageError(why, "no_effect")
