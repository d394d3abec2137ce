"""Shots of clips: where one ends and the next begins, what is measured on each, and which look alike."""

from __future__ import annotations

import dataclasses
import itertools
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from soracli import media
from soracli.commands import sheet
from soracli.commands.output_types.curation import Measures
from soracli.curation import rules
from soracli.curation.measures import Floats, likeness, measured
from soracli.errors import CapacityError, MediaError
from soracli.footage import optical_flow
from soracli.formatting import short
from soracli.pipeline import output_paths
from soracli.types import Clip

SHOWN = 3  # frames of a shot on the contact sheet


@dataclass
class Shot:
    """One shot of a file: frames first .. end - 1, or a file that could not be read, which has none.

    source: the file, with no more of its frames than the contact sheet shows. reasons: fault -> the figure that says
    so; none = it is kept. whole: nothing else is in the file. clip: where it was written to.
    """

    source: media.Source
    first: int = 0
    end: int = 0
    fps: Fraction = Fraction(1)
    size: tuple[int, int] = (0, 0)  # width, height
    found: Measures | None = None
    print: Floats = field(default_factory=lambda: np.zeros((0, 0), np.float32))
    reasons: dict[str, str] = field(default_factory=dict)
    caption: str = ""
    whole: bool = True
    clip: Path | None = None

    @property
    def path(self) -> Path:
        return self.source.path

    @property
    def name(self) -> str:
        return f"{output_paths.shown(self.path)} {self.first}..{self.end - 1}"

    def as_data(self) -> dict[str, Any]:
        """A line of the list, `output_types.curation.CuratedShot`."""
        path = output_paths.shown(self.path)
        if self.found is None:
            return {"path": path, "kept": False, "reasons": self.reasons}
        return {
            "path": path, "first": self.first, "end": self.end, "start": round(float(self.first / self.fps), 3),
            "stop": round(float(self.end / self.fps), 3), "fps": str(self.fps), "width": self.size[0],
            "height": self.size[1], "kept": not self.reasons, "reasons": self.reasons, "caption": self.caption,
            "measures": _rounded(dataclasses.asdict(self.found)),
            "clip": None if self.clip is None else output_paths.shown(self.clip),
        }  # fmt: skip


def as_line(shot: Shot) -> str:
    """A line of the list: letters as they are, and bytes of a name that are no text as escapes of JSON."""
    text = json.dumps(shot.as_data(), ensure_ascii=False)
    return text.encode("utf-8", "backslashreplace").decode() + "\n"


def _rounded(found: dict[str, Any]) -> dict[str, Any]:
    return {name: round(value, 4) if isinstance(value, float) else value for name, value in found.items()}


def find_shots(path: Path, device: str) -> Iterator[Shot]:
    """The shots of a file, measured and judged; of a picture none."""
    try:
        source = media.read_source(path)
    except (MediaError, CapacityError) as error:
        nothing = Clip(np.zeros((0, 1, 1, 3), np.uint8), Fraction(1))
        yield Shot(media.Source(path, nothing), reasons={"unreadable": short(error)})
        return
    clip = source.clip
    if len(clip.frames) == 1:
        return
    height, width = clip.frames.shape[1:3]
    borders = [0, *optical_flow.cuts(clip.frames, device), len(clip.frames)]
    for first, end in itertools.pairwise(borders):
        frames = clip.frames[first:end]
        found, print = measured(frames, clip.fps, device)
        wide = max(1, round(sheet.SIDE * width / height))
        shown = media.fit(Clip(frames[sheet.moments(len(frames), SHOWN)], clip.fps), wide, sheet.SIDE, "stretch")
        reasons = rules.faults(found, Fraction(end - first) / clip.fps)
        few = dataclasses.replace(source, clip=shown, audio=None)
        yield Shot(few, first, end, clip.fps, (width, height), found, print, reasons, whole=len(borders) == 2)


def mark_twins(shots: Sequence[Shot]) -> None:
    """Of shots that look alike one stays: of those without other faults the largest, longest, first."""
    kept: list[Shot] = []
    ranked = sorted(
        (shot for shot in shots if shot.found is not None),
        key=lambda shot: (bool(shot.reasons), -shot.size[0] * shot.size[1], shot.first - shot.end),
    )
    for shot in ranked:
        alike = next((other for other in kept if likeness(shot.print, other.print) > rules.TWIN), None)
        if alike is None:
            kept.append(shot)
        else:
            shot.reasons["twin"] = f"of {alike.name}"
