"""Where results go: the names of the files, worked out and checked before anything is painted."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import sys
import tempfile
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from soracli.console.output import sending
from soracli.errors import UsageError, WeightsError
from soracli.formatting import file_name, printable, short
from soracli.media import commit, formats, targets
from soracli.media.formats import Format
from soracli.system import part_files

TEMPLATE = "{slug}-{seed}"
FIELDS = ("slug", "seed", "n", "model", "width", "height", "ext")
_FIELD = re.compile(r"\{(\w*)\}")
_SLUG_LENGTH = 40  # characters
_SLUG_BYTES = 120


@dataclass(frozen=True)
class Outputs:
    """paths: one per seed, or None = standard output. notes: what the user should know about the names."""

    format: Format
    paths: tuple[Path, ...] | None
    notes: tuple[str, ...] = ()


def slug(prompt: str) -> str:
    """A prompt as part of a file name: `A dog, running!` -> `a-dog-running`."""
    words = re.findall(r"\w+", unicodedata.normalize("NFKC", prompt).lower().replace("_", " "))
    out = ""
    for word in words:
        longer = f"{out}-{word}" if out else word
        if len(longer) > _SLUG_LENGTH or len(longer.encode()) > _SLUG_BYTES:
            break
        out = longer
    return out or "clip"


def outputs(
    output: str | None, format: str | None, fields: dict[str, object], seeds: list[int], frames: int, *, force: bool,
    template: str = TEMPLATE,
) -> Outputs:  # fmt: skip
    """Name one output per seed, and refuse those that cannot be written.

    output: value of `-o`. format: value of `--format`. fields: values of FIELDS but `seed`, `n` and `ext`.
    template: of names that `-o` does not give.
    """
    if output == "-":
        return Outputs(_stdout_format(format, seeds, frames), None)
    folder = _as_folder(output, format)
    left_open = folder is not None or (output or "").endswith(".{ext}")
    chosen = formats.choose(None if left_open else output, format, frames)
    notes, here = [], ""
    default, template = template + chosen.suffix, output or ""
    if folder is not None:  # one that is there has its name as it stands, and no fields
        here, template = (folder, default) if os.path.isdir(folder) else ("", os.path.join(folder, default))
    elif chosen.name == "frames" and template.lower().endswith(".png"):
        template = template[: -len(".png")]
        notes.append(f"a PNG holds one picture; writing {frames} frames into the folder {template}/.")
    names = _expanded(template, fields | {"ext": chosen.suffix[1:]}, seeds)
    paths = tuple(Path(name) if folder is None else free(Path(here, name)) for name in names)
    for path in paths:
        targets.check(path, chosen, force=force)
    return Outputs(chosen, paths, tuple(notes))


def planned(format: str, paths: Sequence[str | None]) -> Outputs:
    """Names that an earlier call has settled. Raises WeightsError for a format that this version does not know."""
    if format not in formats.FORMATS:
        raise WeightsError(f"RUN: its record says format '{short(format, 40)}', which is none; make it anew", "bad_run")
    named = tuple(Path(path) for path in paths if path is not None)
    return Outputs(formats.FORMATS[format], named if len(named) == len(paths) else None)


def _stdout_format(format: str | None, seeds: list[int], frames: int) -> Format:
    if len(seeds) > 1:
        raise UsageError(f"-o -: standard output holds one result, not {len(seeds)}; give -o a name", "bad_output")
    chosen = formats.choose(None, format, frames)
    if chosen.name == "frames":
        raise UsageError("-o -: a folder of frames cannot go to standard output; use --format mp4", "bad_output")
    return chosen


def _as_folder(output: str | None, format: str | None) -> str | None:
    """The folder that default names go into, or None if `-o` names the result itself."""
    if output is None:
        return ""
    if not output.strip():
        raise UsageError("-o: is empty; give a file name", "bad_output")
    if (format or "").lower() != "frames" and (output.endswith("/") or os.path.isdir(output)):
        return output
    return None


def _expanded(template: str, fields: dict[str, object], seeds: list[int]) -> list[str]:
    """The template filled in for every seed; a plain name gets `-SEED` when there are several."""
    known = [name for name in _FIELD.findall(template) if name in FIELDS]
    for name in _FIELD.findall(template):
        if name not in FIELDS:
            listed = " ".join(f"{{{field}}}" for field in FIELDS)
            raise UsageError(f"-o {printable(template)}: unknown field {{{name}}}; there are {listed}", "bad_output")
    if len(seeds) > 1 and not known:
        root, suffix = os.path.splitext(template)
        template = root.rstrip("/") + "-{seed}" + suffix
    names = []
    for n, seed in enumerate(seeds, 1):
        values = fields | {"seed": seed, "n": n}
        name = _FIELD.sub(lambda match, values=values: str(values[match[1]]), template)  # type: ignore[misc]
        names.append(file_name(name))
    if len(set(names)) < len(names):
        raise UsageError(
            f"-o {printable(template)}: gives the same name to several results; add {{seed}} or {{n}}", "bad_output"
        )
    return names


def check_streams(output: str | None, *, json: bool, dry_run: bool = False) -> None:
    """Standard output takes the media or the JSON, and never binary on a terminal. output: value of `-o`."""
    if output != "-" or dry_run:
        return
    if json:
        raise UsageError("--json: cannot share standard output with -o -; give -o a file name", "bad_output")
    if sys.stdout.isatty():
        raise UsageError(
            "-o -: will not write media to a terminal; redirect it (> clip.mp4), pipe it, or give a file name",
            "terminal",
        )


def check_inputs(outputs: Outputs, inputs: Sequence[str], preview: str | None = None) -> None:
    """Refuse to write over what is read, by whatever name it goes, --force or not; or over one another.

    inputs: files, and folders of frames.
    """
    results = [("-o", path) for path in outputs.paths or ()]
    if preview is not None and preview.partition(":")[0] != "term":
        where = Path(preview)
        if any(path == where or (path.exists() and where.exists() and path.samefile(where)) for _, path in results):
            raise UsageError(f"--preview {printable(preview)}: is also the result; choose another name", "same_file")
        results.append(("--preview", where))
    for flag, path in results:
        for beside in (path, formats.sidecar_of(path)):
            for name in inputs:
                if beside.exists() and Path(name).exists() and _holds(Path(name), beside):
                    raise UsageError(f"{flag} {printable(path)}: is also an input; choose another name", "same_file")


def _holds(read: Path, written: Path) -> bool:
    """Whether what is read is, or holds as a frame, what is written; both are there."""
    inside = read.is_dir() and commit.is_of_frames(written.name) and written.parent.samefile(read)
    return inside or written.samefile(read)


def shown(path: Path) -> str:
    """A path as short as it can be said from here."""
    here = os.getcwd() + os.sep
    return str(path).removeprefix(here)


def free(path: Path) -> Path:
    """The path, or the first of path-2, path-3, ... that is not taken."""
    return commit.free(path)


@contextlib.contextmanager
def target(outputs: Outputs, n: int) -> Iterator[Path]:
    """Where result n is written; for standard output a temporary file, copied out when it is whole."""
    if outputs.paths is not None:
        yield outputs.paths[n]
        return
    folder = Path(tempfile.mkdtemp(prefix="sora-"))
    path = folder / f"clip{outputs.format.suffix}"
    try:
        yield path
        with path.open("rb") as file, sending():
            shutil.copyfileobj(file, sys.stdout.buffer)
            sys.stdout.buffer.flush()
    finally:
        if not any((*folder.glob("*.unsigned*"), *folder.glob("*.held*"))):  # what is kept aside stays
            part_files.drop_folder(folder, folder.parent)
