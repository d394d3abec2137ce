"""Who imports whom, all imports counted: at the top of a module, inside functions, and for annotations alone."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

import soracli

PACKAGE = Path(soracli.__file__).parent


def modules() -> dict[str, Path]:
    """Dotted name without `soracli.` -> file."""
    paths = {".".join(path.relative_to(PACKAGE).with_suffix("").parts): path for path in PACKAGE.rglob("*.py")}
    return {name.removesuffix(".__init__"): path for name, path in sorted(paths.items()) if name != "__init__"}


def imported(path: Path) -> Iterator[str]:
    """Dotted names that a module imports from `soracli`, without that, at any depth."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and f"{node.module}.".startswith("soracli."):
            for alias in node.names:
                yield f"{node.module}.{alias.name}".removeprefix("soracli.")
        elif isinstance(node, ast.Import):
            yield from (a.name.removeprefix("soracli.") for a in node.names if a.name.startswith("soracli."))


def graph() -> dict[str, set[str]]:
    """Module -> modules that it imports."""
    known = modules()
    whole = {name: {n if n in known else n.rpartition(".")[0] for n in imported(path)} for name, path in known.items()}
    return {name: {other for other in found if other in known and other != name} for name, found in whole.items()}


def circles(arrows: Mapping[str, set[str]]) -> list[list[str]]:
    """Strongly connected components of more than one node, each sorted: two that reach each other share one."""
    reached: dict[str, set[str]] = {}
    for start in arrows:
        todo, seen = list(arrows[start]), set(arrows[start])
        while todo:
            new = arrows.get(todo.pop(), set()) - seen
            seen |= new
            todo += new
        reached[start] = seen
    own = {tuple(sorted({b for b in reached[a] if a in reached[b]})) for a in arrows if a in reached[a]}
    return sorted(map(list, own))


def test_circles_are_found() -> None:
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"b", "d"}, "d": set(), "e": {"f"}, "f": {"e"}}) == [
        ["b", "c"],
        ["e", "f"],
    ]
    assert graph()["sample"] >= {"flow", "models"}


def test_no_circles() -> None:
    assert circles(graph()) == []
