"""weights.toml: its tables, checked and read as cards."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from soracli.card import Card, WeightFile
from soracli.errors import WeightsError
from soracli.formatting import suggest

PACKAGE = Path(__file__).resolve().parents[1]
BUNDLED = PACKAGE / "bundled"
REMEDY = "reinstall soracli, for example: pip install --force-reinstall --no-deps soracli"

_MODEL_KEYS = {
    "arch": str, "about": str, "licence": str, "stride": list, "files": list, "defaults": dict, "params": dict,
    "limits": dict, "repo": str, "revision": str, "causal": bool, "patch": int, "terms": str, "adapters": list,
}  # fmt: skip
_TOOL_KEYS = {"about": str, "licence": str, "files": list}
_PREVIEW_KEYS = {"about": str, "licence": str, "params": dict, "files": list}
_ADAPTER_KEYS = {"arch": str, "about": str, "licence": str, "files": list, "defaults": dict, "params": dict}
_FILE_KEYS = {"role": str, "name": str, "size": int, "sha256": str, "origin": str, "licence": str,
              "repo": str, "revision": str, "path": str}  # fmt: skip
_DEFAULT_KEYS = {
    "width": int, "height": int, "seconds": (int, float, str), "fps": (int, float, str), "steps": int,
    "guidance": (int, float), "shift": (int, float), "solver": str, "negative": str, "still": dict,
}  # fmt: skip
_LIMIT_KEYS = dict.fromkeys(("min_side", "max_side", "max_tokens", "max_fps", "side", "window"), int)


@dataclass(frozen=True)
class Tables:
    """All of a weights.toml."""

    default: str  # name of a model
    models: dict[str, Card]  # by name, and so the others
    tools: dict[str, Card]
    adapters: dict[str, Card]
    previews: dict[str, Card]


@functools.cache
def load(path: Path) -> Tables:
    """Read a weights.toml, once. Raises WeightsError, which names the table and the key that is wrong."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise WeightsError(f"{path}: cannot be read ({error.strerror}); {REMEDY}", "manifest") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise WeightsError(f"{path.name}: not valid TOML ({error}); mend it, or {REMEDY}", "manifest") from error
    kinds = {"default": str, "models": dict, "tools": dict, "adapters": dict, "previews": dict}
    _check(table, kinds, path.name, needed=("default", "models"))
    found = {name: _card(name, _whole(name, table["models"])) for name in table["models"]}
    if table["default"] not in found:
        raise WeightsError(f"{path.name}: default = '{table['default']}' is not one of its models", "manifest")
    added = {name: _adapter(name, row) for name, row in table.get("adapters", {}).items()}
    for card in found.values():
        if strange := next((name for name in card.adapters if name not in added), None):
            raise WeightsError(f"{path.name}: [models.{card.name}] adapters: there is no '{strange}'", "manifest")
    tools = {name: _tool(name, row) for name, row in table.get("tools", {}).items()}
    previews = {name: _preview(name, row) for name, row in table.get("previews", {}).items()}
    return Tables(table["default"], found, tools, added, previews)


def _whole(name: str, rows: dict[str, Any]) -> Any:
    """A model's table, with all that its `base` says and it does not itself; files go by their role."""
    row = rows[name]
    if not isinstance(row, dict) or "base" not in row:
        return row
    base = rows.get(str(row["base"]))
    if not isinstance(base, dict) or "base" in base:
        raise WeightsError(f"weights.toml: [models.{name}] base: '{row['base']}' is no model of its own", "manifest")
    own = {file.get("role") for file in row.get("files", [])}
    shared = [file for file in base.get("files", []) if file.get("role") not in own]
    return _merged(base, {key: value for key, value in row.items() if key != "base"}) | {
        "files": row.get("files", []) + shared
    }


def _merged(base: dict[str, Any], row: dict[str, Any]) -> dict[str, Any]:
    """Two tables, the second before the first, and so within."""
    shared = [key for key in base.keys() & row.keys() if isinstance(base[key], dict) and isinstance(row[key], dict)]
    return base | row | {key: _merged(base[key], row[key]) for key in shared}


