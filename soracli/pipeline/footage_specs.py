"""The spec of `sora inpaint` with a prompt; in footage it lays pictures of the library over what is filled."""

from __future__ import annotations

from dataclasses import replace

from soracli.draft import extent
from soracli.errors import PolicyError
from soracli.formatting import printable
from soracli.options import parse
from soracli.options.flags import Flags
from soracli.pipeline import scene_specs, sources
from soracli.pipeline.prepare import REMOVE
from soracli.pipeline.spec import TaskSpec
from soracli.scenes.plot import Plot
from soracli.types import Shot
from soracli.weights import manifest


def inpainted(
    spec: TaskSpec, path: str, typed: str | None, flags: Flags, *, track: bool
) -> tuple[TaskSpec, str | None, Flags]:
    """The spec, prompt and flags of `sora inpaint`: by the scene of the clip if it tells one, else over its footage."""
    prompt = parse.prompt(typed, flags.prompt_file, needed=False)
    flags = replace(flags, prompt_file=None)
    if prompt.strip(" .!").lower() not in {"", *REMOVE}:
        spec, flags = scene_specs.inpainted(spec, path, prompt, flags, track=track)
        spec = _with_cast(spec, path, prompt, flags, track=track) if spec.plot is None else spec
    return spec, prompt or None, flags


def _with_cast(spec: TaskSpec, path: str, prompt: str, flags: Flags, *, track: bool) -> TaskSpec:
    """The spec of `sora inpaint` with a prompt in footage, where the model paints places of its own alone.

    What is masked is filled as where it is removed, and whom the prompt names is laid over that, inside the mask.
    Around a picture nobody is put, and what is there follows no prompt. Raises PolicyError if the prompt names nobody
    whom the library has.
    """
    if not manifest.card(flags.model).takes_drafts or not spec.filled or spec.overlay is not None:
        return spec
    name = printable(path)
    if not spec.areas:
        note = f"{name}: what is around it is made of the picture itself; of a prompt nothing is followed there."
        return replace(spec, unprompted=True, notes=(*spec.notes, note))
    clip = spec.given[0].clip
    hole = sources.covered(spec.areas[0], clip, track).max(0) > 0
    if not hole.any():
        return spec
    from soracli.scenes.known import shipped
    from soracli.scenes.read import read

    rows, columns = extent(hole)
    x, y, width, height = columns.start, rows.start, columns.stop - columns.start, rows.stop - rows.start
    reading = read(prompt, float(clip.seconds), width / height, 0, shipped())
    if not reading.scene.performers:
        raise PolicyError(
            f"'{printable(prompt)}': names nobody whom the library has (sora cast search WORDS); the embedded model "
            "cannot paint anything else into footage; for more take an open model: sora model list",
            "beyond_model",
        )
    said = f"{name}: what is masked is filled from its surroundings, and whom the prompt names is laid over it."
    stage = x / hole.shape[1], y / hole.shape[0], width / hole.shape[1], height / hole.shape[0]
    cast = Plot((Shot(0.0, prompt),), footage=True, large=True)
    return replace(spec, cast=cast, stage=stage, notes=(*spec.notes, said, *reading.notes))
