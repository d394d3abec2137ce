"""Files that a recipe names: found by name and SHA-256 beside the result that carries it, or as the user gives them.

A recipe may be a stranger's. A file is taken without being given only if its contents are those that the recipe states,
and only from the folder of the result or the working folder.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from soracli.errors import MediaError
from soracli.formatting import printable
from soracli.options import calls, recipes
from soracli.options.calls import Call
from soracli.pipeline.sources import digest
from soracli.weights import manifest

MAX_LOOK = 200  # files beside a result that are read in search of what it was made from


def with_inputs(
    call: Call, recipe: dict[str, Any], file: str, note: Callable[[str], None], given: tuple[str, ...] = ()
) -> Call:
    """A copy of `call` with the paths of its input files.

    file: the result that the recipe is of. given: paths of inputs that the user names (`--input`); those that have the
    stated contents go first. note: is told of each that is taken though its contents differ.
    Raises MediaError if an input is neither given nor there.
    """
    listed, spare = recipes.inputs(recipe), list(given)
    by_digest = {digest(path): path for path in given}

    def find(name: str) -> str:
        row = next((row for row in listed if row[0] == name), None)
        sha = "" if row is None else row[1]
        if row is not None:
            listed.remove(row)
        if sha and sha in by_digest:
            if by_digest[sha] in spare:
                spare.remove(by_digest[sha])
            return by_digest[sha]
        if recipes.plain(name) and (path := _find(file, name, sha)) is not None:
            return path
        if spare:
            note(f"{printable(spare[0])} is not the file that was used; taking it for {printable(name)}.")
            return spare.pop(0)
        raise MediaError(f"{printable(name)}: not found beside {printable(file)}; give it with --input", "no_input")

    return calls.with_files(call, find, [name for name, _ in listed])


def with_adapters(call: Call, recipe: dict[str, Any], file: str) -> Call:
    """A copy of `call` with the `lora` values of its adapters: names of `weights.toml`, or paths of files.

    Raises MediaError if an adapter is not there.
    """
    found = []
    for name, scale, sha in recipes.adapters(recipe, file):
        plain = name if recipes.plain(name) else ""
        place = name if name in manifest.adapters() else _find(file, plain or "-", sha)
        if place is None:
            shown = printable(plain or "of another folder")
            raise MediaError(
                f"{printable(file)}: was made with an adapter ({shown}) that is not beside it; give it with --lora",
                "unknown_adapter",
            )
        found.append(f"{place}:{scale:g}")
    return call.having(lora=found or None)


def _find(file: str, name: str, sha: str) -> str | None:
    """A file with the digest `sha` in the folder of `file` or the working folder: of that name, else of that suffix."""
    if not sha or name == "-":
        return None
    folders = (Path(file).parent, Path())
    for folder in folders:
        if digest(str(folder / name)) == sha:
            return str(folder / name)
    suffix = Path(name).suffix
    for folder in folders:
        with contextlib.suppress(OSError):  # a folder whose files cannot be listed holds none
            alike = sorted(path for path in folder.iterdir() if path.suffix == suffix) if suffix else []
            for path in alike[:MAX_LOOK]:
                if digest(str(path)) == sha:
                    return str(path)
    return None


def weight_changes(recipe: dict[str, Any], file: str) -> Iterator[str]:
    """A sentence for each network of the recipe whose weights are not those of this installation."""
    known, networks = manifest.cards() | manifest.tools(), recipe.get("networks")
    made = {str(recipe.get("model", recipe.get("verb"))): recipe.get("weights")}
    for name, sealed in [*made.items(), *(networks.items() if isinstance(networks, dict) else ())]:
        if name in known and sealed != manifest.digest(known[name]):
            yield f"{printable(file)} was made with other weights of {name}; the frames will differ."
