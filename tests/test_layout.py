"""Who may import whom, and what may be slow."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

import soracli

PACKAGE = Path(soracli.__file__).parent
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

# module or package -> what of ours it may import when it is itself imported, beside those in BENEATH
MAY_IMPORT = {
    "errors": set(),
    "types": set(),
    "wording": set(),
    "disguise": set(),
    "policy": {"disguise"},
    "screen": {"policy"},
    "flashes": set(),
    "review": {"flashes"},
    "sentences": {"weights"},
    "meaning": {"disguise", "policy", "sentences", "weights"},
    "flow": set(),
    "quantise": set(),
    "encoded": {"machine", "parts"},
    "tasks": set(),
    "solvers": {"flow"},
    "steady": set(),
    "denoise": {"flow", "solvers", "steady"},
    "gguf": set(),
    "models": {
        "draft",
        "encoded",
        "flow",
        "gguf",
        "machine",
        "mirror",
        "pixels",
        "precision",
        "quantise",
        "scene",
        "single",
    },
    "windows": set(),
    "draft": set(),
    "scenes": {"common", "draft", "lexicon", "weights", "world"},
    "pixels": set(),
    "noise": {"models", "pixels"},
    "scene": {"pixels", "windows"},
    "rates": set(),
    "seams": set(),
    "heal": set(),
    "precision": set(),
    "mirror": set(),
    "sample": {
        "denoise",
        "flow",
        "heal",
        "models",
        "noise",
        "pixels",
        "rim",
        "scene",
        "script",
        "solvers",
        "steady",
        "storyboard",
        "windows",
    },
    "script": {"mirror", "windows"},
    "storyboard": {"flow", "denoise", "solvers", "models", "windows"},
    "inputs": {"composite", "machine", "media", "tasks", "values"},
    "parts": set(),
    "machine": {"parts"},
    "media": {"parts"},
    "keys": {"parts"},
    "signals": set(),
    "start": set(),
    "watermark": set(),
    "credentials": {"keys", "media", "signals"},
    "provenance": {"credentials", "keys", "media", "signals", "watermark"},
    "calls": {"scenes"},
    "recipes": {"adapt", "calls", "media", "weights"},
    "hub": {"machine", "parts"},
    "footprint": set(),
    "single": {"footprint", "gguf", "parsing"},
    "local": {"footprint", "gguf", "single"},
    "parsing": set(),
    "weights": {"hub", "local", "machine", "parts", "single"},
    "console": set(),
    "runs": {"parts"},
    "ledger": {"parts", "runs"},
    "latents": {"keys", "parts"},
    "kept": {"job", "latents", "media", "runs"},
    "forward": set(),
    "settings": set(),
    "defaults": {"settings"},
    "options": {"calls"},
    "cli": {"calls", "defaults", "options", "start"},
    "commands": {"config", "engine", "policy", "presets", "recaption", "screen", "settings", "weights"},
}

# library -> the only places that may import it, at any depth
ONLY_IN = {
    "typer": {"cli"},
    "rich": {"console"},
    "av": {"media", "doctor"},
    "PIL": {"media", "doctor", "scenes", "world", "train", "sheet", "console"},
    "cv2": {"world", "train"},
    "platformdirs": {"keys", "machine", "runs", "settings"},
    "tomlkit": {"config"},
    "cryptography": {"keys"},
    "c2pa": {"credentials", "provenance"},
    "huggingface_hub": {"hub"},
}

BENEATH = {"console", "errors", "parsing", "types", "wording"}
MODULES = sorted(PACKAGE.rglob("*.py"))


def unit(path: Path) -> str:
    """`soracli/media/read.py` -> `media`."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(path: Path, *, everywhere: bool) -> set[str]:
    """Dotted names a module imports: when it is itself imported, or at any depth of its functions."""
    found: set[str] = set()
    todo: list[ast.AST] = [ast.parse(path.read_text(encoding="utf-8"))]
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


