"""Sound that lasts longer at the same pitch, for slow motion."""

from __future__ import annotations

import av
import numpy as np
from av.filter import Graph

from soracli.media.audio import Audio

SLOWEST = 0.5  # of one filter; slower sound goes through several


def slowed(sound: Audio, times: float) -> Audio:
    """The same sound, `times` as long (at least 1), as high as it was. As many samples as that makes, to the sample."""
    wanted = round(len(sound.samples) * times)
    layout = "mono" if sound.samples.shape[1] == 1 else "stereo"
    graph = Graph()
    ends = [graph.add_abuffer(format="s16", sample_rate=sound.rate, layout=layout, time_base=f"1/{sound.rate}")]
    left = 1 / times
    while left < 1:
        ends.append(graph.add("atempo", f"{max(left, SLOWEST):.9f}"))
        left /= max(left, SLOWEST)
    ends += [graph.add("aformat", "sample_fmts=s16"), graph.add("abuffersink")]
    graph.link_nodes(*ends).configure()
    frame = av.AudioFrame.from_ndarray(sound.samples.reshape(1, -1).copy(), format="s16", layout=layout)
    frame.sample_rate, frame.pts = sound.rate, 0
    graph.push(frame)
    graph.push(None)
    heard = []
    while True:
        try:
            heard.append(graph.pull().to_ndarray().reshape(-1, sound.samples.shape[1]))
        except (av.BlockingIOError, av.EOFError):
            break
    samples = np.concatenate([*heard, np.zeros((wanted, sound.samples.shape[1]), np.int16)])[:wanted]
    return Audio(samples.astype(np.int16), sound.rate)
