"""What the user should know of a request before the work begins, in plain sentences."""

from __future__ import annotations

from collections.abc import Sequence

from soracli.options import open_models
from soracli.pipeline.estimate import Estimate
from soracli.pipeline.request import Request
from soracli.pipeline.sources import refitted
from soracli.sampling import frame_rates, windows
from soracli.scenes.plot import Plot
from soracli.types import Canvas, Geometry, Shot


def of_request(
    request: Request, plot: Plot | None, read: Sequence[str], canvas: Canvas, estimate: Estimate, results: int
) -> list[str]:
    """Notes of a request. read: what there is to say of how its prompt was read. results: how many are made."""
    spec, options, geometry = request.spec, request.options, estimate.geometry
    said = read if request.own is None else request.own.said(results)
    notes = [*request.flags.origin.notes, *said, *spec.notes, *canvas.notes]
    if spec.source is not None:
        notes += refitted(spec.source, (options.width, options.height), options.fps, request.flags)
    notes += open_models.notes(request.card, options, canvas)
    if spec.overlay is not None:
        notes += spec.overlay.over(canvas.frames, float(canvas.frames / options.fps))
    notes += [] if request.filled else frame_rates.notes(geometry, estimate.pace)
    return [*notes, *_of_shots(request.shots if plot is None else plot.begins, geometry)]


def _of_shots(shots: tuple[Shot, ...], geometry: Geometry) -> list[str]:
    """What becomes of shots that do not begin where latent frames do."""
    if geometry.causal:
        return []
    time, found = geometry.stride[0], []
    begins = [0, *(windows.border(shot.start, geometry) for shot in shots[1:])]
    for i, shot in enumerate(shots):
        at = float(begins[i] * time / geometry.fps)
        if begins[i] >= geometry.latent[0]:
            found.append(f"the shot at {shot.start:g}s is after the end and left out.")
        elif begins[i] in begins[i + 1 :]:
            found.append(f"the shot at {shot.start:g}s is too short, and left out: {time} frames are painted together.")
        elif at != shot.start:
            found.append(f"the shot at {shot.start:g}s begins at {at:g}s: {time} frames are painted together.")
    return found