def _card(name: str, row: Any) -> Card:
    where = f"weights.toml: [models.{name}]"
    if not isinstance(row, dict):
        raise WeightsError(f"{where}: must be a table", "manifest")
    _check(row, _MODEL_KEYS, where, needed=("arch", "stride", "defaults"))
    _check(row["defaults"], _DEFAULT_KEYS, f"{where} defaults", needed=("width", "height", "seconds", "fps", "steps"))
    _check(row["defaults"].get("still", {}), _DEFAULT_KEYS, f"{where} defaults.still")
    _check(row.get("limits", {}), _LIMIT_KEYS, f"{where} limits")
    rates = row.get("params", {}).get("rates", [1, 1])
    if len(rates) != 2 or not all(isinstance(rate, int | float) for rate in rates) or not 0 < rates[0] <= rates[1]:
        raise WeightsError(f"{where} params: rates must be two numbers, the lower one first, not {rates}", "manifest")
    stride = row["stride"]
    if len(stride) != 3 or not all(type(side) is int and side > 0 for side in stride):
        raise WeightsError(f"{where} stride: must be three positive whole numbers, not {stride}", "manifest")
    return Card(
        name=name, arch=row["arch"], about=row.get("about", ""), licence=row.get("licence", ""),
        stride=(stride[0], stride[1], stride[2]), files=_files(row, where), defaults=row["defaults"],
        params=row.get("params", {}), limits=row.get("limits", {}), repo=row.get("repo", ""),
        revision=row.get("revision", ""), folder=BUNDLED, causal=row.get("causal", False), patch=row.get("patch", 1),
        terms=row.get("terms", ""), adapters=tuple(row.get("adapters", ())),
    )  # fmt: skip


def _tool(name: str, row: Any) -> Card:
    where = f"weights.toml: [tools.{name}]"
    if not isinstance(row, dict):
        raise WeightsError(f"{where}: must be a table", "manifest")
    _check(row, _TOOL_KEYS, where, needed=("about", "licence", "files"))
    return Card(name, name, row["about"], row["licence"], (1, 1, 1), _files(row, where), folder=BUNDLED)


def _preview(name: str, row: Any) -> Card:
    where = f"weights.toml: [previews.{name}]"
    if not isinstance(row, dict):
        raise WeightsError(f"{where}: must be a table", "manifest")
    _check(row, _PREVIEW_KEYS, where, needed=("about", "licence", "files"))
    files, params = _files(row, where), row.get("params", {})
    return Card(name, "tiny-vae", row["about"], row["licence"], (1, 1, 1), files, params=params)


def _adapter(name: str, row: Any) -> Card:
    where = f"weights.toml: [adapters.{name}]"
    if not isinstance(row, dict):
        raise WeightsError(f"{where}: must be a table", "manifest")
    _check(row, _ADAPTER_KEYS, where, needed=("arch", "about", "licence", "files"))
    _check(row.get("defaults", {}), _DEFAULT_KEYS, f"{where} defaults")
    return Card(
        name, row["arch"], row["about"], row["licence"], (1, 1, 1), _files(row, where), row.get("defaults", {}),
        row.get("params", {}),
    )  # fmt: skip


def _files(row: dict[str, Any], where: str) -> tuple[WeightFile, ...]:
    files = []
    for file in row.get("files", []):
        hubs = ("repo", "revision", "path") if "repo" in file else ("size", "sha256")
        _check(file, _FILE_KEYS, f"{where} files", needed=("role", "name", *hubs))
        if Path(file["name"]).name != file["name"]:
            raise WeightsError(f"{where} files: name '{file['name']}' must be a plain file name", "manifest")
        if ".." in Path(file.get("path", "")).parts or file.get("path", "").startswith("/"):
            raise WeightsError(f"{where} files: path '{file['path']}' must lie in its repository", "manifest")
        file = {"size": 0, "sha256": ""} | file
        files.append(WeightFile(**file))
    return tuple(files)


def _check(row: Any, keys: dict[str, Any], where: str, needed: Iterable[str] = ()) -> None:
    """Refuse unknown keys, wrong types and missing keys, naming the key."""
    for key, value in row.items():
        if key not in keys:
            raise WeightsError(f"{where}: unknown key '{key}'{suggest(key, keys)}", "manifest")
        if not isinstance(value, keys[key]) or (isinstance(value, bool) and keys[key] is not bool):
            raise WeightsError(f"{where}: '{key}' has the wrong type ({type(value).__name__})", "manifest")
    for key in needed:
        if key not in row:
            raise WeightsError(f"{where}: '{key}' is missing", "manifest")
