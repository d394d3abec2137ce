"""Sound: taken from a source as samples in memory, and written again beside new frames.

Sound is aligned when it is read: sample 0 is heard with the picture's first frame. So a shift is
a matter of samples, and no packet, codec or time base travels further than this file.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any, cast

import av
import numpy as np
import numpy.typing as npt
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.packet import Packet

Samples = npt.NDArray[np.int16]  # (N, channels)

_LAYOUTS = {1: "mono", 2: "stereo"}
_RATES = {"aac": (96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000), "libopus": (48000,)}
_BITS = {"aac": 96_000, "libopus": 64_000}  # a second and channel
_TAIL = Fraction(1, 10)  # seconds by which sound may outlast the picture and is only a last packet's filling
EASE = Fraction(1, 4)  # seconds in which sound that has no more to it dies away, or comes
_SLACK = Fraction(1, 20)  # seconds that rounded time stamps may be off before they count as a gap


@dataclass(frozen=True)
class Audio:
    """The sound of a clip, from its first frame on; it may go on after the last one.

    samples: int16 (N, 1 or 2). rate: samples per second.
    """

    samples: Samples
    rate: int

    @property
    def seconds(self) -> Fraction:
        return Fraction(len(self.samples), self.rate)

    def delayed(self, start: Fraction) -> Audio:
        """The same sound after `start` seconds of silence; a negative start leaves out its beginning."""
        shift = round(start * self.rate)
        if shift <= 0:
            return Audio(self.samples[-shift:], self.rate)
        return Audio(np.pad(self.samples, ((shift, 0), (0, 0))), self.rate)


def resampled(audio: Audio, rate: int, channels: int) -> Audio:
    """The same sound at another rate, in one channel or two."""
    if (audio.rate, audio.samples.shape[1]) == (rate, channels):
        return audio
    frame = av.AudioFrame.from_ndarray(
        np.ascontiguousarray(audio.samples).reshape(1, -1), format="s16", layout=_LAYOUTS[audio.samples.shape[1]]
    )
    frame.sample_rate = audio.rate
    tool = AudioResampler("s16", _LAYOUTS[channels], rate)
    parts = [part.to_ndarray().reshape(-1, channels) for part in (*tool.resample(frame), *tool.resample(None))]
    return Audio(cast(Samples, np.concatenate(parts)), rate)


def lasting(audio: Audio, seconds: Fraction) -> Audio:
    """No longer than that: what is heard after the last picture is left out."""
    return Audio(audio.samples[: round(seconds * audio.rate)], audio.rate)


def eased(audio: Audio, before: Fraction, after: Fraction) -> Audio:
    """The same sound with so many seconds before and after it, into which its ends die away.

    What is heard there is its own beginning and end in reverse, for at most EASE: nothing clicks.
    """
    ahead, behind = (round(seconds * audio.rate) for seconds in (before, after))
    samples = np.pad(audio.samples, ((ahead, behind), (0, 0)))
    fade = _fade(audio, behind)
    samples[ahead + len(audio.samples) :][: len(fade)] = _scaled(audio.samples[::-1], fade)
    fade = _fade(audio, ahead)
    samples[ahead - len(fade) : ahead] = _scaled(audio.samples[: len(fade)][::-1], fade[::-1])
    return Audio(samples, audio.rate)


def looped(audio: Audio, by: Fraction) -> Audio:
    """A sound and `by` seconds in which its end dies away and its beginning comes, so that it may start over."""
    ahead = min(EASE, by)
    whole = eased(audio, ahead, by)
    head = round(ahead * audio.rate)
    samples = whole.samples[head:].astype(np.int32)
    samples[len(samples) - head :] += whole.samples[:head]
    return Audio(samples.clip(-32768, 32767).astype(np.int16), audio.rate)


def _fade(audio: Audio, room: int) -> npt.NDArray[np.float32]:
    """Gains of a sound's dying away, of equal power with what comes meanwhile."""
    count = min(room, len(audio.samples), round(EASE * audio.rate))
    return np.cos(np.pi / 2 * (np.arange(count) + 0.5) / max(count, 1)).astype(np.float32)


def _scaled(samples: Samples, gains: npt.NDArray[np.float32]) -> Samples:
    return cast(Samples, np.rint(samples[: len(gains)] * gains[:, None]).astype(np.int16))


