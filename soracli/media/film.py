"""The frames of a video stream as they decode, made upright, opaque and square, at one rate."""

from __future__ import annotations

import errno
import math
from fractions import Fraction
from typing import Any, cast

import av
import numpy as np
import numpy.typing as npt
from av.codec import CodecContext
from av.sidedata.sidedata import SideData
from av.video.frame import VideoFrame
from av.video.reformatter import Colorspace
from av.video.stream import VideoStream

from soracli.errors import MediaError
from soracli.media import gamut, hdr
from soracli.media.fit import resized
from soracli.media.source import check_bytes, check_pixels, check_seconds
from soracli.media.stills import over_black, with_alpha
from soracli.media.timing import schedule
from soracli.types import Clip

MATRICES, _CONSTANT = (0, 1, 4, 5, 6, 7, 9), 10  # of ITU-T H.273: those that the scaler knows; BT.2020's other one
UNSAID = (0, 2, 3)  # numbers of H.273 that say nothing
_SD_LINES, _HD_COLUMNS = 576, 1280  # film that says nothing is BT.601 up to these lines and below these columns
_WITH_ALPHA = {"vp8": "libvpx", "vp9": "libvpx-vp9"}  # codec -> the decoder that reads its second, hidden picture
_SKEWED = 0.02  # of the longer part of a direction, by which it may be off an axis


def tag(metadata: dict[str, str], name: str) -> str:
    """A container's metadata by name, in any case; empty if it is not there."""
    return next((value for key, value in metadata.items() if key.lower() == name), "")


def _array(frame: VideoFrame, format: str, matrix: int | None) -> npt.NDArray[np.uint8]:
    try:
        return cast(npt.NDArray[np.uint8], frame.to_ndarray(format=format, src_colorspace=matrix, threads=1))
    except OSError as error:  # FFmpeg's own among them
        if error.errno != errno.EOPNOTSUPP:
            raise
        tags = f"{frame.color_primaries}/{int(frame.color_trc)}/{int(frame.colorspace)}"
        raise MediaError(f"has colours by {tags} of H.273, which are not read; convert it first", "no_codec") from error


