"""Who may import whom, and what may be slow. All imports count: inside functions and for annotations, too.

A module imports its own package and what stands on a lower line of LAYERS.
"""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest

import soracli

PACKAGE = Path(soracli.__file__).parent
LAYERS = (  # lowest first
    {"formatting"},
    {"errors", "card", "draft"},
    {"types"},
    {"system"},
    {"state", "console"},
    {"world"},
    {"sampling"},
    {"media", "models"},
    {"weights"},
    {"prompts"},
    {"scenes"},
    {"footage"},
    {"safety", "provenance", "resources"},
    {"options"},
    {"pipeline"},
    {"commands"},
    {"curation"},
    {"finetuning"},
    {"server"},
    {"servers"},
    {"cli"},
    {"api"},
    {"train", "__main__"},
)
RANK = {name: rank for rank, names in enumerate(LAYERS) for name in names}
HEAVY = {
    "torch",
    "numpy",
    "av",
    "PIL",
    "rich",
    "safetensors",
    "tokenizers",
    "huggingface_hub",
    "cv2",
    "c2pa",
    "cryptography",
}

# library -> the only packages that may import it, at any depth
ONLY_IN = {
    "typer": {"cli"},
    "rich": {"console"},
    "av": {"media", "resources"},
    "PIL": {
        "commands",
        "console",
        "curation",
        "finetuning",
        "servers",
        "media",
        "resources",
        "scenes",
        "train",
        "world",
    },
    "cv2": {"train", "world"},
    "platformdirs": {"options", "provenance", "server", "state", "system"},
    "starlette": {"server"},
    "uvicorn": {"server"},
    "mcp": {"servers"},
    "tomlkit": {"options"},
    "cryptography": {"provenance"},
    "c2pa": {"provenance"},
    "huggingface_hub": {"weights"},
}
MODULES = sorted(PACKAGE.rglob("*.py"))
DEFINED = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@cache
def text(path: Path) -> str:
    """What a module holds."""
    return path.read_text(encoding="utf-8")


@cache
def parsed(path: Path) -> ast.Module:
    """A module as a tree."""
    return ast.parse(text(path))


@cache
def modules() -> dict[str, Path]:
    """Dotted name without `soracli.` -> file."""
    paths = {".".join(path.relative_to(PACKAGE).with_suffix("").parts): path for path in PACKAGE.rglob("*.py")}
    return {name.removesuffix(".__init__"): path for name, path in sorted(paths.items()) if name != "__init__"}


def imported(path: Path) -> Iterator[str]:
    """Dotted names that a module imports from `soracli`, without that, at any depth."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.ImportFrom) and f"{node.module}.".startswith("soracli."):
            for alias in node.names:
                yield f"{node.module}.{alias.name}".removeprefix("soracli.")
        elif isinstance(node, ast.Import):
            yield from (a.name.removeprefix("soracli.") for a in node.names if a.name.startswith("soracli."))


@cache
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
    assert graph()["sampling.sampler"] >= {"sampling.noise_mark", "sampling.model"}


def test_no_circles() -> None:
    assert circles(graph()) == []


def upward() -> set[str]:
    """`module -> module` for every import that is not of the own package, and not of a lower line."""
    found = set()
    for name, others in graph().items():
        for other in others:
            own, its = name.split(".")[0], other.split(".")[0]
            if own != its and RANK[its] >= RANK[own]:
                found.add(f"{name} -> {other}")
    return found


def test_imports_point_down() -> None:
    assert {name.split(".")[0] for name in modules()} <= set(RANK), "a package without a line in LAYERS"
    assert sorted(upward()) == []


def test_libraries_have_a_home() -> None:
    astray = []
    for path in MODULES:
        name = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
        used = {found.split(".")[0] for found in imports(path, everywhere=True)}
        astray += [(path, library) for library, places in ONLY_IN.items() if library in used and name not in places]
    assert astray == []


def imports(path: Path, *, everywhere: bool) -> set[str]:
    """Dotted names a module imports, not for annotations: when it is itself imported, or at any depth."""
    found: set[str] = set()
    todo: list[ast.AST] = [parsed(path)]
    while todo:
        node = todo.pop()
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            continue
        elif everywhere or not isinstance(node, ast.FunctionDef | ast.Lambda):
            todo += ast.iter_child_nodes(node)
    return found


# --- names ------------------------------------------------------------------------------------------------------------


def test_public_names_say_what_they_are() -> None:
    """Modules, functions and classes; the callback of all verbs has no text of its own in the help."""
    silent = []
    for path in MODULES:
        named = [node for node in parsed(path).body if isinstance(node, DEFINED)]
        nodes = [parsed(path), *(node for node in named if not node.name.startswith("_"))]
        silent += [(path, getattr(node, "name", "")) for node in nodes if ast.get_docstring(node) is None]
    assert silent == [(PACKAGE / "cli/root.py", "sora")]


FOREIGN = {"tomllib", "torch.optim", "transformer"}  # before names that are not ours; keys of a file


def test_what_docstrings_point_to_is_there() -> None:
    """Classes and constants that are named with their module, such as `card.Card`."""
    lost = set()
    for path in MODULES:
        texts = [
            ast.get_docstring(node) or "" for node in ast.walk(parsed(path)) if isinstance(node, ast.Module | DEFINED)
        ]
        named = re.findall(r"(?<![\w.])(?:soracli\.)?([a-z_]+(?:\.[a-z_]+)*)\.([A-Z]\w*)", "\n".join(texts))
        for module, name in named:
            places = [place for dotted, place in modules().items() if f".{dotted}".endswith(f".{module}")]
            if module not in FOREIGN and not any(re.search(rf"\b{name}\b", text(place)) for place in places):
                lost.add((path, f"{module}.{name}"))
    assert lost == set()


# --- size and repetition ----------------------------------------------------------------------------------------------

LONGEST = 60  # lines of a function
REPEATED = 6  # lines of code, the same to the letter, that are written once


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """Name and number of lines of every function in a file."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, (node.end_lineno or node.lineno) - node.lineno + 1


