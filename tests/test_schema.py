"""`sora schema`: what it says of arguments holds for jobs, what it says of results for what verbs print."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from conftest import Sora

from soracli import calls, cli, media, provenance, schema
from soracli.types import Clip

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
        "description": "0 (unchanged) .. 1 (all new); default 0.6.",
        "default": "0.6",
    }
    assert found["required"] == ["verb", "clip"]
    assert set(found["properties"]) >= {"from", "to", "prompt_file", "save_latents"}
    assert json.loads(sora("schema", "edit", "--json").out)["data"]["arguments"] == found
    assert "VERB edt: no such verb (did you mean edit?)" in sora("schema", "edt").err


@pytest.mark.parametrize(
    "words",
    [
        ("generate", "x", *TINY),
        ("image", "x", *TINY, "-n", "2"),
        ("extend", "dog.mp4", *TINY, "--by", "8f", "--save-latents"),
        ("vary", "dog.mp4", *TINY),
        ("enhance", "dog.mp4", "-q", "--json"),
        ("replay", "out.png", "--json", "-q"),
        ("batch", "jobs.jsonl", "--json", "-q"),
        ("info", "dog.mp4", "--json"),
        ("verify", "dog.mp4", "--json"),
        ("detect", "dog.mp4", "--json"),
        ("keys", "show", "--json"),
        ("keys", "new", "--json"),
        ("doctor", "--json"),
        ("model", "list", "--json"),
        ("model", "show", "tiny", "--json"),
        ("model", "verify", "tiny", "--json"),
        ("model", "path", "tiny", "--json"),
        ("runs", "list", "--json"),
        ("runs", "show", "b", "--json"),
        ("runs", "prune", "--json", "-y"),
        ("schema", "--json"),
    ],
    ids=lambda words: " ".join(words[:2]),
)
def test_every_verb_prints_what_its_schema_says(sora: Sora, clip: Clip, words: tuple[str, ...]) -> None:
    with media.Writer("dog.mp4", 48, 32, clip.fps, stamp=provenance.Stamp("generate", {}, ())) as writer:
        writer.add(clip.frames[:16])
    Path("jobs.jsonl").write_text('{"verb": "image", "prompt": "x", "model": "tiny", "output": "out.png"}\n')
    if words[0] in ("runs", "replay"):
        assert sora("batch", "jobs.jsonl").code == 0
    name = next(name for name in (" ".join(words[:2]), words[0]) if name in schema.verbs(cli.parser()))
    rules = json.loads(sora("schema", name).out)["result"]
    ran = sora(*words)
    assert ran.code == 0, ran.err
    found = json.loads(ran.out)
    jsonschema.validate(found, rules)
    if words[0] in calls.RENDERING:  # and nothing is printed that it does not speak of
        known = rules["properties"]["data"]["anyOf"][0]["properties"]
        first = found["data"][0] if isinstance(found["data"], list) else found["data"]
        recipe_only = {
            "after",
            "fit",
            "strength",
            "input",
            "scale",
            "loop",
            "slow",
            "denoise",
            "double",
            "between",
            "networks",
        }
        assert set(first) - set(known) <= recipe_only


def test_events_and_errors(sora: Sora) -> None:
    whole = json.loads(sora("schema").out)
    ran = sora("generate", "a zeppelin", *TINY[:-2], "-v", "--progress", "json", "-o", "a.gif")
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
