"""Checkpoints of interrupted renders: find, validate and save them."""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from soracli import media
from soracli.console.report import Reporter
from soracli.errors import SoraError, UsageError, WeightsError
from soracli.pipeline import latents
from soracli.pipeline.job import Job
from soracli.state.runs import Run

if TYPE_CHECKING:
    from soracli.sampling.state import SamplerState


def finished(path: str, recipe: dict[str, Any]) -> dict[str, Any] | None:
    """The recipe inside the file that a stopped run was to make, if it is that file: it was stopped right after."""
    if not os.path.exists(path):
        return None
    with contextlib.suppress(SoraError):
        found = media.info(path).recipe or {}
        if plain(found) == plain(recipe):
            return found
    return None


def plain(recipe: dict[str, Any]) -> dict[str, Any]:
    """A recipe as JSON gives it back, without what makes no frame another."""
    found = dict(json.loads(json.dumps(recipe)), **{media.DIGEST: ""})
    for name in ("asked", "policy", "review"):
        found.pop(name, None)
    return found


def resumed(job: Job, run: Run, seed: int, given: str | None, device: str, talk: Reporter) -> SamplerState:
    """The saved state of a result, or an empty one. given: a file of latents to take it from."""
    from soracli.sampling.state import SamplerState

    path = Path(given) if given else run.latents(seed)
    if path is None or not (given or path.is_file()):
        return SamplerState()
    if not given and not latents.own(path):
        talk.note("what was painted so far was not kept by this installation; starting anew.")
        return SamplerState()
    made_by = latents.describe(path).get("recipe")
    now, before = plain(job.recipe(seed)), made_by if isinstance(made_by, dict) else {}
    for name in ("asked", "policy", "review"):  # what a prompt was expanded from does not matter once it is
        before.pop(name, None)
    if before == now:
        return latents.load(path, device)
    other = ", ".join(key for key in now if now[key] != before.get(key))
    if given:
        raise UsageError(f"{given}: was painted with another {other}; paint it anew", "other_latents")
    talk.note(f"what was painted so far had another {other}; starting anew.")
    return SamplerState()


def keep(job: Job, run: Run, seed: int, state: SamplerState, talk: Reporter) -> None:
    """Save the state of a result, if there is any."""
    path = run.latents(seed)
    if path is None or not (state.latents or state.predictions.get(0)):
        return
    about = {"recipe": plain(job.recipe(seed)), "call": job.record.as_data(), "run": run.id}
    try:
        latents.save(path, state, about)
    except (OSError, WeightsError) as error:
        talk.note(f"the latents could not be kept ({getattr(error, 'strerror', None) or error}).")