def ours(path: Path) -> set[str]:
    names = {name.split(".")[1] for name in imports(path, everywhere=False) if name.startswith("soracli.")}
    return {name for name in names if not name.startswith("__")}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_who_imports_whom(path: Path) -> None:
    name = unit(path)
    if name in MAY_IMPORT:
        assert ours(path) <= MAY_IMPORT[name] | BENEATH | {name}
    for library, places in ONLY_IN.items():
        used = {found.split(".")[0] for found in imports(path, everywhere=True)}
        assert library not in used or name in places, f"{library} is imported by {name}"


# What makes, replaces or removes a file, and the only modules that may: in a part file, by a name that nobody knows, or
# in a folder of ours. Training and the world, which a user never runs, are their own.
CHANGES = {"unlink", "rmtree", "rename", "replace", "rmdir", "write_text", "write_bytes", "touch", "symlink_to", "link"}
MAY_CHANGE = {
    "parts.py": CHANGES,
    "media/commit.py": CHANGES,
    "media/encode.py": {"write_text"},  # into a part folder of ours
    "media/write.py": {"write_text"},  # into a part file of ours
    "provenance.py": {"write_bytes"},  # the same
    "keys.py": {"rename", "write_text"},  # within the folder of the keys; `media.write_text`
    "hub.py": {"rmdir"},  # empty folders within the cache
    "runs.py": {"rmdir"},  # an empty one of ours
    "weights.py": {"write_text"},  # for developers
}


def changes(path: Path) -> set[str]:
    """What a module calls that changes files: methods of paths and functions of `os` and `shutil`."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
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


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_who_changes_files(path: Path) -> None:
    name = path.relative_to(PACKAGE).as_posix()
    if not name.startswith(("train/", "world/")):
        assert changes(path) <= MAY_CHANGE.get(name, set())


def test_the_rules_bite() -> None:
    """The table names real modules, and the reader of imports sees what it should."""
    assert {unit(path) for path in MODULES} >= set(MAY_IMPORT)
    assert ours(PACKAGE / "sample.py") >= {"flow", "models"}
    assert changes(PACKAGE / "parts.py") >= {"unlink", "rmtree", "replace"}
    assert "torch" in {name.split(".")[0] for name in imports(PACKAGE / "sample.py", everywhere=False)}
    assert "torch" not in imports(PACKAGE / "engine.py", everywhere=False)
    assert "torch" in imports(PACKAGE / "engine.py", everywhere=True)


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
    command = [sys.executable, "-c", script, "generate", "a zeppelin over a lake", "--dry-run"]
    env = {**os.environ, "PYTHONPATH": str(PACKAGE.parent)}
    ran = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=env, check=False)
    assert ran.returncode == 0, ran.stderr
    assert "zeppelin" in ran.stderr


def test_to_load_the_text_encoder_needs_no_compiler() -> None:
    """Torch imports its compiler, in more than a second, where numbers are drawn for weights that are only declared."""
    script = (
        "import sys\nfrom soracli import weights\nfrom soracli.models.spark.text import TextEncoder\n"
        "files = weights.paths(weights.card('spark'))\nTextEncoder.load(files['text'], files['tokenizer'][0])\n"
        "assert 'torch._dynamo' not in sys.modules"
    )
    env = {**os.environ, "PYTHONPATH": str(PACKAGE.parent)}
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, env=env, check=False)
    assert ran.returncode == 0, ran.stderr


def test_training_needs_no_media() -> None:
    """The trainer runs where only torch, numpy, Pillow and OpenCV are."""
    for path in MODULES:
        if unit(path) in ("world", "train", "models", "flow", "solvers", "denoise", "sample", "quantise"):
            roots = {name.split(".")[0] for name in imports(path, everywhere=False)}
            assert roots.isdisjoint({"av", "typer", "rich", "platformdirs", "huggingface_hub"}), path
            assert "media" not in ours(path), path
