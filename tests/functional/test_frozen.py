"""What a change that is to change nothing must not change: help, schemas, plans and frames, as they were written down.

After a change that is meant to be seen, `pytest tests/functional/test_frozen.py --freeze` writes them down anew.
"""

from __future__ import annotations

import json
import platform
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import typer
from conftest import Sora
from PIL import Image

from soracli import cli, media

FOLDER = Path(__file__).resolve().parents[1] / "frozen"
TINY = ("-m", "tiny", "--steps", "2", "--quality", "lossless")
CALLS = {
    "generate": ("generate", "a dog walks in a meadow", "-d", "1s", "--seed", "7"),
    "generate, another seed": ("generate", "a dog walks in a meadow", "-d", "1s", "--seed", "8"),
    "shots": ("generate", "--shot", "0s:a dog walks", "--shot", "1s:a cow runs", "-d", "2s", "--seed", "7"),
    "image": ("image", "a fox", "-s", "96x64", "-g", "2", "-N", "blue", "--seed", "7"),
    "animate": ("animate", "a.png", "it moves", "--to", "b.png", "-d", "1s", "--seed", "7"),
    "extend": ("extend", "a.mp4", "it walks on", "--both", "--by", "1s", "--seed", "7"),
    "loop": ("extend", "a.mp4", "--loop", "--by", "1s", "--seed", "7"),
    "edit": ("edit", "a.mp4", "a cow at night", "--from", "0.5s", "--seed", "7"),
    "inpaint": ("inpaint", "a.mp4", "a flower", "--mask", "16,16,32,32", "--seed", "7"),
    "outpaint": ("inpaint", "a.mp4", "--outpaint", "0,32,0,0", "--seed", "7"),
    "blend": ("blend", "a.mp4", "b.mp4", "--by", "1s", "--seed", "7"),
    "views": ("views", "a.png", "-n", "9", "--seed", "7"),
    "vary": ("vary", "a.mp4", "--strength", "0.5", "--seed", "7"),
    "enhance": ("enhance", "c.mp4", "--quality", "lossless"),
}
PLANNED = [name for name in CALLS if name != "enhance"]
OF_THE_MACHINE = {"paths", "policy", "plan"}


@pytest.fixture(autouse=True)
def width(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")


@pytest.fixture
def inputs(sora: Sora) -> None:
    """Two pictures and three clips in the working folder, exact."""
    rng = np.random.default_rng(0)
    for name, count, side in (("a", 16, 64), ("b", 16, 64), ("c", 4, 32)):
        frames = rng.integers(0, 256, (count, side, side, 3), np.uint8)
        Image.fromarray(frames[0]).save(f"{name}.png")
        with media.Writer(f"{name}.mp4", side, side, Fraction(16), quality="lossless") as writer:
            writer.add(frames)


def frozen(name: str, found: str, request: pytest.FixtureRequest) -> None:
    """What is found is what was written down; with --freeze it is written down."""
    path = FOLDER / name
    if request.config.getoption("--freeze"):
        path.write_text(found, encoding="utf-8")
    assert found == path.read_text(encoding="utf-8"), (
        "if this is meant: pytest tests/functional/test_frozen.py --freeze"
    )


def as_text(data: Any) -> str:
    return json.dumps(data, indent=1, ensure_ascii=False) + "\n"


def commands(command: Any = None, name: str = "") -> Iterator[str]:
    """Every verb and group that is not hidden, beginning with `sora` itself, which has no name."""
    command = command or typer.main.get_command(cli.app)
    yield name
    for key, inner in getattr(command, "commands", {}).items():
        if not inner.hidden:
            yield from commands(inner, f"{name} {key}".strip())


def test_help(sora: Sora, request: pytest.FixtureRequest) -> None:
    texts = []
    for name in sorted(commands()):
        ran = sora(*name.split(), "--help")
        assert ran.code == 0, ran.err
        texts.append(f"$ sora {name} --help".replace("  ", " ") + "\n\n" + ran.text)
    frozen("help.txt", "\n".join(texts), request)


def test_schemas(sora: Sora, request: pytest.FixtureRequest) -> None:
    """Arguments a line each, without the texts, which stand in the help."""
    whole = json.loads(sora("schema").out)
    jobs = {job["title"].removeprefix("sora "): job for job in whole.pop("job")["oneOf"]}
    lines = [json.dumps(whole)]
    for verb in whole["verbs"]:
        found = json.loads(sora("schema", verb).out)
        arguments = found["arguments"]
        assert jobs.get(verb, arguments) == arguments
        lines += ["", f"{verb}{' (a job)' if verb in jobs else ''}: required {', '.join(arguments['required'])}"]
        for name, rules in arguments["properties"].items():
            lines.append(f"  {name}: " + json.dumps({k: v for k, v in rules.items() if k != "description"}))
        lines.append(f"  -> {json.dumps(found['result'])}")
    frozen("schema.txt", "\n".join(lines) + "\n", request)


def test_plans(sora: Sora, inputs: None, request: pytest.FixtureRequest) -> None:
    """`--dry-run --json`, without what depends on the machine or is told of elsewhere."""
    found = {}
    for name in PLANNED:
        ran = sora(*CALLS[name], *TINY, "--dry-run", "--json")
        assert ran.code == 0, ran.err
        data = json.loads(ran.out)["data"]
        found[name] = {key: value for key, value in data.items() if key not in OF_THE_MACHINE}
    frozen("plans.json", as_text(found), request)


def test_frames(sora: Sora, inputs: None, request: pytest.FixtureRequest) -> None:
    """Digests of frames, which are promised for one kind of machine and one version of torch."""
    place = f"{platform.machine()} {torch.backends.cpu.get_cpu_capability()} torch {torch.__version__}"
    path = FOLDER / "frames.json"
    known = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    if request.config.getoption("--freeze"):
        known = {**known, place: {name: digest_of(sora, name) for name in CALLS}}
        path.write_text(as_text(known), encoding="utf-8")
    if place not in known:
        pytest.skip(f"frames of {place} were never written down")
    assert {name: digest_of(sora, name) for name in CALLS} == known[place]


def digest_of(sora: Callable[..., Any], name: str) -> str:
    model = () if name == "enhance" else TINY
    ran = sora(*CALLS[name], *model, "--threads", "1", "-f", "-q", "--json")
    assert ran.code == 0, ran.err
    digest: str = json.loads(ran.out)["data"][media.DIGEST]
    return digest


def test_frames_gone_on_with_and_made_again(sora: Sora, inputs: None) -> None:
    """A result replays to the same frames."""
    for name in ("generate", "extend"):
        assert sora(*CALLS[name], *TINY, "--threads", "1", "-o", "made.mp4", "-f", "-q").code == 0
        assert sora("replay", "made.mp4", "--check", "--threads", "1").code == 0
