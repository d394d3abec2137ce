"""`sora schema`: what it says of arguments holds for jobs, what it says of results for what verbs print."""

from __future__ import annotations

import contextlib
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from conftest import Sora
from hub_server import Hub
from PIL import Image

from soracli import cli, media
from soracli.commands import output_types, schema
from soracli.commands.output_types import rendered
from soracli.options import calls
from soracli.provenance import stamp
from soracli.server import daemon
from soracli.state import runs
from soracli.types import Clip
from soracli.weights import manifest as weights

TINY = ("-m", "tiny", "--steps", "1", "--seed", "1", "-q", "--json")


def holds(data: Any, rules: Any) -> bool:
    jsonschema.Draft202012Validator.check_schema(rules)
    return bool(jsonschema.Draft202012Validator(rules).is_valid(data))


def test_a_job_is_what_the_schema_says(sora: Sora) -> None:
    whole = json.loads(sora("schema").out)
    good = {"verb": "generate", "prompt": "x", "seed": 7, "shot": ["0s:x"], "force": True}
    for data, fine in (
        (good, True),
        ({"verb": "extend", "clip": "a.mp4", "loop": True, "by": "2s"}, True),
        ({**good, "sed": 1}, False),
        ({**good, "force": "yes"}, False),
        ({**good, "json": True}, False),
        ({"verb": "extend"}, False),
        ({"prompt": "x"}, False),
    ):
        assert holds(data, whole["job"]) is fine, data
        try:
            calls.parse(data, dict.fromkeys(calls.TALK, "no"))
        except Exception:
            assert not fine
        else:
            assert fine
    assert {"generate", "batch", "model list", "runs show", "schema"} <= set(whole["verbs"])
    assert "train" not in whole["verbs"]


def test_the_schema_has_help_and_defaults(sora: Sora) -> None:
    found = json.loads(sora("schema", "edit").out)["arguments"]
    assert found["properties"]["strength"] == {
        "type": ["string", "number"],
        "description": "0 (unchanged) .. 1 (all new); default 0.6 for painting, 1 for a look.",
    }
    assert found["required"] == ["verb", "clip"]
    assert set(found["properties"]) >= {"from", "to", "prompt_file", "save_latents"}
    assert json.loads(sora("schema", "edit", "--json").out)["data"]["arguments"] == found
    assert "VERB edt: no such verb (did you mean edit?)" in sora("schema", "edt").err


# A call of every verb that prints a result. Those that paint are shown a plan where painting is tested elsewhere.
CALLS = [
    "generate x TINY", "image x TINY -n 2", "animate a.png x TINY --dry-run", "extend dog.mp4 TINY --by 8f",
    "edit dog.mp4 x TINY --dry-run", "inpaint dog.mp4 x TINY --mask a.png --dry-run",
    "blend dog.mp4 dog.mp4 TINY --dry-run", "views a.png TINY --dry-run", "vary dog.mp4 TINY",
    "enhance a.png --scale 2 -q --json", "enhance dog.mp4 --dry-run --json", "replay out.png --json -q",
    "batch other.jsonl --json -q", "resume --json -q", "decode latents.safetensors -o new.png --json -q",
    "info dog.mp4 --json", "verify dog.mp4 --json", "detect dog.mp4 a.png --json", "frame dog.mp4 --json",
    "sheet dog.mp4 a.png --json", "compare dog.mp4 dog.mp4 --json", "animatic sheep --size 64x64 -d 4f --json",
    "curate . --json", "train lora . --name zorp --dry-run --json",
    "scene sheep --json", "recaption sheep --json", "cast list --json", "cast show sheep -o s.png --json",
    "cast search sheep --json", "keys show --json", "keys new --json", "keys export --json",
    "keys export -o k.pem --json", "doctor --json", "help --json", "schema --json", "schema info --json",
    "model list --json", "model show tiny --json", "model verify tiny --json", "model path tiny --json",
    "model pull acme --dry-run --json", "model pull acme --accept-licence --json", "model rm acme --json",
    "config list --json", "config get steps --json", "config set steps 9 --json", "config set steps --unset --json",
    "config path --json", "preset list --json", "preset show draft --json", "preset save mine --steps 3 --json",
    "policy show --json", "policy check sheep --json", "policy check --json", "runs list --json",
    "runs show --json", "runs prune --json -y", "runs prune --older 0m --json -y", "serve -m tiny --json -q",
]  # fmt: skip


@dataclass(frozen=True)
class Kept:
    """A folder of files for the verbs, and the state that making them left."""

    folder: Path
    state: Path


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory, clip: Clip) -> Kept:
    found = Kept(tmp_path_factory.mktemp("files"), tmp_path_factory.mktemp("kept"))
    with media.Writer(found.folder / "dog.mp4", 48, 32, clip.fps, stamp=stamp.Stamp("generate", {}, ())) as writer:
        writer.add(clip.frames[:16])
    Image.fromarray(clip.frames[0]).save(found.folder / "a.png")
    job = {"verb": "image", "prompt": "x", "model": "tiny", "steps": 1, "seed": 1}
    for name in ("out", "other"):
        (found.folder / f"{name}.jsonl").write_text(json.dumps({**job, "output": f"{name}.png"}))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(found.folder)
        patch.setenv("SORA_STATE_DIR", str(found.state))
        patch.setenv("SORA_REVIEW", "flashes")
        assert cli.run(["batch", "out.jsonl", "-q"]) == 0
        words = ["image", "x", "-m", "tiny", "--steps", "1", "--seed", "2", "--save-latents", "-o", "latents.png"]
        assert cli.run([*words, "-q"]) == 0
        shutil.copy(next(found.state.rglob("2.safetensors")), found.folder / "latents.safetensors")
    return found


