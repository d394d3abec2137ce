"""Use from Python: load a model, make and remake clips, look at files.

A method of `Model` is a verb of the command line: it makes the same `Call`, so that the prompt is screened, frames are
reviewed, marked and signed, and the recipe in the file repeats it (`sora info`, `verify`, `replay`), as from the shell.
Nothing is printed, and neither configuration files nor SORA_... settings count: a script says what it wants.
"""

from __future__ import annotations

from soracli.api.files import detect, info, list_models, read, verify
from soracli.api.model import Model, load
from soracli.api.results import Result, Seam, StageProgress
from soracli.api.settings import OutputSettings, Settings

__all__ = [
    "Model", "OutputSettings", "Result", "Seam", "Settings", "StageProgress", "detect", "info", "list_models", "load",
    "read", "verify",
]  # fmt: skip
