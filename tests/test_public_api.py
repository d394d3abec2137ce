"""soracli from Python: the same files as the shell's, errors of the same tree, and nothing printed."""

from __future__ import annotations

import dataclasses
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import Sora

import soracli
from soracli import media
from soracli.api import OutputSettings, Settings
from soracli.options import calls
from soracli.options.flags import Flags, OutputFlags, TalkFlags
from soracli.pipeline import tasks

ROOT = Path(__file__).resolve().parent.parent
PUBLIC = [
    "Canvas", "CapacityError", "CheckError", "Clip", "MediaError", "Model", "NetworkError", "OutputSettings",
    "PolicyError", "Result", "SamplingOptions", "Seam", "Settings", "SoraError", "StageProgress", "UsageError",
    "WeightsError", "__version__", "detect", "info", "list_models", "load", "read", "verify",
]  # fmt: skip
CLIP: dict[str, Any] = {"seconds": 1, "seed": 7, "steps": 2, "threads": 1, "quality": "lossless"}


@pytest.fixture
def model(sora: Sora) -> Iterator[soracli.Model]:
    with soracli.load("tiny") as loaded:
        yield loaded


def noise(name: str, frames: int = 16, side: int = 64) -> str:
    """A clip of random pixels, written without a recipe."""
    with media.Writer(Path(name), side, side, Fraction(16), quality="lossless") as writer:
        writer.add(np.random.default_rng(0).integers(0, 256, (frames, side, side, 3), np.uint8))
    return name


def test_public_names() -> None:
    assert soracli.__all__ == PUBLIC
    assert set(PUBLIC) <= set(dir(soracli))
    assert all(getattr(soracli, name) is not None for name in PUBLIC)
    with pytest.raises(AttributeError, match="no attribute 'sing'"):
        _ = soracli.sing
    assert (Path(soracli.__file__).parent / "py.typed").is_file()


def test_import_loads_nothing_slow() -> None:
    script = (
        "import sys, soracli\nsoracli.UsageError, dir(soracli)\n"
        "assert not {'numpy', 'torch', 'typer', 'av', 'PIL'} & set(sys.modules)"
    )
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-c", script], check=True, env=env)


# --- files ------------------------------------------------------------------------------------------------------------


