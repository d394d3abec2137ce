"""Files of open models on this machine: where they lie, what is missing of them, and their licences.

They lie where huggingface-hub keeps its own (HF_HUB_CACHE, HF_HOME; models--OWNER--NAME/snapshots/REVISION/PATH), so
that what one tool has fetched the other finds. `download` brings them here.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

from soracli.card import Card, WeightFile
from soracli.system import opening, parsing, part_files

FACTS = "soracli.json"  # what the hub said of files of which the manifest does not know all


def cache() -> Path:
    """huggingface-hub's folder of models, by its rules."""
    if given := os.environ.get("HF_HUB_CACHE"):
        return Path(given).expanduser()
    home = os.environ.get("HF_HOME") or os.path.join(os.environ.get("XDG_CACHE_HOME") or "~/.cache", "huggingface")
    return Path(home).expanduser() / "hub"


def folder(repo: str) -> Path:
    """A repository's folder in the hub's cache."""
    return cache() / ("models--" + repo.replace("/", "--"))


def location(file: WeightFile) -> Path:
    """Where a file of the hub lies, whether it is there or not."""
    return folder(file.repo) / "snapshots" / file.revision / file.path


def known(file: WeightFile) -> WeightFile:
    """With the size and sha256 that were learnt when it was fetched, where the manifest lacks them."""
    if file.size and file.sha256:
        return file
    return replace(file, **_facts(file.repo).get(_name(file), {}))


def _facts(repo: str) -> dict[str, dict[str, Any]]:
    try:
        found = parsing.from_json(parsing.read(folder(repo) / FACTS))
    except (OSError, ValueError):
        return {}
    rows = found.items() if isinstance(found, dict) else ()
    return {
        name: row for name, row in rows
        if isinstance(row, dict) and isinstance(row.get("size"), int) and isinstance(row.get("sha256"), str)
        and len(row) == 2
    }  # fmt: skip


def learn(file: WeightFile) -> None:
    """Keep the size and sha256 that the hub states of a file."""
    _note(file.repo, _facts(file.repo) | {_name(file): {"size": file.size, "sha256": file.sha256}})


def forget(file: WeightFile) -> None:
    """Drop what was learnt of a file that turned out to be another, so that the hub is asked again."""
    facts = _facts(file.repo)
    if facts.pop(_name(file), None):
        _note(file.repo, facts)


def _name(file: WeightFile) -> str:
    return f"{file.revision}/{file.path}"


def _note(repo: str, facts: dict[str, dict[str, Any]]) -> None:
    path = folder(repo) / FACTS
    path.parent.mkdir(parents=True, exist_ok=True)
    part_files.put(path, json.dumps(facts, indent=1).encode())


def part(file: WeightFile) -> Path:
    """Where the beginning of a file waits for its end; the name says of which file, down to the bytes."""
    name = hashlib.sha256(f"{file.revision}/{file.path} {file.sha256}".encode()).hexdigest()[:24]
    return folder(file.repo) / "parts" / f"{name}.part"


def missing_files(card: Card) -> list[WeightFile]:
    """Files of a card that are not here whole, by their size."""
    return [file for file in map(known, card.files) if file.repo and not _whole(file)]


def _whole(file: WeightFile) -> bool:
    path = location(file)
    return path.is_file() and (not file.size or path.stat().st_size == file.size)


def bytes_present(file: WeightFile) -> int:
    """Bytes that are here already of a file that is not whole."""
    path = part(file)
    return path.stat().st_size if path.is_file() else 0


def digest_of(path: Path, file: WeightFile) -> str:
    """sha256 of a file's bytes; for the few small ones that git itself stores, the sha1 of its blob."""
    with path.open("rb") as data:
        if len(file.sha256) == 40:
            head = f"blob {path.stat().st_size}\0".encode()
            return hashlib.sha1(head + data.read(), usedforsecurity=False).hexdigest()
        return hashlib.file_digest(data, "sha256").hexdigest()


# --- the way out ------------------------------------------------------------------------------------------------------


def remove(card: Card, keep: set[Path]) -> int:
    """Delete a card's fetched files and their beginnings, but for those in `keep`. Returns the freed bytes."""
    freed = 0
    for file in map(known, card.files):
        if not file.repo or location(file) in keep:
            continue
        path = location(file)
        for found in {opening.real(path), path, part(file), part(file).with_suffix(".json")}:
            freed += part_files.drop(found, folder(file.repo))  # a link may lead to a file of the user's
        _tidied(path.parent, folder(file.repo))
        _tidied(part(file).parent, folder(file.repo))
    return freed


def _tidied(path: Path, top: Path) -> None:
    """Remove empty folders upwards, `top` last, with what we noted there."""
    while path.is_dir() and path != cache():
        if path == top and {child.name for child in path.iterdir()} <= {FACTS}:
            part_files.drop(path / FACTS, top)
        if any(path.iterdir()):
            return
        path.rmdir()
        path = path.parent


# --- licences ---------------------------------------------------------------------------------------------------------

ACCEPTED = "soracli-licences.json"


def accepted(card: Card) -> bool:
    """Whether the licence needs no consent, or has it."""
    return not card.terms or _consents().get(card.licence) == card.terms


def accept(card: Card) -> None:
    """Remember that the user has agreed, so that nobody asks twice."""
    path = cache() / ACCEPTED
    path.parent.mkdir(parents=True, exist_ok=True)
    part_files.put(path, json.dumps(_consents() | {card.licence: card.terms}, indent=1).encode())


def _consents() -> dict[str, str]:
    try:
        found = parsing.from_json(parsing.read(cache() / ACCEPTED))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
