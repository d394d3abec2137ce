"""weights.toml: which models there are, which files they need, and whether the files here are those.

python -m soracli.weights --seal    fill in size and sha256 of the bundled files (for developers)
python -m soracli.weights --ask     fill in those that fetched files lack, as their hub states them
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from soracli.card import Card, WeightFile
from soracli.errors import SoraError, UsageError, WeightsError, is_of_the_system
from soracli.formatting import printable, short, suggest
from soracli.models.common import single_file
from soracli.system import machine, parsing, part_files
from soracli.weights import hub, hub_folder, tables

WHOLE = "whole.json"  # in the cache folder: files that were read through, as they were then
_checked: dict[str, Any] = {}


@dataclass(frozen=True)
class FileStatus:
    """One file, checked. state: `ok`, `missing`, `wrong size` or `wrong contents`. detail: what was found."""

    file: WeightFile
    path: Path
    state: str
    detail: str = ""


def manifest() -> Path:
    """weights.toml: inside an installed package, else beside it in a checkout."""
    inside = tables.PACKAGE / "weights.toml"
    return inside if inside.is_file() else tables.PACKAGE.parent / "weights.toml"


def cards() -> dict[str, Card]:
    """Every model by name."""
    return tables.load(manifest()).models


def default() -> str:
    """The model that is used when none is named."""
    return tables.load(manifest()).default


def card(name: str | None = None) -> Card:
    """One model; None = the default one, a known name before any file of that name, a path = the one that lies there.

    What lies in a folder called like a known model has another name, in recipes too.
    """
    known = cards()
    wanted = default() if name is None else name
    if wanted not in known and wanted not in adapters() | previews() and hub_folder.is_path(wanted):
        with strangers(wanted):
            found = hub_folder.card(wanted) if Path(wanted).is_dir() else single_file.card(wanted, known.values())
        return replace(found, name=f"local-{found.name}") if found.name in known else found
    if wanted in adapters():
        raise UsageError(f"--model {wanted}: is an adapter; use it as: --model MODEL --lora {wanted}", "unknown_model")
    if wanted in previews():
        raise UsageError(f"--model {wanted}: is a decoder for --preview, and paints nothing", "unknown_model")
    if wanted not in known:
        raise UsageError(
            f"--model {wanted}: no such model{suggest(wanted, known)}; see: sora model list", "unknown_model"
        )
    return known[wanted]


@contextlib.contextmanager
def strangers(name: str) -> Iterator[None]:
    """What files of a stranger's, of another shape than is expected, make our readers raise is a WeightsError."""
    try:
        yield
    except SoraError:
        raise
    except Exception as error:
        if is_of_the_system(error):
            raise
        raise _shapeless(name, error) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # of libraries in Rust; it is no Exception
            raise
        raise _shapeless(name, error) from None


def _shapeless(name: str, error: BaseException) -> WeightsError:
    why = short(f"{type(error).__name__}: {error}", 120)
    return WeightsError(
        f"{printable(name)}: is not a model that this version can read ({why}); download it again", "weights_damaged"
    )


def tools() -> dict[str, Card]:
    """Networks beside the models, by name, which nothing samples: no grid, no defaults, not a choice of --model."""
    return tables.load(manifest()).tools


def adapters() -> dict[str, Card]:
    """What `--lora` may name, beside files: what it adds to a model of its architecture, and the defaults it brings."""
    return tables.load(manifest()).adapters


def previews() -> dict[str, Card]:
    """Small decoders of models' latents, by name, for `--preview`: no choice of --model."""
    return tables.load(manifest()).previews


def stored(name: str | None) -> Card:
    """A model, an adapter, or a decoder for previews: whatever has files of its own."""
    beside = adapters() | previews()
    return beside[name] if name in beside else card(name)


def path(card: Card, role: str) -> Path:
    """The one file of a role, present and of the right size."""
    return paths(card)[role][0]