def test_a_result_is_as_the_shells(
    sora: Sora, model: soracli.Model, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    """Frame by frame; and info, verify and replay know it."""
    stages: list[soracli.StageProgress] = []
    made = model.generate("a dog walks", "made.mp4", watch=stages.append, **CLIP)
    assert capsysbinary.readouterr() == (b"", b"")
    assert (made.path, made.recipe["prompt"], made.recipe["seed"]) == ("made.mp4", "a dog walks", 7)
    assert [s.stage for s in stages if s.index == s.total] == ["load", "text", "sample", "decode"]
    assert {"sample", "decode", "save", "all"} <= made.took.keys()
    words = ("-m", "tiny", "--seed", "7", "--steps", "2", "--threads", "1", "--quality", "lossless", "-d", "1s")
    ran = sora("generate", "a dog walks", *words, "-o", "shell.mp4", "--json")
    same = ("review", "policy", "weights", "arguments", media.DIGEST)
    assert {key: made.recipe[key] for key in same} == {key: json.loads(ran.out)["data"][key] for key in same}
    assert json.loads(sora("info", "made.mp4", "--json").out)["data"]["recipe"] == made.recipe
    assert sora("verify", "made.mp4").code == 0
    assert sora("replay", "made.mp4", "--check", "--threads", "1").code == 0
    runs = json.loads(sora("runs", "list", "--json").out)["data"]
    assert {run["state"] for run in runs} == {"done"}


def test_clips_are_gone_on_with(model: soracli.Model) -> None:
    longer = model.extend(noise("a.mp4"), None, "longer.mp4", after=0.5, **{**CLIP, "seconds": None})
    assert [seam.at for seam in longer.seams] == [1.0]
    assert soracli.read("longer.mp4").frames.shape == (24, 64, 64, 3)
    assert np.array_equal(soracli.read("longer.mp4").frames[:16], soracli.read("a.mp4").frames)
    assert soracli.verify("longer.mp4").state == "intact"
    assert soracli.detect("longer.mp4").detected
    assert soracli.info("longer.mp4").recipe == longer.recipe


def test_a_look_and_an_enlargement(
    sora: Sora, model: soracli.Model, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    """The methods that sample nothing keep the same promises."""
    seen: list[str] = []
    model.edit(noise("a.mp4", 4, 32), None, "noir.mp4", style="noir", quality="lossless")
    large = model.enhance("a.mp4", "large.mp4", scale=2, threads=1, watch=lambda step: seen.append(step.stage))
    assert capsysbinary.readouterr() == (b"", b"")
    assert set(seen) == {"enhance"}
    assert large.recipe["scale"] == 2
    assert soracli.read("large.mp4").frames.shape == (4, 64, 64, 3)
    assert sora("replay", "noir.mp4", "--check").code == 0


def test_what_is_no_result_of_ours(sora: Sora) -> None:
    with pytest.raises(soracli.CheckError) as caught:
        soracli.verify(noise("a.mp4"))
    assert caught.value.code == "no_credential"
    assert not soracli.detect("a.mp4").detected
    assert soracli.info("a.mp4").recipe is None
    assert {"spark", "tiny"} <= {row["name"] for row in soracli.list_models()}


# --- errors -----------------------------------------------------------------------------------------------------------


ERRORS: dict[str, tuple[type[soracli.SoraError], Callable[[soracli.Model], Any]]] = {
    "refused": (soracli.PolicyError, lambda m: m.generate("a naked child", "a.mp4")),
    "output_exists": (soracli.UsageError, lambda m: m.generate("a dog", noise("b.mp4"))),
    "no_file": (soracli.MediaError, lambda m: m.extend("none.mp4", None, "a.mp4", after=1)),
    "bad_direction": (soracli.UsageError, lambda m: m.extend("b.mp4", None, "a.mp4", after=1, before=2)),
    "two_stdin": (soracli.UsageError, lambda m: m.generate("a dog", "-")),
    "bad_size": (soracli.UsageError, lambda m: m.generate("a dog", "a.mp4", size=(20, 64))),
    "unknown_model": (soracli.UsageError, lambda m: soracli.load("tinny")),
    "bad_device": (soracli.UsageError, lambda m: soracli.load("tiny", device="tpu")),
}


@pytest.mark.parametrize("code", ERRORS)
def test_errors(model: soracli.Model, code: str) -> None:
    kind, call = ERRORS[code]
    with pytest.raises(soracli.SoraError) as caught:
        call(model)
    assert (type(caught.value), caught.value.code) == (kind, code)
    assert not Path("a.mp4").exists()


def test_settings_are_checked(model: soracli.Model) -> None:
    with pytest.raises(TypeError, match="unexpected keyword argument 'sed'"):
        model.generate("a dog", "a.mp4", sed=1)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="unexpected keyword argument 'seed'"):
        model.enhance("a.mp4", "b.mp4", seed=1)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="integer"):
        model.generate("a dog", "a.mp4", seed="1..8")  # type: ignore[arg-type]


def test_who_watches_can_stop_a_call(sora: Sora, model: soracli.Model) -> None:
    """No file is left, and what was painted is kept."""

    def watch(step: soracli.StageProgress) -> None:
        if step.stage == "sample" and step.index == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        model.generate("a dog", "a.mp4", watch=watch, **CLIP)
    assert not Path("a.mp4").exists()
    assert sora("resume").code == 0
    assert soracli.info("a.mp4").recipe


# --- calls ------------------------------------------------------------------------------------------------------------


MADE: dict[str, tuple[Callable[[soracli.Model], Any], dict[str, Any]]] = {
    "generate": (
        lambda m: m.generate(None, "o.mp4", shots=[(0, "a dog"), (1.5, "a cow")], keyframes={0.5: Path("k.png")}),
        {"shot": ["0s:a dog", "1.5s:a cow"], "keyframe": ["k.png@0.5s"]},
    ),
    "image": (
        lambda m: m.image("x", "o.mp4", style="noir", subjects=["a.png:dog"], size=(96, 64), fps=Fraction(25, 2)),
        {"prompt": "x", "style": "noir", "subject": ["a.png:dog"], "size": "96x64", "fps": "25/2"},
    ),
    "animate": (
        lambda m: m.animate("a.png", None, "o.mp4", region=(0, 1, 2, 3), to="b.png", motion=3, camera="orbit"),
        {"image": "a.png", "region": "0,1,2,3", "to": "b.png", "motion": "3", "camera": "orbit"},
    ),
    "extend": (
        lambda m: m.extend(Path("a.mp4"), "x", "o.mp4", after=1, before=1, overlap=0.5),
        {"clip": "a.mp4", "prompt": "x", "both": True, "by": "1s", "overlap": "0.5s"},
    ),
    "edit": (
        lambda m: m.edit("a.mp4", "x", "o.mp4", strength=0.5, start=1, stop=2, style_ref="p.png"),
        {"clip": "a.mp4", "prompt": "x", "strength": "0.5", "from": "1s", "to": "2s", "style_ref": "p.png"},
    ),
    "inpaint": (
        lambda m: m.inpaint("a.mp4", None, "o.mp4", outpaint=(1, 2, 3, 4), guidance=2, negative="blue"),
        {"clip": "a.mp4", "outpaint": "1,2,3,4", "guidance": "2", "negative": "blue"},
    ),
    "blend": (
        lambda m: m.blend("a.mp4", "b.mp4", None, "o.mp4", by=1, mode="replace", fit="crop"),
        {"a": "a.mp4", "b": "b.mp4", "by": "1s", "mode": "replace", "fit": "crop"},
    ),
    "vary": (lambda m: m.vary("a.mp4", None, "o.mp4", strength=0.5), {"clip": "a.mp4", "strength": "0.5"}),
    "enhance": (
        lambda m: m.enhance("a.mp4", "o.mp4", scale=4, slow=2, denoise="auto", loop=True),
        {"clip": "a.mp4", "scale": "4", "slow": "2", "denoise": "auto", "loop": True},
    ),
}  # fmt: skip