class Film:
    """The frames of a stream as they decode, made upright, opaque and square, with their times.

    alpha: not made opaque, but premultiplied, with alpha as a fourth channel.
    """

    def __init__(self, stream: VideoStream, fps: Fraction, alpha: bool = False) -> None:
        self.frames: list[Any] = []  # uint8 (H, W, 3 or 4)
        self._alpha = alpha
        self.times: list[Fraction] = []  # seconds on the container's clock, rising
        self.end = Fraction(0)
        self.bytes = 0
        self._fps = fps
        self._odd: dict[str, int] = {}  # note -> frames it is true of
        self._damaged = 0
        self._aspect = Fraction(stream.sample_aspect_ratio or 1)
        self._decoder: Any = stream.codec_context
        self._primaries = int(self._decoder.color_primaries)
        if tag(stream.metadata, "alpha_mode") == "1" and self._decoder.name in _WITH_ALPHA:
            self._decoder = CodecContext.create(_WITH_ALPHA[self._decoder.name], "r")
        self._decoder.thread_type = "SLICE"  # not frame threads: those hide a truncated file

    @property
    def typical(self) -> float:
        """Seconds that one frame lasts, stated or measured, whichever is longer."""
        return max(float(1 / self._fps), float((self.end - self.times[0]) / len(self.frames)))

    def add(self, packet: av.Packet[Any]) -> None:
        for frame in self._decoder.decode(packet):
            pixels = self._pixels(frame)
            if self.frames and pixels.shape != self.frames[0].shape:
                raise MediaError("its frame size changes midway; convert it first", "size_changes")
            tick = frame.time_base or packet.time_base or Fraction(0)
            time = self.end if frame.pts is None else frame.pts * tick
            self.times.append(max(time, self.times[-1]) if self.times else time)
            self.end = self.times[-1] + ((frame.duration or 0) * tick or 1 / self._fps)
            self.frames.append(pixels)
            self.bytes += pixels.nbytes

    def hold(self, until: float) -> None:
        """Show the last frame until then at least, in seconds."""
        self.end = max(self.end, Fraction(until))

    def note(self, text: str) -> None:
        """Note what is true of the film as a whole; nothing if it is empty."""
        if text:
            self._note(text)

    def _note(self, text: str) -> None:
        self._odd[text] = self._odd.get(text, 0) + 1

    def _pixels(self, frame: VideoFrame) -> npt.NDArray[np.uint8]:
        """A frame as it is meant to be seen, (H, W, 3 or 4)."""
        cover: npt.NDArray[np.uint8] | None = None
        primaries = next((n for n in (frame.color_primaries, self._primaries) if n not in UNSAID), 0)
        matrix = self._matrix(frame)
        if any(part.is_alpha for part in frame.format.components):
            layers = _array(frame, "rgba", matrix)
            if (layers[..., 3] < 255).any() and not self._alpha:
                self._note("is transparent in places; they count as black")
            if primaries in gamut.NAMES:
                layers = np.dstack([self._narrowed(layers[..., :3], primaries), layers[..., 3]])
            pixels, cover = over_black(layers), layers[..., 3]
        elif frame.color_trc in hdr.TRANSFERS:
            deep = cast(npt.NDArray[np.uint16], frame.to_ndarray(format="rgb48le", src_colorspace=matrix, threads=1))
            narrowing = (gamut.to_709(primaries),) if primaries in gamut.NAMES else ()
            pixels = hdr.shown(deep, frame.color_trc, *narrowing)
            self._note(f"is HDR ({hdr.TRANSFERS[frame.color_trc]}); brought down to what a common screen shows")
        else:
            pixels = _array(frame, "rgb24", matrix)
            pixels = self._narrowed(pixels, primaries) if primaries in gamut.NAMES else pixels
        if frame.is_corrupt:
            self._damaged += 1
        if frame.interlaced_frame:
            self._note("is interlaced; what moves fast may look combed")
        if self._alpha:
            pixels = with_alpha(pixels, cover)
        return self._upright(self._square(pixels), frame)

    def _matrix(self, frame: VideoFrame) -> int | None:
        """By which matrix luma and colour differences become RGB, if the decoder is not to choose: ITU-T H.273."""
        said = frame.colorspace
        if frame.format.is_rgb or len(frame.format.components) < 3 or said in MATRICES:
            return None
        if said == _CONSTANT:
            self._note("has colours of constant luminance; they are approximate")
            return int(Colorspace.BT2020)
        if said not in UNSAID:
            raise MediaError(f"has colours by matrix {said} of H.273, which is not read; convert it first", "no_codec")
        if frame.height <= _SD_LINES and frame.width < _HD_COLUMNS:
            return None
        self._note("does not say by which standard its colours are; taken as BT.709, as players do at its size")
        return int(Colorspace.ITU709)

    def _narrowed(self, pixels: npt.NDArray[np.uint8], primaries: int) -> npt.NDArray[np.uint8]:
        self._note(f"has the colours of {gamut.NAMES[primaries]}; brought to those of common screens (BT.709)")
        return gamut.shown(pixels, primaries)

    def _square(self, pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
        """Pixels made square, the longer way, so that nothing is lost; the new side is even."""
        if self._aspect == 1:
            return pixels
        high, wide = pixels.shape[:2]
        if not Fraction(1, 8) <= self._aspect <= 8:
            self._note(f"claims pixels {self._aspect} times as wide as high; taken as square")
            return pixels
        width = max(wide, 2 * round(wide * self._aspect / 2))
        height = max(high, 2 * round(high / self._aspect / 2))
        check_pixels(width, height)
        self._note(f"has pixels that are not square; resampled from {wide}x{high} to {width}x{height}")
        return np.dstack([resized(pixels[..., :3], width, height), *self._resized_alpha(pixels, width, height)])

    def _resized_alpha(self, pixels: npt.NDArray[np.uint8], width: int, height: int) -> list[npt.NDArray[np.uint8]]:
        """Alone: Pillow would take the colours for ones that are not premultiplied."""
        return [resized(pixels[..., 3], width, height)] if self._alpha else []

    def _upright(self, pixels: npt.NDArray[np.uint8], frame: VideoFrame) -> npt.NDArray[np.uint8]:
        """Turned and mirrored as the header says, in right angles; a matrix without a direction says nothing."""
        found = cast(SideData | None, frame.side_data.get("DISPLAYMATRIX"))
        if found is None:
            return pixels
        matrix = np.frombuffer(bytes(found), np.int32).reshape(3, 3)
        (a, b), (c, d) = matrix[:2, :2].tolist()  # x' = a x + c y, y' = b x + d y
        if not (a or b) or not (c or d):
            return pixels
        if min(abs(a), abs(b)) > _SKEWED * max(abs(a), abs(b)):
            angle = math.degrees(math.atan2(b, a)) % 360
            self._note(f"is to be turned by {angle:.0f} degrees, which is no right angle; turned by the nearest one")
        mirrored = a * d - b * c < 0
        if abs(b) > abs(a):
            pixels, a, d = pixels.swapaxes(0, 1), c, b
            turn = 90
        else:
            turn = 180 if a < 0 and d < 0 else 0
        if mirrored:
            self._note("is stored mirrored; turned upright")
        elif turn:
            self._note(f"is rotated by {turn} degrees; turned upright")
        return np.ascontiguousarray(pixels[:: 1 if d > 0 else -1, :: 1 if a > 0 else -1])

    @property
    def notes(self) -> list[str]:
        frames = "1 frame that is" if self._damaged == 1 else f"{self._damaged} frames that are"
        return [*self._odd, *([f"has {frames} damaged; what can be seen of them is used"] if self._damaged else [])]

    def clip(self) -> Clip:
        """All frames at a constant rate. Lets go of each as it is copied, so that they are held only once."""
        check_seconds(float(self.end - self.times[0]))
        even = schedule(self.times, self.end, self._fps)
        self.note(even.note)
        check_bytes(even.frames * self.frames[0].nbytes)
        frames = np.empty((even.frames, *self.frames[0].shape), np.uint8)
        at = 0
        for index, times in enumerate(even.shown):
            frames[at : at + times] = self.frames[index]
            self.frames[index] = None
            at += times
        return Clip(frames, even.fps)
