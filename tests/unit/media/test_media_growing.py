"""A clip that can be watched while it is made."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from soracli.media import Growing, Writer
from soracli.safety.review import Review
from soracli.types import Clip, Frames


def shades(count: int) -> Frames:
    """Grey frames, each brighter than the one before."""
    return np.linspace(40, 220, count).astype(np.uint8)[:, None, None, None].repeat(32, 1).repeat(48, 2).repeat(3, 3)


def seen(path: Path) -> list[float]:
    """Mean level of each frame that a file holds so far."""
    with av.open(str(path)) as file:
        return [float(frame.to_ndarray(format="rgb24").mean()) for frame in file.decode(video=0)]


def test_it_can_be_played_while_it_grows(tmp_path: Path) -> None:
    """At 8 frames a second a fragment has 4; one is in the file once the next begins."""
    frames, path = shades(20), tmp_path / "a.mp4"
    growing = Growing(path, Fraction(8), lambda frame: "")
    assert not path.exists()
    growing.add(frames[:10])
    assert np.abs(np.array(seen(path)) - frames[:8].mean((1, 2, 3))).max() < 6
    assert b"mvex" in path.read_bytes()
    growing.add(frames[10:])
    growing.close()
    assert np.abs(np.array(seen(path)) - frames.mean((1, 2, 3))).max() < 6


def test_it_ends_where_a_reviewer_objects(tmp_path: Path) -> None:
    """What flashes is not shown from the frame on with which it is too much; see `test_review`."""
    flashing = np.array([0, 255] * 12, np.uint8)[:, None, None, None].repeat(32, 1).repeat(32, 2).repeat(3, 3)
    growing = Growing(tmp_path / "a.mp4", Fraction(24), Review(keep=False).watch(Fraction(24)))
    growing.add(flashing)
    growing.add(flashing)
    growing.close()
    assert len(seen(tmp_path / "a.mp4")) == 7


def test_a_copy_that_cannot_be_written_harms_nobody(tmp_path: Path, clip: Clip) -> None:
    height, width = clip.frames.shape[1:3]
    growing = Growing(tmp_path / "none" / "a.mp4", clip.fps, lambda frame: "")
    with Writer(tmp_path / "b.mp4", width, height, clip.fps, growing=growing) as writer:
        writer.add(clip.frames)
    assert len(seen(tmp_path / "b.mp4")) == len(clip.frames)
