"""What a recipe says of the call that made a file, so that `sora replay` can make it again."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any

from soracli.media import DIGEST
from soracli.options import calls
from soracli.options.calls import Call
from soracli.options.flags import Flags
from soracli.pipeline.request import Request
from soracli.pipeline.sources import digest, named


def of_latents(recipe: dict[str, Any], latents: str) -> dict[str, Any]:
    """What a file says that was decoded from given latents: of how they came about nothing is known."""
    known = ("soracli", "model", "weights", "width", "height", "frames", "fps", "review", DIGEST)
    return {"verb": "decode", "latents": digest(latents), **{key: recipe[key] for key in known if key in recipe}}


def of_call(call: Call) -> dict[str, Any]:
    """What a recipe says of a call itself: the arguments by which `replay` repeats it, and the files it read.

    Names without folders: a file is given away more often than its maker's home.
    """
    short = calls.with_files(call, lambda path: Path(path).name).as_data()
    return {"arguments": {key: short[key] for key in short if key != "verb"}, "inputs": named(*calls.files(call))}


def call_again(request: Request, frames: int) -> Call:
    """The call that does the same again, whatever its flags were left to: with prompt, length and rate written out.

    How it is to be painted stands in the recipe beside it; where the result goes is for whoever repeats it to say.
    """
    call, spec = request.flags.origin.call, request.spec
    settings = {f.name for f in fields(Flags)} - {"audio", "no_audio"}
    own = {name: value for name, value in call.arguments.items() if name not in settings}
    length = None if spec.still or spec.length else f"{frames}f"
    return Call(call.verb, own).having(
        prompt=request.words.typed or None, fps=None if spec.still else str(request.options.fps), duration=length,
        count=str(spec.record["views"]) if "views" in spec.record else None,
    )  # fmt: skip
