"""Loss curves of runs as a picture."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path


def draw(logs: Sequence[Path], out: Path) -> None:
    """One panel per number that the logs hold, one line per log, over minutes of training."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    rows = {log: [json.loads(line) for line in log.read_text().splitlines()] for log in logs}
    names = sorted({name for lines in rows.values() for line in lines for name in line} - {"step", "minutes"})
    figure, axes = pyplot.subplots(len(names), 1, figsize=(8, 2.2 * len(names)), squeeze=False, sharex=True)
    for axis, name in zip(axes[:, 0], names, strict=True):
        for log, lines in rows.items():
            points = [(line["minutes"], line[name]) for line in lines if name in line]
            if points:
                axis.plot(*zip(*points, strict=True), label=_name(log))
        axis.set_ylabel(name, fontsize=7)
    axes[0, 0].legend(fontsize=7)
    axes[-1, 0].set_xlabel("minutes of training")
    figure.tight_layout()
    figure.savefig(out, dpi=110)


def _name(log: Path) -> str:
    """Of a run: that of its folder, or what stands before `.log.jsonl`."""
    return log.parent.name if log.stem == "log" else log.name.removesuffix(".log.jsonl")
