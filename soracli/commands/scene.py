"""`sora scene`: what a prompt is read into, printed as a scene file."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

from soracli.scenes.read import Reading, read


def as_data(reading: Reading) -> dict[str, Any]:
    """A scene as JSON can hold it: what never leaves has no `leaves`."""
    scene = asdict(reading.scene)
    scene["performers"] = [
        {key: value for key, value in one.items() if not (key == "leaves" and math.isinf(value))}
        for one in scene["performers"]
    ]
    return {"scene": scene, "caption": reading.caption, "notes": list(reading.notes)}


def scene(prompt: str, seconds: float, seed: int, loras: Sequence[str] = (), *, as_json: bool) -> None:
    """Print the scene as a file to edit, or all of it as one JSON object. What is refused elsewhere is refused here.

    loras: files with performers of the user's own.
    """
    from soracli.console.output import emit, print_out
    from soracli.console.progress import Talk
    from soracli.formatting import printable
    from soracli.safety import screening
    from soracli.scenes import adapters, file, file_format

    said = [screening.ScreenedText(prompt)]
    screening.by_words(said)
    note = screening.by_meaning(said)
    own = adapters.given(loras)
    reading = read(prompt, seconds, 1.0, seed, adapters.library(own))
    unseen = adapters.absent([reading.scene], own)
    reading = reading._replace(scene=adapters.played([reading.scene], own)[0], notes=(*reading.notes, *unseen))
    talk = Talk("plain")
    for one in filter(None, [note, *reading.notes]):
        talk.note(one)
    if as_json:
        emit({"prompt": prompt, "seed": seed, "seconds": seconds, **as_data(reading)})
    else:
        whole = file_format.Shot(replace(reading.scene, length=seconds), seconds)
        print_out(f"# {printable(reading.caption)}\n{file.text([whole])}")
