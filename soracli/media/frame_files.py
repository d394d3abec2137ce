"""The files of a folder of frames: a PNG for each, and beside them the record of their rate and recipe."""

from __future__ import annotations

from pathlib import Path

from soracli.errors import MediaError
from soracli.formatting import printable

RECORD = "recipe.json"
MOST_RECORD = 4_000_000  # bytes


def frame_files(folder: Path) -> list[Path]:
    """The frames in order. Raises MediaError if one is no regular file, which may have no end or be waited for, or if
    the record is longer than any of ours.
    """
    found = sorted(folder.glob("frame-*.png"))
    strange = next((file for file in found if not file.is_file()), None)
    if strange is not None:
        raise MediaError(f"{printable(strange)}: is not a regular file; take it out of the folder", "bad_frames")
    record = folder / RECORD
    if record.is_file() and record.stat().st_size > MOST_RECORD:
        raise MediaError(f"{printable(record)}: is not a recipe of soracli; get the folder again", "bad_recipe")
    return found
