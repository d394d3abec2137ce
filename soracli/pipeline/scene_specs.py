"""Specs of verbs on a clip that sora made of a scene: the scene goes on, or is painted anew with changes."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np

from soracli import media
from soracli.errors import PolicyError
from soracli.formatting import printable
from soracli.options import parse
from soracli.options.flags import Flags
from soracli.pipeline import own_clips, sources, task_specs, tasks
from soracli.pipeline.own_clips import OwnClip
from soracli.pipeline.spec import TaskSpec
from soracli.scenes.plot import Plot
from soracli.types import Canvas, SamplingOptions
from soracli.weights import manifest


def extended(
    spec: TaskSpec, path: str, prompt: str | None, flags: Flags, before: str | None, after: str | None
) -> tuple[TaskSpec, Flags]:
    """The spec and flags of `sora extend` at one end of a clip: by its scene if it has one, else as they were.

    before, after: times to be added, as typed; None = none. With both the frames alone are followed.
    """
    if after is not None and before is None:
        return _continued(spec, path, prompt, after, flags)
    if before is not None and after is None and prompt != "-" and flags.prompt_file is None:
        return _preceded(spec, path, prompt, before, flags)
    return spec, flags


def _continued(spec: TaskSpec, path: str, prompt: str | None, by: str, flags: Flags) -> tuple[TaskSpec, Flags]:
    """After the end: the scene goes on, or a prompt begins a new shot of it."""
    source = spec.given[0]
    own = own_clips.read(source, flags)
    if own is None or prompt == "-" or flags.prompt_file is not None:
        return spec, flags
    text = (prompt or "").strip()
    why = own_clips.difference(own, flags if not text else replace(flags, seed=None, count=None))
    if why:
        note = f"the scene of {printable(path)} does not go on ({why}): its frames alone are followed."
        return replace(spec, notes=(*spec.notes, note)), flags
    time = manifest.card(flags.model).stride[0]
    after = parse.frames("--by", by, own.fps)
    scene, notes = _next_scene(own, text, after, time)

    def canvas(options: SamplingOptions, _: int) -> Canvas:
        sources.check_room(f"--by {by}", after, options.width, options.height)
        return tasks.continue_shot(source.clip, after, (*own.again, own.frames))

    spec = replace(
        spec, canvas=canvas, plot=Plot(file=scene, time=time), onward=True, notes=(*spec.notes, *notes)
    )  # fmt: skip
    return spec, own.filled(flags)


def _preceded(spec: TaskSpec, path: str, prompt: str | None, by: str, flags: Flags) -> tuple[TaskSpec, Flags]:
    """Before the beginning of a clip of one shot: what its scene showed. A prompt is not followed; a note says so."""
    from soracli.scenes import onward

    own = own_clips.read(spec.given[0], flags)
    if own is None or len(onward.shots(own.scene)) > 1:
        return spec, flags
    as_it_is = {"size": f"{own.source.clip.frames.shape[2]}x{own.source.clip.frames.shape[1]}", "fps": str(own.fps)}
    if any(getattr(flags, name) not in (None, value) for name, value in as_it_is.items()):
        return spec, flags
    card = manifest.card(flags.model)
    time = 1 if card.rates else card.stride[0]
    before = -(-parse.frames("--by", by, own.fps) // time) * time  # as `tasks.extend` paints it
    note = f"{printable(path)} tells its scene: what it showed before is painted"
    note += "; a prompt is followed after its end alone." if prompt else "."
    text = onward.longer(own.scene, 0, own.fps)  # laid out as it was
    plot = Plot(file=text, time=card.stride[0], begin=-float(before / own.fps))
    return replace(spec, plot=plot, notes=(*spec.notes, note)), own.filled(flags)


def _next_scene(own: OwnClip, prompt: str, after: int, time: int) -> tuple[str, list[str]]:
    """Text of the scene file of a clip with `after` frames more, and notes. time: frames per latent frame."""
    from soracli.scenes import onward
    from soracli.scenes.known import shipped

    name = printable(own.path)
    if not prompt:
        return onward.longer(own.scene, after, own.fps), [f"{name} tells its scene, which goes on."]
    start = own.frames // time * time
    seconds = float((own.frames + after - start) / own.fps)
    text, notes = onward.cut(own.scene, prompt, float(start / own.fps), seconds, own.aspect, shipped())
    return text, [f"{name} tells its scene: the prompt begins a new shot of it.", *notes]


def inpainted(spec: TaskSpec, path: str, prompt: str | None, flags: Flags, *, track: bool) -> tuple[TaskSpec, Flags]:
    """The spec of `sora inpaint` in a clip of a scene: its hole shows the same place with whom a prompt names in it.

    Of a clip that has no scene, or several, it stays as it was; without a prompt what is masked is removed.
    """
    if not (prompt or "").strip() or prompt == "-" or not spec.areas or spec.overlay is not None:
        return spec, flags
    own = own_clips.read(spec.given[0], flags)
    if own is None:
        return spec, flags
    from soracli.scenes import onward
    from soracli.scenes.known import shipped

    hole = sources.covered(spec.areas[0], own.source.clip, track).max(0) > 0
    found = onward.beside(own.scene, str(prompt), hole, shipped()) if hole.any() else None
    if found is None:
        return spec, flags
    text, notes = found
    notes = [f"{printable(path)} tells its scene: what is masked shows its place with what the prompt names.", *notes]
    plot = Plot(file=text, time=manifest.card(flags.model).stride[0])
    return replace(spec, plot=plot, notes=(*spec.notes, *notes)), own.filled(flags)


def animated(spec: TaskSpec, path: str, typed: str | None, flags: Flags) -> tuple[TaskSpec, Flags]:
    """The spec of `sora animate` of a picture of a scene: the scene goes on from there, as a prompt says or as it was.

    Of a picture that has no scene, or where more than the picture is given, it stays as it was.
    """
    alone = len(spec.given) == 1 and not (spec.areas or spec.overlay or spec.keyed) and spec.engine == "auto"
    if not alone or typed == "-" or flags.prompt_file is not None or path == "-":
        return spec, flags
    own = own_clips.read(spec.given[0], flags)
    if own is None or own.frames > 1:
        return spec, flags
    from soracli.scenes import file, onward
    from soracli.scenes.known import shipped
    from soracli.scenes.plot import MOMENT

    said = ", ".join(filter(None, [(typed or "").strip(), *spec.words]))
    notes: list[str] = []
    text, begin = onward.ahead(own.scene), MOMENT
    if said:
        cut, notes = onward.cut(own.scene, said, MOMENT, MOMENT, own.aspect, shipped())
        text, begin = file.text(onward.shots(cut)[-1:]), 0.0
    notes = [
        f"{printable(path)} tells its scene, which goes on; --engine motion moves a camera over it instead.",
        *notes,
    ]
    plot = Plot(file=text, time=manifest.card(flags.model).stride[0], begin=begin)
    return replace(spec, plot=plot, notes=(*spec.notes, *notes)), own.filled(flags)


def check_scene(spec: TaskSpec, flags: Flags) -> None:
    """Raise PolicyError where a model that paints places of its own alone is to paint frames that tell no scene."""
    card = manifest.card(flags.model)
    if card.takes_drafts:
        raise PolicyError(
            f"{printable(spec.given[0].path)}: tells no scene, and {card.name} makes fog of frames alone; lay a "
            'look over it (sora edit CLIP "at sunset", --style NAME), or take an open model: sora model list',
            "beyond_model",
        )


def edited(
    path: str,
    prompt: str,
    flags: Flags,
    verb: str = "edit",
    *,
    start: str | None = None,
    stop: str | None = None,
    region: str | None = None,
) -> tuple[TaskSpec, Flags] | None:
    """The spec of a clip that is painted anew from its scene with what a prompt changes in it.

    start, stop, region: the part of it that is. None if the clip has no scene, or the prompt says nothing of it. An
    empty prompt changes nothing but the seed.
    """
    if path == "-" or prompt == "-" or not Path(path).exists():
        return None
    spec = task_specs.edit(path, 1.0, start, stop, verb=verb, region=region)
    own = own_clips.read(spec.given[0], flags)
    if own is None:
        return None
    first, last = sources.part(own.source.clip, start, stop)
    text = own.scene
    notes: tuple[str, ...] = (f"{printable(path)} tells its scene: the same happens in other pictures of the place.",)
    if "strength" in flags.origin.call.arguments:
        notes = (*notes, "--strength has no say where a scene is painted anew.")
    if prompt:
        from soracli.scenes import edits, onward, retold
        from soracli.scenes.known import shipped

        found = retold.retold(prompt, onward.shots(text), own.aspect, shipped())
        if not found.changes:
            return None
        text = edits.edited(text, found.changes)
        said = ", ".join(f"{key.removeprefix('shot.1.')}={value}" for key, value in found.changes if value)
        notes = (
            f"{printable(path)} tells its scene, which is painted anew with {said}; --strength lays a look over it.",
            *found.notes,
        )

    def canvas(options: SamplingOptions, _: int) -> Canvas:
        given = sources.fitted(spec.given[0].clip, (options.width, options.height), options.fps, "crop")
        again = own.again if len(given.frames) == own.frames else ()
        size, count = (options.width, options.height), len(given.frames)
        mask = np.zeros((count, size[1], size[0]), np.float32)
        ratio = Fraction(count, own.frames)
        mask[round(first * ratio) : round(last * ratio)] = 1
        for area in spec.areas:
            mask *= media.feather(area.mask(size, count, options.fps), sources.RIM)
        return Canvas(given, mask, again=again)

    record = {key: value for key, value in spec.record.items() if key not in ("strength", "fit")}
    plot = Plot(file=text, time=manifest.card(flags.model).stride[0], varied=verb == "vary")
    told = own.filled(flags)
    return (
        replace(spec, canvas=canvas, plot=plot, record=record, notes=(*spec.notes, *notes)),
        replace(told, seed=flags.seed) if verb == "vary" else told,
    )


def varied(
    path: str, prompt: str | None, strength: float, fit: str, flags: Flags, *, partial: bool
) -> tuple[TaskSpec, Flags]:
    """The spec and flags of `sora vary`: of the scene if the clip tells one, else of its frames, for models that can.

    strength: 0 (unchanged) .. 1. partial: use what there is of a file that ends early. Raises PolicyError.
    """
    if not partial and (found := edited(path, prompt or "", flags, "vary")) is not None:
        return found
    spec = task_specs.edit(path, strength, fit=fit, verb="vary", allow_partial=partial)
    check_scene(spec, flags)
    return spec, flags
