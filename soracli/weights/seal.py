"""For developers: sizes and digests of files are written into weights.toml."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from soracli.card import WeightFile
from soracli.errors import WeightsError
from soracli.weights import download, manifest, tables

_NAME = re.compile(r'^name = "(?P<name>[^"]+)"')
_SEALED = re.compile(r"^(size|sha256) = ")


def seal(path: Path | None = None, folder: Path = tables.BUNDLED) -> list[str]:
    """Write size and sha256 of every bundled file into weights.toml, leaving all else as it is.

    Returns the names of files that were filled in. `size` and `sha256` must follow `name` in each table.
    """
    path = path or manifest.manifest()
    lines, current, done = [], "", []
    rows = tomllib.loads(path.read_text(encoding="utf-8"))
    cards = [card for kind in ("models", "tools", "adapters", "previews") for card in rows.get(kind, {}).values()]
    fetched = {file["name"] for card in cards for file in card.get("files", []) if "repo" in file}
    for line in path.read_text(encoding="utf-8").splitlines(keepends=True):
        if line.startswith("["):
            current = ""
        if (named := _NAME.match(line)) and named["name"] not in fetched:
            current = named["name"]
            if not (folder / current).is_file():
                raise WeightsError(
                    f"{folder / current}: no such file; put it there or take its row out", "weights_missing"
                )
            done.append(current)
        sealed = _SEALED.match(line)
        if sealed and current:
            file = folder / current
            value = str(file.stat().st_size) if sealed[1] == "size" else f'"{manifest.sha256_of(file)}"'
            line = f"{sealed[1]} = {value}\n"
        lines.append(line)
    path.write_text("".join(lines), encoding="utf-8")
    tables.load.cache_clear()
    return done


def ask(path: Path | None = None) -> list[str]:
    """Write size and sha256 of every fetched file that lacks them into weights.toml, as its hub states them.

    Returns the files that were filled in. Raises NetworkError or WeightsError if the hub does not say.
    """
    path = path or manifest.manifest()
    parts, done = re.split(r"(?m)^(?=\[)", path.read_text(encoding="utf-8")), []
    for i, part in enumerate(parts):
        if not part.partition("\n")[0].endswith(".files]]"):
            continue
        (cards,) = tomllib.loads(part).values()
        (card,) = cards.values()
        row = {"size": 0, "sha256": ""} | card["files"][0]
        if "repo" in row and not (row["size"] and row["sha256"]):
            found = download.with_remote_metadata(WeightFile(**row))
            kept = "".join(line for line in part.splitlines(keepends=True) if not _SEALED.match(line))
            told = f'size = {found.size}\nsha256 = "{found.sha256}"\n'
            parts[i] = re.sub(r"(?m)^(name = .*\n)", rf"\g<1>{told}", kept, count=1)
            done.append(f"{found.repo}/{found.path}")
    path.write_text("".join(parts), encoding="utf-8")
    tables.load.cache_clear()
    return done