@pytest.fixture
def files(sora: Sora, kept: Kept, state: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """What `kept` holds, a run that was interrupted, a hub with one model, and an engine that nobody calls."""
    shutil.copytree(kept.folder, tmp_path, dirs_exist_ok=True)
    shutil.copytree(kept.state, state, dirs_exist_ok=True)
    run = next(runs.latest())
    run.state, run.items[0].path, run.items[0].data = "interrupted", str(tmp_path / "again.png"), None
    run.save()
    manifest = Path(weights.manifest()).read_text()
    with Hub({f"acme/video/{'a' * 40}/a.json": b"{}"}) as server:
        monkeypatch.setenv("HF_ENDPOINT", server.url)
        (tmp_path / "weights.toml").write_text(manifest + ACME)
        monkeypatch.setattr(weights, "manifest", lambda: tmp_path / "weights.toml")
        monkeypatch.setattr(daemon, "_listening", lambda path: contextlib.nullcontext(Interrupted()))
        yield
        server.shutdown()


ACME = f"""
[models.acme]
arch = "wan"
about = "Of acme."
licence = "Acme"
terms = "Be kind."
stride = [4, 8, 8]
defaults = {{ width = 64, height = 64, seconds = 1, fps = 16, steps = 2 }}
[[models.acme.files]]
role = "tokenizer"
name = "a.json"
repo = "acme/video"
revision = "{"a" * 40}"
path = "a.json"
"""


class Interrupted:
    """A door at which Ctrl-C is all that comes."""

    def accept(self) -> None:
        raise KeyboardInterrupt


def closed(rules: Any) -> Any:
    """A schema that allows nothing that it does not name; recipes alone may say more, each verb its own."""
    if isinstance(rules, list):
        return [closed(rule) for rule in rules]
    if not isinstance(rules, dict):
        return rules
    found = {key: closed(rule) for key, rule in rules.items()}
    own = rules.get("properties", {})
    return found if "required" not in rules or {"arguments", "plan"} & set(own) else {
        **found, "additionalProperties": False,
    }  # fmt: skip


def test_every_verb_has_a_type_and_a_call() -> None:
    """A verb that is added without either is found here."""
    names = list(schema.verbs(cli.parser()))
    called = {name for words in CALLS for name in (" ".join(words.split()[:2]), words.split()[0]) if name in names}
    assert called == set(names)
    assert set(output_types.OF) | set(calls.RENDERING) == set(names)
    assert {json.dumps(schema.of_type(kind)) for kind in output_types.OF.values()}.isdisjoint(
        {"{}", '{"type": "object"}'}
    )


@pytest.mark.parametrize("words", CALLS)
@pytest.mark.usefixtures("files")
def test_every_verb_prints_what_its_schema_says(sora: Sora, words: str) -> None:
    typed = [part for word in words.split() for part in (TINY if word == "TINY" else (word,))]
    name = next(name for name in (" ".join(typed[:2]), typed[0]) if name in schema.verbs(cli.parser()))
    ran = sora(*typed)
    assert ran.code == 0, ran.err
    found = json.loads(ran.out)
    jsonschema.validate(found, closed(schema.of_verb(name, schema.verbs(cli.parser()))["result"]))
    if name in calls.RENDERING and "--dry-run" not in words:  # and no recipe says what nobody knows of
        known = schema.of_type(rendered.Rendered)["properties"]
        first = found["data"][0] if isinstance(found["data"], list) else found["data"]
        assert set(first) - set(known) <= RECIPE_ONLY


RECIPE_ONLY = {
    "after", "fit", "strength", "input", "scale", "loop", "slow", "denoise", "double", "between", "networks",
}  # fmt: skip


def test_events_and_errors(sora: Sora) -> None:
    whole = json.loads(sora("schema").out)
    ran = sora("generate", "a hoverboard", *TINY[:-2], "-v", "--progress", "json", "-o", "a.gif")
    events = [json.loads(line) for line in ran.err.splitlines()]
    assert {event["event"] for event in events} >= {"progress", "message", "detail"}
    ran = sora("generate", "", "--json", "--progress", "json")
    events.append(json.loads(ran.err))
    for event in events:
        jsonschema.validate(event, whole["event"])
    jsonschema.validate(json.loads(ran.out), whole["error"])


def test_every_command_has_json(sora: Sora) -> None:
    """But those that only lead to others, and `train`, which is another program."""
    for name, function in schema.verbs(cli.parser()).items():
        assert "json" in {key.name for key in calls.keys(function)}, name