def paths(card: Card) -> dict[str, list[Path]]:
    """Files by role, shards in order, each present and of the right size; what ships, with the right contents too.

    A file is read through once, and again when it is another since. What was fetched was read then (`verify`).
    """
    found: dict[str, list[Path]] = {}
    for file in card.files:
        status = _read_through(_measure(card, file)) if card.folder == tables.BUNDLED else _measure(card, file)
        if status.state != "ok":
            code = "weights_missing" if status.state == "missing" else "weights_damaged"
            raise WeightsError(describe(card, status), code)
        found.setdefault(file.role, []).append(status.path)
    return found


def check_sizes(card: Card) -> list[FileStatus]:
    """State of every file by its size alone: fast."""
    return [_measure(card, file) for file in card.files]


def verify(card: Card) -> list[FileStatus]:
    """State of every file by size and sha256."""
    found = []
    for status in check_sizes(card):
        if status.state == "ok":
            status = _compared(status, hub.digest_of(status.path, status.file))
        found.append(status)
    return found


def _compared(status: FileStatus, digest: str) -> FileStatus:
    """A file whose contents have this digest."""
    if digest == status.file.sha256:
        return status
    detail = f"sha256 {digest[:12]}, expected {status.file.sha256[:12]}"
    return FileStatus(status.file, status.path, "wrong contents", detail)


def _read_through(status: FileStatus) -> FileStatus:
    """A file that ships, compared with its digest unless that was done before, here or by an earlier process."""
    if status.state != "ok" or status.file.repo or not status.file.sha256:
        return status
    key, now = str(status.path), [*state(status.path), status.file.sha256]
    if key not in _checked or _checked[key] != now:
        if not _checked:
            _checked.update(_kept_whole())
        if _checked.get(key) != now:
            checked = _compared(status, sha256_of(status.path))
            if checked.state != "ok":
                return checked
            _checked[key] = now
            with contextlib.suppress(OSError):
                machine.cache_folder().mkdir(parents=True, exist_ok=True)
                part_files.put(machine.cache_folder() / WHOLE, json.dumps(_checked).encode())
    return status


def _kept_whole() -> dict[str, Any]:
    try:
        found = parsing.from_json(parsing.read(machine.cache_folder() / WHOLE))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def digest(card: Card) -> str:
    """One short hex name for exactly these weights, for recipes."""
    names = (file.sha256 or f"{file.repo}@{file.revision}:{file.path}" for file in card.files)
    return hashlib.sha256("".join(names).encode()).hexdigest()[:16]


def _measure(card: Card, file: WeightFile) -> FileStatus:
    file = hub.known(file) if file.repo else file
    path = hub.location(file) if file.repo else (card.folder or tables.BUNDLED) / file.name
    if not path.is_file():
        return FileStatus(file, path, "missing", f"should be at {path}")
    size = path.stat().st_size
    if size != (file.size or size):
        return FileStatus(file, path, "wrong size", f"{size:,} bytes, expected {file.size:,}")
    return FileStatus(file, path, "ok")


def describe(card: Card, status: FileStatus) -> str:
    """What is wrong with a file and what to do, in one line."""
    if status.file.repo:
        lacking = "is not here" if status.state == "missing" else f"{status.file.name} is damaged ({status.detail})"
        kind = "adapter" if card.name in adapters() else "model"
        return f"{kind} '{card.name}': {lacking}; run: sora model pull {card.base or card.name}"
    what = {"missing": "is missing", "wrong size": "is cut off or another file", "wrong contents": "is damaged"}
    return f"model '{card.name}': {status.file.name} {what[status.state]} ({status.detail}); {tables.REMEDY}"


def short_digest(path: Path) -> str:
    """Short sha256 of a file's bytes, empty if it cannot be read; read once, unless the file is another since."""
    try:
        return _short_digest(path, state(path))
    except OSError:
        return ""


def state(path: Path) -> tuple[int, ...]:
    """What changes when a file does, short of reading it: which one it is, its times and its size."""
    status = path.stat()
    return status.st_dev, status.st_ino, status.st_mtime_ns, status.st_ctime_ns, status.st_size


@functools.lru_cache(maxsize=256)
def _short_digest(path: Path, state: tuple[int, ...]) -> str:
    return sha256_of(path)[:16]


def sha256_of(path: Path) -> str:
    """The digest of a file, 64 hex digits. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