def crossfaded(first: Audio | None, second: Audio | None, at: Fraction, begin: Fraction, end: Fraction) -> Audio | None:
    """Two sounds in one: the second from second `at` on; between `begin` and `end` one gives way to the other.

    Each is heard alone outside of that time, as far as it goes. None if there is neither.
    """
    given = [audio for audio in (first, second) if audio is not None]
    if not given:
        return None
    rate, channels = max(audio.rate for audio in given), max(audio.samples.shape[1] for audio in given)
    silent = Audio(np.zeros((0, channels), np.int16), rate)
    one = resampled(first, rate, channels) if first is not None else silent
    two = resampled(second, rate, channels).delayed(at) if second is not None else silent
    mixed = np.zeros((max(len(one.samples), len(two.samples)), channels), np.float32)
    share = np.clip((np.arange(len(mixed)) / rate - float(begin)) / max(float(end - begin), 1 / rate), 0, 1)
    for samples, gain in ((one.samples, np.cos(np.pi / 2 * share)), (two.samples, np.sin(np.pi / 2 * share))):
        mixed[: len(samples)] += samples * gain[: len(samples), None].astype(np.float32)
    return Audio(np.rint(mixed.clip(-32768, 32767)).astype(np.int16), rate)


class Listener:
    """Decodes a stream packet by packet. What does not decode is silent and counted."""

    def __init__(self, stream: AudioStream) -> None:
        context = stream.codec_context
        self.bytes = self.failed = 0
        self.stream = stream
        self._channels = 2 if context.channels > 1 else 1
        self._rate = context.sample_rate if context.sample_rate in _RATES["aac"] else 48000
        self._resampler = AudioResampler("s16", _LAYOUTS[self._channels], self._rate)
        self._parts: list[tuple[Fraction | None, Samples]] = []  # (seconds on the container's clock, samples)

    def add(self, packet: Packet[Any]) -> None:
        """Take a packet of the stream; the last one, empty, ends it."""
        try:
            frames = [part for frame in self.stream.decode(packet) for part in self._resampler.resample(frame)]
            if not packet.size:
                frames += self._resampler.resample(None)
        except (av.error.FFmpegError, ValueError):
            self.failed += 1
            return
        for frame in frames:
            samples = cast(Samples, frame.to_ndarray()).reshape(-1, self._channels)
            time = None if frame.pts is None or frame.time_base is None else frame.pts * frame.time_base
            self._parts.append((time, samples))
            self.bytes += samples.nbytes

    def whole(self, most: int) -> Audio | None:
        """All that is heard, from its beginning on; most: seconds at most. None if nothing decoded."""
        return self.audio(self._parts[0][0] or Fraction(0), Fraction(0), most) if self._parts else None

    def audio(self, start: Fraction, seconds: Fraction, most: int) -> Audio | None:
        """What is heard from `start` on the container's clock: for so many seconds, or as long as it goes on.

        most: seconds at most. None if nothing decoded.
        """
        if not self._parts:
            return None
        places, after = [], 0  # where the next part begins unless it says otherwise
        for index, (time, part) in enumerate(self._parts):
            stated = after if time is None else round((time - start) * self._rate)
            places.append(stated if index == 0 or abs(stated - after) > _SLACK * self._rate else after)
            after = places[-1] + len(part)
        count, rest = round(seconds * self._rate), round(_TAIL * self._rate)
        longest = min(after, most * self._rate)
        samples = np.zeros((longest if longest > count + rest else count, self._channels), np.int16)
        for at, (_, part) in zip(places, self._parts, strict=True):
            first, last = max(at, 0), min(at + len(part), len(samples))
            if first < last:
                samples[first:last] = part[first - at : last - at]
        return Audio(samples, self._rate)


class Track:
    """A stream of sound in an output: AAC or Opus, as long as the picture."""

    def __init__(self, container: OutputContainer, audio: Audio, codec: str) -> None:
        rate = audio.rate if audio.rate in _RATES[codec] else 48000
        self._container, self._audio = container, audio
        self._layout = _LAYOUTS[audio.samples.shape[1]]
        self._stream = cast(AudioStream, container.add_stream(codec, rate=rate))
        self._stream.layout = self._layout
        self._stream.bit_rate = _BITS[codec] * audio.samples.shape[1]
        self._written = 0  # samples

    def until(self, seconds: Fraction) -> None:
        """Write the sound up to a moment of the output; silence where there is none left."""
        end = round(seconds * self._audio.rate)
        samples = self._audio.samples[self._written : end]
        missing = end - self._written - len(samples)
        block = np.ascontiguousarray(np.pad(samples, ((0, missing), (0, 0)))).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(block, format="s16", layout=self._layout)
        frame.sample_rate, frame.pts, frame.time_base = self._audio.rate, self._written, Fraction(1, self._audio.rate)
        self._container.mux(self._stream.encode(frame))
        self._written = end

    def finish(self) -> None:
        self._container.mux(self._stream.encode(None))