@pytest.mark.parametrize("verb", MADE)
def test_a_method_is_the_call_of_its_verb(model: soracli.Model, monkeypatch: pytest.MonkeyPatch, verb: str) -> None:
    class Stop(Exception):
        pass

    def run(self: calls.Call, **more: Any) -> None:
        raise Stop(self)

    monkeypatch.setattr(calls.Call, "run", run)
    method, expected = MADE[verb]
    with pytest.raises(Stop) as caught:
        method(model)
    own = {} if verb == "enhance" else {"model": "tiny"}
    assert caught.value.args[0].as_data() == {"verb": verb, **own, "output": "o.mp4", **expected}


def test_settings_are_those_of_the_flags() -> None:
    """A flag that is added is a setting, or stands here as one that a program has no use for."""

    def fields(kind: type[Any]) -> set[str]:
        return {f.name for f in dataclasses.fields(kind)}

    shell = fields(TalkFlags) | {"output", "preset", "device", "preview", "prompt_file", "count"}
    of_load = {"model", "lora", "weights"}
    assert set(OutputSettings.__annotations__) - {"watch"} == fields(OutputFlags) - shell
    own = {"duration" if name == "seconds" else name for name in Settings.__annotations__}
    assert own - {"watch"} == fields(Flags) - shell - of_load


# --- the sampler ------------------------------------------------------------------------------------------------------


def test_steps(model: soracli.Model) -> None:
    options = soracli.SamplingOptions.of(model.card)
    canvas = tasks.generate(options.frames, options.height, options.width, options.fps)
    steps = list(model.steps(canvas, "a cow", options))
    assert [step.index for step in steps if step.stage == "sample"] == [1, 2]
    frames = np.concatenate([step.frames for step in steps if step.frames is not None])
    assert (frames.shape, frames.dtype) == ((16, 64, 64, 3), np.uint8)
    with pytest.raises(soracli.PolicyError):
        next(model.steps(canvas, "a naked child", options))


def test_steps_of_a_model_that_takes_drafts(sora: Sora, monkeypatch: pytest.MonkeyPatch) -> None:
    """What nothing is given for is painted over the scene that the prompt is read as."""
    seen: list[Any] = []

    def sample(model: Any, canvas: soracli.Canvas, prompt: Any, *rest: Any) -> Iterator[Any]:
        seen.append((canvas.draft, prompt))
        return iter(())

    monkeypatch.setattr("soracli.sampling.sampler.sample", sample)
    with soracli.load("spark") as model:
        options = soracli.SamplingOptions.of(model.card)
        assert list(model.steps(tasks.generate(8, 64, 64, options.fps), "a cow stands in the forest")) == []
    assert seen[0][0] is not None
    assert seen[0][1][0].prompt != "a cow stands in the forest"


# --- what the documents say -------------------------------------------------------------------------------------------


def blocks(path: str) -> list[str]:
    """Python in a document, in order."""
    text = (ROOT / path).read_text(encoding="utf-8")
    if path.endswith(".ipynb"):
        return ["".join(cell["source"]) for cell in json.loads(text)["cells"] if cell["cell_type"] == "code"]
    return re.findall(r"^```python\n(.*?)^```", text, re.M | re.S)


@pytest.mark.parametrize("path", ["README.md", "docs/python.md", "docs/example.ipynb"])
def test_examples_run(sora: Sora, path: str) -> None:
    """In order, with the model for tests."""
    found = blocks(path)
    assert 'soracli.load("spark")' in "".join(found)
    namespace: dict[str, Any] = {}
    for block in found:
        exec(compile(block.replace('load("spark")', 'load("tiny")'), path, "exec"), namespace)
    namespace["model"].close()
    assert sora("info", "cow.mp4").text.count("prompt  ") == 1
    assert sora("verify", "longer.mp4").code == 0