def test_functions_are_short() -> None:
    assert [(path, name, lines) for path in MODULES for name, lines in functions(path) if lines > LONGEST] == []


def code_lines(text: str) -> list[tuple[int, str]]:
    """Line number and text of each line that says something: no blank, comment, import or lone punctuation."""
    skipped = {
        n
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for n in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }
    lines = ((n, " ".join(line.split())) for n, line in enumerate(text.splitlines(), 1) if n not in skipped)
    return [(n, line) for n, line in lines if any(c.isalnum() for c in line) and not line.startswith("#")]


def repetitions(texts: Mapping[str, str], least: int = REPEATED) -> list[str]:
    """Runs of `least` lines of code or more that stand in two places: `file:line = file:line`, the first of each.

    A run that overlaps itself counts; what goes on from a run already found does not count again.
    """
    seen: dict[tuple[str, ...], tuple[str, int]] = {}
    found, going_on = [], set()
    for name, text in texts.items():
        lines = code_lines(text)
        for i in range(len(lines) - least + 1):
            block = tuple(line for _, line in lines[i : i + least])
            first = seen.setdefault(block, (name, i))
            if first == (name, i):
                continue
            if (first, (name, i)) not in going_on:
                found.append(f"{first[0]}:{code_lines(texts[first[0]])[first[1]][0]} = {name}:{lines[i][0]}")
            going_on.add(((first[0], first[1] + 1), (name, i + 1)))
    return found


def test_repetitions_are_found() -> None:
    run = "\n".join(f"x{n} = {n}" for n in range(7))
    assert repetitions({"a": f"import os\n{run}\ny = 1", "b": f"z = 2\n\n{run}  \n"}) == ["a:2 = b:3"]
    assert repetitions({"a": run, "b": run.replace("x3", "y3")}) == []
    assert repetitions({"a": f"def f():\n{run}".replace("\n", "\n    "), "b": run}) == ["a:2 = b:1"]


def test_nothing_is_written_twice() -> None:
    """To the letter: what is alike but for its names may be two things that only look alike."""
    texts = {str(path.relative_to(PACKAGE)): text(path) for path in MODULES}
    assert repetitions(texts) == []


