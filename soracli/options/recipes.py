"""The recipe in a file, read as what it is: data of a stranger's. It says what to paint, and never what to do.

Of its arguments only those in `calls.FROM_FILES` count; none of them names a result, a policy or a file elsewhere. What
it was made from is a plain name and a digest: such a file is taken where it lies beside the recipe, or from whoever
replays it, and only if it has that digest. Models and adapters go by the names that this version knows; others are
for the user to give. Whatever else it says is refused in one line, never followed in part.
"""

from __future__ import annotations

import math
import re
from collections.abc import Container
from pathlib import Path
from typing import Any

from soracli.errors import MediaError, UsageError
from soracli.formatting import printable
from soracli.media import DIGEST
from soracli.options import calls, open_models
from soracli.options.calls import Call
from soracli.scenes import notation
from soracli.system import parsing
from soracli.weights import manifest

_KINDS: dict[str, type | tuple[type, ...]] = {
    "steps": int, "guidance": (int, float), "seed": int, "negative": str, "width": int, "height": int, "model": str,
}  # fmt: skip
_SHORT = re.compile(r"[0-9a-f]{16}")  # digest of an input
_WHOLE = re.compile(r"[0-9a-f]{64}")  # digest of all frames


def call(recipe: dict[str, Any], file: str, typed: Container[str] = ()) -> Call:
    """The call that a recipe tells of, with every setting written out.

    typed: names of flags that the user gives, so that it does not matter what the recipe says of them.
    Raises MediaError for what is no recipe, or one that says more than a recipe may.
    """
    arguments, verb = recipe.get("arguments"), recipe.get("verb")
    if not isinstance(arguments, dict) or not isinstance(verb, str) or verb not in calls.REPEATABLE:
        why = "no recipe inside: sora did not make it, or its tags were taken out"
        raise MediaError(f"{printable(file)}: {why if not verb else 'its recipe is of another version'}", "no_recipe")
    _check_keys(arguments, verb, file)
    painted = {key: value for key in _KINDS if (value := _typed(recipe, key, file)) is not None}
    width, height = painted.pop("width", None), painted.pop("height", None)
    if painted.get("guidance") == 1 or not painted.get("negative"):
        painted.pop("negative", None)
    if "model" in painted:
        if width is None or height is None:
            raise _damaged(file, "its recipe names no size")
        painted |= {"size": f"{width}x{height}", **_of_model(recipe, file, typed)}
    if "model" in typed:
        painted.pop("model", None)
    try:
        return calls.parse({"verb": verb, **arguments, **painted})
    except UsageError as error:
        raise _damaged(file, str(error)) from error


def marked(recipe: dict[str, Any]) -> bool:
    """Whether what a recipe tells of was painted from marked noise; older versions' was not."""
    return "noise" in recipe


def expected(recipe: dict[str, Any], file: str) -> str:
    """The digest of the frames that a recipe tells of. Raises MediaError if it tells of none."""
    found = recipe.get(DIGEST)
    if not isinstance(found, str) or not _WHOLE.fullmatch(found):
        raise MediaError(f"{printable(file)}: its recipe has no digest of its frames to compare with", "no_digest")
    return found


def scene(recipe: dict[str, Any], file: str) -> str:
    """The text of the scene file that a recipe holds. Raises MediaError if there is none, or it is not one of ours."""
    found = recipe.get("scene")
    if not isinstance(found, str) or "\n" not in found:
        raise MediaError(f"{printable(file)}: its recipe holds no scene to change", "no_scene")
    _check_scene(found, file)
    return found


def inputs(recipe: dict[str, Any]) -> list[tuple[str, str]]:
    """(name, short sha256) of every file that it was made from; empty where the recipe gives no digest, or none."""
    listed = recipe.get("inputs")
    rows = [row for row in listed if isinstance(row, dict)] if isinstance(listed, list) else []
    found = [(row.get("name"), row.get("sha256", "")) for row in rows]
    return [
        (name, sha if isinstance(sha, str) and _SHORT.fullmatch(sha) else "")
        for name, sha in found
        if isinstance(name, str)
    ]


def adapters(recipe: dict[str, Any], file: str) -> list[tuple[str, float, str]]:
    """(name, scale, short sha256) of every adapter; the digest is empty for one that this version knows by name."""
    found = []
    listed = recipe.get("loras") or []
    for row in listed if isinstance(listed, list) else [listed]:
        name, scale, sha = (*row, "", "", "")[:3] if isinstance(row, list) else ("", "", "")
        if not isinstance(name, str) or not isinstance(scale, int | float) or not isinstance(sha, str):
            raise _damaged(file, f"'loras' is {printable(listed)[:40]}")
        found.append((name, scale, sha if _SHORT.fullmatch(sha) else ""))
    return found


def plain(name: str) -> bool:
    """Whether a name is that of a file in some folder, and says nothing of the folder."""
    return name == Path(name).name and "\\" not in name and "\0" not in name and name != ".."


def _check_keys(arguments: dict[str, Any], verb: str, file: str) -> None:
    table = {key.key for key in calls.keys(calls.RENDERING[verb])}
    for key, value in arguments.items():
        if key in table and not calls.from_file(verb, key):
            raise MediaError(
                f"{printable(file)}: its recipe says '{printable(key)}', which is not for a file to say; it is not "
                "followed",
                "bad_recipe",
            )
        if key == "prompt" and value == "-":
            raise _damaged(file, "its prompt is '-'")
        if key == "scene" and isinstance(value, str) and "\n" in value:
            _check_scene(value, file)


def _check_scene(text: str, file: str) -> None:
    """Pictures must be told in the one form in which they are looked for by digest, never as files of the user's."""
    try:
        table = parsing.from_toml(text)
        rows = [row for shot in (table, *table.get("shot", ())) for row in shot.get("performer", ())]
        named = [row["picture"] for row in rows if "picture" in row]
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise _damaged(file, f"its scene: {type(error).__name__}") from error
    if sorted(map(str, named)) != sorted(notation.scene_pictures(text)):
        raise _damaged(file, "its scene names pictures in another way than scenes are written")


def _typed(recipe: dict[str, Any], key: str, file: str) -> Any:
    """What a recipe says of how it was painted, of the right type; None if it says nothing."""
    value = recipe.get(key)
    if value is None:
        return None
    if not isinstance(value, _KINDS[key]) or isinstance(value, bool):
        raise _damaged(file, f"'{key}' is {printable(value)[:40]}")
    if isinstance(value, float) and not math.isfinite(value):
        raise _damaged(file, f"'{key}' is {value}")
    return value


def _of_model(recipe: dict[str, Any], file: str, typed: Container[str]) -> dict[str, Any]:
    """The flags that say which model, and what was asked of it beside a picture."""
    name = recipe["model"]
    if "model" not in typed and name not in manifest.cards():
        raise MediaError(
            f"{printable(file)}: was made by '{printable(name)}', which is no model of this version; "
            "give the one to use with --model",
            "unknown_model",
        )
    try:
        return open_models.flags_of(recipe)
    except (TypeError, ValueError, LookupError, AttributeError, OverflowError) as error:
        raise _damaged(file, f"{type(error).__name__}: {error}") from error


def _damaged(file: str, why: str) -> MediaError:
    return MediaError(f"{printable(file)}: its recipe is damaged ({printable(why)[:200]})", "bad_recipe")
