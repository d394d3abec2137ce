"""`Writer`: frames to a file that appears whole or not at all.

Everything is written to a part file in the target's own folder, signed from there into a second one, flushed to the
disk, and renamed. An error, Ctrl-C included, removes both and leaves an older file of that name as it was; if only
signing fails, what was made is kept beside it under the name `NAME.unsigned`.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

import numpy as np
import numpy.typing as npt

from soracli.errors import PolicyError, SoraError, UsageError
from soracli.formatting import as_text, printable
from soracli.media import formats, targets
from soracli.media.audio import Audio
from soracli.media.commit import aside, commit, commit_pair, explained, keep, reserve, sync
from soracli.media.encode import Encoder, encoder
from soracli.media.growing import Growing
from soracli.media.reread import frames_of
from soracli.media.source import Recipe
from soracli.system import part_files
from soracli.types import Frames, Mask


class Digest:
    """Stands in for a `Writer` where nothing is to be written: frames go no farther than their digest."""

    def __init__(self) -> None:
        self._sha = hashlib.sha256()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def add(self, frames: Frames, painted: Mask | None = None) -> None:
        """Append frames: uint8 (T, H, W, 3) RGB."""
        self._sha.update(np.ascontiguousarray(frames).data)

    @property
    def digest(self) -> str:
        """sha256 of all frames so far, RGB bytes in order."""
        return self._sha.hexdigest()


class FrameStamper(Protocol):
    """What is done to a result on its way to the disk: `stamp.Stamp`."""

    recipe: Recipe  # what the file says about itself

    def mark(self, frames: Frames, painted: Mask | None) -> Frames:
        """Frames with the watermark where they were painted; None = all of them."""

    def seal(self, part: Path, sealed: Path, format: formats.Format) -> bool:
        """Sign the file (or folder) `part` into `sealed`, which is not there yet.

        Returns whether `sealed` is the result; if not, it is a credential that stands beside `part`.
        """


class FrameReviewer(Protocol):
    """Who looks at every frame of a result before it gets its name: `review.Review`.

    keep: whether what is withheld is kept under the name `NAME.held`.
    """

    keep: bool

    def look(self, frames: Iterator[npt.NDArray[np.uint8]], fps: Fraction) -> str:
        """Why the result is withheld; empty if it is not."""


class Writer:
    """A context manager that encodes frames as they come, in a thread of its own while the next ones are made.

    Args:
        path: the file (for the format `frames`: the folder) that is to appear.
        width, height: pixels; both even for mp4, mov, mkv and webm.
        fps: frames per second.
        format: a key of `FORMATS`; by default the suffix decides.
        quality: `draft`, `good`, `lossless` or a CRF number.
        recipe: JSON-able data kept in the standard `comment` tag of a file that nobody stamps; a stamp brings its own.
            `info` reads it back. If it has the key `frames_sha256`, the digest of the frames is filled in there.
        force: replace a file that is already there.
        audio: sound to go with the frames, cut or padded with silence to their length. Ignored by a format
            that holds none (`format.sound` says so).
        audio_start: where the sound begins, in seconds of the output; negative leaves out its beginning.
        stamp: marks the frames and signs the file; None = neither.
        review: looks at every frame of the encoded file; None = nobody does.
        alpha: frames are RGBA, not premultiplied, and the format can hold that (`format.alpha`).
        growing: is given the marked frames as they come, and ended with the file; None = nothing is.

    Leaving the block normally commits; leaving it by an exception leaves nothing behind. What goes wrong with frames is
    raised by the next call.
    """

    def __init__(
        self,
        path: str | Path,
        width: int,
        height: int,
        fps: Fraction,
        format: str | None = None,
        quality: str = "good",
        recipe: Recipe | None = None,
        *,
        force: bool = False,
        audio: Audio | None = None,
        audio_start: Fraction = Fraction(0),
        stamp: FrameStamper | None = None,
        review: FrameReviewer | None = None,
        alpha: bool = False,
        growing: Growing | None = None,
    ) -> None:
        self.path = Path(path)
        self.format = formats.FORMATS[format] if format in formats.FORMATS else formats.choose(str(path), format, 0)
        self.count = 0
        self._digest = Digest()
        self._size = width, height
        self._alpha = alpha
        self._fps = Fraction(fps)
        self._quality = formats.quality(quality, self.format)
        self._recipe = recipe if stamp is None else stamp.recipe
        self._force = force
        self._audio = audio.delayed(Fraction(audio_start)) if audio and self.format.sound else None
        self._stamp, self._review, self._growing = stamp, review, growing
        self._part = part_files.beside(self.path)
        self._sealed = self._part.with_suffix(".sealed")
        self._held: int | None = None
        self._encoder: Encoder | None = None
        self._worker = ThreadPoolExecutor(1)  # its thread starts with the first frames
        self._added: Future[None] | None = None
        formats.check(self.format, width, height, float(fps))

    def __enter__(self) -> Self:
        targets.check(self.path, self.format, force=self._force)
        with explained(self.path):
            part_files.sweep(self.path.parent)
            reserve(self._part, folder=self.format.name == "frames")
            self._held = part_files.hold(self._part)
            try:
                self._encoder = encoder(
                    self._part, self.format, self._size, self._fps, self._quality, self._recipe, self._audio,
                    alpha=self._alpha,
                )  # fmt: skip
            except BaseException:
                self._clear()
                raise
        return self

    def add(self, frames: Frames, painted: Mask | None = None) -> None:
        """Append frames: uint8 (T, H, W, 3) RGB, or RGBA if that was announced, in the size announced.

        painted: (T, H, W), where the stamp may put its mark: 1 = painted by us, 0 = must stay; None = all of it.
        """
        assert self._encoder is not None, "use Writer in a with statement"
        width, height = self._size
        shape = (height, width, 4 if self._alpha else 3)
        if frames.dtype != np.uint8 or frames.shape[1:] != shape:
            raise ValueError(
                f"frames must be uint8 (T, {height}, {width}, {shape[2]}), not {frames.dtype} {frames.shape}"
            )
        self._wait()
        self._added = self._worker.submit(self._add, self._encoder, np.array(frames), painted)
        self.count += len(frames)

    def _add(self, encoder: Encoder, frames: Frames, painted: Mask | None) -> None:
        self._digest.add(frames)  # before the mark: another installation has another one
        if self._stamp is not None:
            frames = self._stamp.mark(frames, painted)
        with explained(self.path):
            encoder.add(frames)
        if self._growing is not None:
            self._growing.add(frames)

    def _wait(self) -> None:
        """Until the frames that were added are encoded. Raises what was raised there, once."""
        added, self._added = self._added, None
        if added is not None:
            added.result()

    @property
    def digest(self) -> str:
        """See `Digest`."""
        self._wait()
        return self._digest.digest

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._encoder is not None
        try:
            self._worker.shutdown()  # waits for what was added
            if self._growing is not None:
                self._growing.close()
            failed = error or (self._added.exception() if self._added is not None else None)
            if failed is not None:
                with contextlib.suppress(Exception):
                    self._encoder.abandon()
                if error is None:
                    raise failed
                return
            if not self.count:
                raise ValueError(f"{self.path}: no frames were added")
            with explained(self.path):
                self._encoder.finish(self.digest)
            self._finish()
        finally:
            self._clear()

    def _clear(self) -> None:
        part_files.remove(self._part)
        part_files.remove(self._sealed)
        part_files.release(self._held)

    def _finish(self) -> None:
        """Look at it, sign, flush, rename."""
        held, path = self._looked_at(), self.path
        if held:
            path = aside(self.path, "held")
        whole, beside = self._part, None
        if self._stamp is not None:
            try:
                with explained(self.path):
                    embedded = self._stamp.seal(self._part, self._sealed, self.format)
            except SoraError as error:
                kept = keep(self._part, self.path)
                what = f"; what was made is kept, unsigned, as {printable(kept)}" if kept else ""
                raise type(error)(f"{error}{what}", error.code) from error
            whole, beside = (self._sealed, None) if embedded else (self._part, self._sealed)
        with explained(self.path):
            sync(whole)
            if beside is None:
                commit(whole, path, force=self._force)
            else:
                sync(beside)
                commit_pair(whole, beside, path, force=self._force)
        if held:
            raise _withheld(self.path, held, f"kept aside as {printable(path)}")

    def _looked_at(self) -> str:
        """Why the result is withheld and kept aside, or nothing. Raises PolicyError if it is not to be kept."""
        if self._review is None:
            return ""
        with explained(self.path):
            held = self._review.look(frames_of(self._part, self.format, self._fps), self._fps)
        if held and not self._review.keep:
            raise _withheld(self.path, held, "nothing was saved; another --seed may do, --keep-held keeps it aside")
        return held


def _withheld(path: Path, reason: str, what: str) -> PolicyError:
    return PolicyError(f"{printable(path)}: withheld, {reason}; {what}", "withheld")


def write_text(path: Path, text: str, *, force: bool) -> None:
    """A text in a file that appears whole or not at all, and takes the place of an older one only with force.

    Raises UsageError for a text that UTF-8 cannot hold, since it names a file whose name is not text.
    """
    try:
        data = text.encode("utf-8")
    except UnicodeEncodeError as error:
        around = as_text(text[max(0, error.start - 20) : error.end + 20])
        raise UsageError(f"{printable(path)}: would name a file whose name is not UTF-8 ({around}); rename that file",
                         "bad_name") from None  # fmt: skip
    with explained(path):
        if os.path.lexists(path):
            targets.check_file(path, force=force)
        with part_files.reserved(path) as part:
            part.write_bytes(data)
            sync(part)
            commit(part, path, force=force)
