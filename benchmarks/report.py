"""The table of `quality.py`, from its results."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import figures
import numpy as np

from soracli.world.probe import SLOTS


def table(results: dict[str, Any]) -> Iterator[str]:
    """The report, line by line."""
    settings, clips = results["settings"], list(results["clips"].values())
    sampling = settings["sampling"]
    wanted = [clip["wanted"] for clip in clips]
    said = {name: [clip[name]["said"] for clip in clips] for name in ("model", "truth", "coded") if name in clips[0]}
    still = float(Fraction(sampling["seconds"])) == 0
    judged = [slot for slot in SLOTS if not still or slot in ("actor", "place", "time")]
    judged += ["style"] if settings["styles"] else []
    length = "still" if still else f"{float(Fraction(sampling['seconds'])):g} s at {sampling['fps']} fps"
    yield (
        f"model {sampling['model']} ({settings['weights']}), {sampling['width']}x{sampling['height']}, {length}, "
        f"{sampling['steps']} steps, guidance {sampling['guidance']:g}"
    )
    yield (
        f"{len(clips)} held-out prompts over {len(settings['actors'])} actors, "
        f"{np.median([clip['seconds'] for clip in clips]):.1f} s each (median)"
    )
    yield ""
    columns = {name: figures.agreement(rows, wanted, judged) for name, rows in said.items()}
    columns["floor"] = figures.shuffled(said["model"], wanted, judged)
    heads = {"model": "model", "truth": "truth", "coded": "truth, coded", "floor": "shuffled prompts"}
    yield f"{'right, %':<14}" + "".join(f"{heads[name]:>18}" for name in columns)
    for slot in [*judged, "all"]:
        cells = [f"{100 * column[slot]:.1f}" for column in columns.values()]
        cells[0] += f" ± {100 * figures.margin(columns['model'][slot], len(clips)):.1f}"
        yield f"{'all slots' if slot == 'all' else slot:<14}" + "".join(f"{cell:>18}" for cell in cells)
    if settings["styles"]:
        yield from _styles(settings["styles"], said, wanted)
    yield ""
    for slot in judged:
        if found := figures.mistakes(said["model"], wanted, slot):
            yield f"{slot} mistaken: {', '.join(found)}"
    if "truth" not in said:
        yield "\nNo --assets: without the training material there are no rows for truth and autoencoder."
        return
    yield from _ratios(clips)
    yield from _codec(clips, results["panoramas"])


def _styles(names: list[str], said: dict[str, list[Any]], wanted: list[Any]) -> Iterator[str]:
    """Of the clips that were asked for in each style, how many are read as in it."""
    for name in names:
        asked = [i for i, slots in enumerate(wanted) if slots["style"] == name]
        right = [sum(rows[i]["style"] == name for i in asked) for rows in said.values()]
        yield f"- {name:<12}" + "".join(f"{f'{count} of {len(asked)}':>18}" for count in right)


def _ratios(clips: list[dict[str, Any]]) -> Iterator[str]:
    """Medians of what clips have of the truth's flicker and sharpness."""
    yield f"\n{'of the truth':<14}{'model':>18}{'':>18}{'truth, coded':>18}"
    for name in ("flicker", "sharpness"):
        cells = []
        for which in ("model", "coded"):
            pairs = [(clip[which][name], clip["truth"][name]) for clip in clips]
            cells.append(f"{np.median([a / max(b, 1e-3) for a, b in pairs]):.2f}")
        yield f"{name:<14}{cells[0]:>18}{'':>18}{cells[1]:>18}"


def _codec(clips: list[dict[str, Any]], panoramas: list[dict[str, float]]) -> Iterator[str]:
    yield f"\n{'autoencoder':<14}{'held-out films':>18}{'panorama crops':>18}"
    rows = {"psnr": "PSNR, dB", "edge_psnr": "edge-PSNR, dB", "seam": "seam index"}
    for name, label in rows.items():
        cells = []
        for group in ([clip["codec"] for clip in clips], panoramas):
            values = [row[name] for row in group if not math.isnan(row[name])]
            cells.append(f"{np.mean(values):.2f}" if values else "-")
        yield f"{label:<14}" + "".join(f"{cell:>18}" for cell in cells)
