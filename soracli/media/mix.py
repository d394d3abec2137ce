"""Sound put together by FFmpeg's filters: measured and levelled as EBU R128 has it, faded, laid under another."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import cast

import av
import numpy as np
from av.filter import Graph

from soracli.media.audio import Audio, Samples, crossfaded, resampled

LOUD = -23.0  # LUFS of music alone: EBU R128's programme loudness
UNDER = 10.0  # LU by which music lies below a clip's own sound
PEAK = -1.0  # dBTP that nothing is louder than: R128's true peak
SILENT = -70.0  # LUFS: R128's absolute gate, what silence measures
LEAST = Fraction(1, 2)  # seconds; shorter sound is measured several times over, for a block takes 0.4 s
FADE = Fraction(1)  # seconds of music's coming and going, at most a quarter of it each
JOINT = Fraction(1, 2)  # seconds of cross-fade where music that is too short begins again, at most a quarter of it


def filtered(sounds: Sequence[Audio], chain: str) -> tuple[Audio, dict[str, str]]:
    """Sounds, all of one rate and layout, through a chain of filters `NAME=ARGUMENTS,NAME=ARGUMENTS`, whose first takes
    them all. Returns what comes out, and what the last piece of it says of the whole.
    """
    rate, channels = sounds[0].rate, sounds[0].samples.shape[1]
    layout = "mono" if channels == 1 else "stereo"
    graph, tie = Graph(), Fraction(1, rate)
    inlets = [graph.add_abuffer(format="s16", sample_rate=rate, layout=layout, time_base=tie) for _ in sounds]
    ends = inlets
    for filter in (*chain.split(","), f"aformat=sample_fmts=s16:sample_rates={rate}", "abuffersink"):
        name, _, arguments = filter.partition("=")
        this = graph.add(name, arguments or None)
        for place, before in enumerate(ends):
            before.link_to(this, 0, place)
        ends = [this]
    graph.configure()
    for inlet, sound in zip(inlets, sounds, strict=True):
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(sound.samples).reshape(1, -1), "s16", layout)
        frame.sample_rate, frame.pts, frame.time_base = rate, 0, tie
        inlet.push(frame)
        inlet.push(None)
    parts: list[Samples] = [np.zeros((0, channels), np.int16)]
    told: dict[str, str] = {}
    while True:
        try:
            out = cast(av.AudioFrame, ends[0].pull())
        except (av.BlockingIOError, av.EOFError):
            return Audio(cast(Samples, np.concatenate(parts)), rate), told
        parts.append(cast(Samples, out.to_ndarray()).reshape(-1, channels))
        told = dict(out.metadata) or told


def loudness(sound: Audio) -> float:
    """Integrated loudness in LUFS (EBU R128, ITU-R BS.1770); SILENT if there is nothing to hear."""
    if not sound.samples.any():
        return SILENT
    samples = sound.samples
    if sound.seconds < LEAST:
        samples = np.tile(samples, (-(-int(LEAST * sound.rate) // len(samples)), 1))
    return float(filtered([Audio(samples, sound.rate)], "ebur128=metadata=1:framelog=quiet")[1]["lavfi.r128.I"])


def levelled(sound: Audio, target: float) -> Audio:
    """The same sound so loud (LUFS), and no peak above PEAK. Silence stays."""
    found = loudness(sound)
    if found <= SILENT:
        return sound
    peak = 10 ** (PEAK / 20)
    chain = f"volume={target - found:.4f}dB:precision=float,alimiter=limit={peak:.4f}:level=disabled:latency=1"
    return cut(filtered([sound], chain)[0], sound.seconds)


def cut(sound: Audio, seconds: Fraction) -> Audio:
    """As long as that, to the sample: with silence behind it, or without its end."""
    count = round(seconds * sound.rate)
    samples = sound.samples[:count]
    return Audio(np.pad(samples, ((0, count - len(samples)), (0, 0))), sound.rate)


def fitted(music: Audio, seconds: Fraction) -> Audio:
    """As long as that: its beginning, or begun again with a cross-fade as often as need be; faded in and out."""
    whole = music
    joint = min(JOINT, music.seconds / 4)
    while whole.seconds < seconds:
        at = whole.seconds - joint
        joined = crossfaded(whole, music, at, at, whole.seconds)
        assert joined is not None
        whole = joined
    fade = float(min(FADE, seconds / 4))
    chain = f"afade=t=in:d={fade:.6f},afade=t=out:st={float(seconds) - fade:.6f}:d={fade:.6f}"
    return cut(filtered([cut(whole, seconds)], chain)[0], seconds)


def laid_under(own: Audio | None, music: Audio, seconds: Fraction) -> Audio:
    """Music as long as a result: at LOUD by itself, or UNDER below the result's own sound, which stays as it is."""
    if own is None or (loud := loudness(own)) <= SILENT:
        return levelled(fitted(music, seconds), LOUD)
    rate, channels = own.rate, max(own.samples.shape[1], music.samples.shape[1])
    soft = levelled(fitted(resampled(music, rate, channels), seconds), loud - UNDER)
    both = [cut(resampled(own, rate, channels), seconds), soft]
    return cut(filtered(both, "amix=inputs=2:duration=first:normalize=0")[0], seconds)