# What makes, replaces or removes a file, and the only modules that may: in a part file, by a name that nobody knows, or
# in a folder of ours. Training and the world, which a user never runs, are their own.
CHANGES = {"unlink", "rmtree", "rename", "replace", "rmdir", "write_text", "write_bytes", "touch", "symlink_to", "link"}
MAY_CHANGE = {
    "system/part_files.py": CHANGES,
    "media/commit.py": CHANGES,
    "media/encode.py": {"write_text"},  # into a part folder of ours
    "media/write.py": {"write_bytes"},  # into a part file of ours
    "provenance/stamp.py": {"write_bytes"},  # the same
    "provenance/keys.py": {"rename", "write_text"},  # within the folder of the keys; `media.write_text`
    "weights/hub.py": {"rmdir"},  # empty folders within the cache
    "state/runs.py": {"rmdir"},  # an empty one of ours
    "weights/seal.py": {"write_text"},  # for developers
    "curation/curate.py": {"write_text"},  # `media.write_text`
    "server/http/tool_calls.py": {"unlink"},  # the oldest results of tools, within our data folder
    "server/http/handlers.py": {"link"},  # a result under the name of its upload, within our data folder
}


def changes(path: Path) -> set[str]:
    """What a module calls that changes files: methods of paths and functions of `os` and `shutil`."""
    found = set()
    for node in ast.walk(parsed(path)):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in CHANGES | {"remove"}
        ):
            place = ast.unparse(node.func.value)
            of_text = node.func.attr == "replace" and (len(node.args) != 1 or place == "dataclasses")
            of_list = node.func.attr == "remove" and place not in ("os", "shutil")
            if not of_text and not of_list:
                found.add(node.func.attr)
    return found


def test_who_changes_files() -> None:
    names = {path.relative_to(PACKAGE).as_posix(): path for path in MODULES}
    others = {name: path for name, path in names.items() if not name.startswith(("train/", "world/"))}
    found = {name: changes(path) - MAY_CHANGE.get(name, set()) for name, path in others.items()}
    assert {name: changed for name, changed in found.items() if changed} == {}


def test_the_rules_bite() -> None:
    """The tables name real modules, and the readers of imports and of changes see what they should."""
    sampler, cache = PACKAGE / "sampling/sampler.py", PACKAGE / "pipeline/model_cache.py"
    assert {path.relative_to(PACKAGE).as_posix() for path in MODULES} >= set(MAY_CHANGE)
    assert changes(PACKAGE / "system/part_files.py") >= {"unlink", "rmtree", "replace"}
    assert "torch" in {name.split(".")[0] for name in imports(sampler, everywhere=False)}
    assert "torch" not in imports(cache, everywhere=False)
    assert "torch" in imports(cache, everywhere=True)


@pytest.mark.parametrize("arguments", [["--help"], ["generate", "--help"], ["--version"], ["generate", "x", "--stepz"]])
def test_help_is_light(arguments: list[str]) -> None:
    script = (
        "import sys\nfrom soracli import cli\ncode = cli.run(sys.argv[1:])\n"
        "sys.stderr.write(' '.join(sorted({name.split('.')[0] for name in sys.modules})))"
    )
    ran = subprocess.run([sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=True)
    assert HEAVY.isdisjoint(ran.stderr.splitlines()[-1].split())


def test_a_dry_run_loads_no_torch(tmp_path: Path) -> None:
    script = "import sys\nfrom soracli import cli\ncli.run(sys.argv[1:])\nassert 'torch' not in sys.modules"
    command = [sys.executable, "-c", script, "generate", "a hoverboard on a road", "--dry-run"]
    env = {**os.environ, "PYTHONPATH": str(PACKAGE.parent)}
    ran = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=env, check=False)
    assert ran.returncode == 0, ran.stderr
    assert "hoverboard" in ran.stderr


def test_to_load_the_text_encoder_needs_no_compiler() -> None:
    """Torch imports its compiler, in more than a second, where numbers are drawn for weights that are only declared."""
    script = (
        "import sys\nfrom soracli.weights import manifest as weights\n"
        "from soracli.models.spark.text import TextEncoder\n"
        "files = weights.paths(weights.card('spark'))\nTextEncoder.load(files['text'], files['tokenizer'][0])\n"
        "assert 'torch._dynamo' not in sys.modules"
    )
    env = {**os.environ, "PYTHONPATH": str(PACKAGE.parent)}
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, env=env, check=False)
    assert ran.returncode == 0, ran.stderr


def test_training_needs_no_media() -> None:
    """The trainer runs where only torch, numpy, Pillow and OpenCV are."""
    for path in MODULES:
        if path.relative_to(PACKAGE).parts[0] in ("world", "train", "models", "sampling"):
            found = imports(path, everywhere=False)
            roots = {name.split(".")[0] for name in found}
            assert roots.isdisjoint({"av", "typer", "rich", "platformdirs", "huggingface_hub"}), path
            assert not any(name.startswith("soracli.media") for name in found), path
