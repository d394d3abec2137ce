"""`sora batch`: one load, failures apart, and a second run that does only what is missing."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import Sora

from soracli import cli, media, models
from soracli.commands import batch
from soracli.options import calls
from soracli.state import ledger, runs
from soracli.types import Clip

TINY = {"model": "tiny", "steps": 1}


def write(*jobs: dict[str, Any] | str, name: str = "jobs.jsonl") -> None:
    lines = [job if isinstance(job, str) else json.dumps(job) for job in jobs]
    Path(name).write_text("\n".join(lines) + "\n")


def job(prompt: str = "x", **more: Any) -> dict[str, Any]:
    return {"verb": "image", "prompt": prompt, **TINY, **more}


def lines(out: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


def test_many_verbs_one_load(sora: Sora, monkeypatch: pytest.MonkeyPatch) -> None:
    """Jobs of several verbs, one of which takes what another made; numbers and lists as JSON has them."""
    loads: list[str] = []
    load = models.load
    monkeypatch.setattr(models, "load", lambda *given: loads.append("") or load(*given))
    write(
        {"verb": "generate", "prompt": "a dog", "seed": 7, "output": "dog.mp4", **TINY},
        "",
        {"verb": "extend", "clip": "dog.mp4", "by": "8f", "loop": True, "seed": 1, **TINY},
        {"verb": "edit", "clip": "dog.mp4", "prompt": "x", "from": "8f", "seed": "1,2", **TINY},
        {"verb": "generate", "shot": ["0s:a dog", "0.5s:a cat"], "seed": 1, "output": "shots.webp", **TINY},
        {"verb": "replay", "file": "dog-edit-1.mp4", "steps": 2, "output": "again.mp4"},
    )
    ran = sora("batch", "jobs.jsonl", "-q")
    assert (ran.code, ran.err, len(loads)) == (0, "", 1)
    names = ["dog.mp4", "dog-loop-1.mp4", "dog-edit-1.mp4", "dog-edit-2.mp4", "shots.webp", "again.mp4"]
    assert ran.text.split() == names
    assert "5 jobs: 5 done before" in sora("batch", "jobs.jsonl").err
    alone = sora("generate", "a dog", "-m", "tiny", "--steps", "1", "--seed", "7", "-o", "alone.mp4")
    assert (alone.code, Path("alone.mp4").stat().st_size) == (0, Path("dog.mp4").stat().st_size)
    assert np.array_equal(media.read("alone.mp4").frames, media.read("dog.mp4").frames)


def test_a_second_run_does_what_is_missing(sora: Sora) -> None:
    """Also for jobs that leave seed and name open, and for two that are the same."""
    write(job(), job(), job("y", seed=4, output="y.png"), job("z", count=2))
    first = sora("batch", "jobs.jsonl", "--json")
    made = {path: Path(path).stat().st_mtime_ns for path in os.listdir()}
    assert len(made) == 6
    again = sora("batch", "jobs.jsonl", "--json")
    assert (again.code, again.out) == (0, first.out)
    assert "4 jobs: 4 done before" in again.err
    assert {path: Path(path).stat().st_mtime_ns for path in os.listdir()} == made
    Path("y.png").unlink()
    write(job("new", seed=1), job(), job(), job("y", seed=4, output="y.png"))  # the order does not matter
    third = sora("batch", "jobs.jsonl")
    assert third.text.split()[0] == "new-1.png"
    assert third.text.split()[-1] == "y.png"
    assert "4 jobs: 2 done, 2 done before" in third.err


def test_an_input_that_changed_is_no_longer_done(sora: Sora, clip: Clip) -> None:
    def source(frames: Any) -> None:
        with media.Writer("in.webp", 48, 32, clip.fps, quality="lossless", force=True) as writer:
            writer.add(frames)

    source(clip.frames[:8])
    write({"verb": "edit", "clip": "in.webp", "prompt": "x", "seed": 1, **TINY})
    assert sora("batch", "jobs.jsonl").text == "in-edit-1.mp4\n"
    source(clip.frames[8:16])
    assert sora("batch", "jobs.jsonl").text == "in-edit-1-2.mp4\n"


def test_failures_are_apart(sora: Sora) -> None:
    write(job(output="a.png"), job(output="no/b.png"), job("", output="c.png"), "{", job(output="d.png"))
    ran = sora("batch", "jobs.jsonl", "--json", "--continue-on-error")
    assert ran.code == 9
    found = lines(ran.out)
    assert [line["ok"] for line in found] == [True, False, False, False, True]
    assert [line["error"]["code"] for line in found if not line["ok"]] == ["no_folder", "empty_prompt", "bad_job"]
    assert [line["error"]["line"] for line in found if not line["ok"]] == [2, 3, 4]
    assert "sora: error: line 2: no/: no such folder" in ran.err
    assert "5 jobs: 2 done, 3 failed" in ran.err
    Path("no").mkdir()
    write(job(output="a.png"), job(output="no/b.png"))
    assert "2 jobs: 1 done, 1 done before" in sora("batch", "jobs.jsonl").err


def test_it_stops_at_a_failure_unless_told(sora: Sora) -> None:
    write(job(output="no/b.png"), job(output="d.png"))
    ran = sora("batch", "jobs.jsonl", "-q")
    assert (ran.code, ran.out, os.listdir()) == (9, b"", ["jobs.jsonl"])
    assert ran.err == "sora: error: line 1: no/: no such folder; make it first, or choose another -o\n"
    assert "1 not begun" in sora("batch", "jobs.jsonl").err


BAD = [
    ({"verb": "generate", "prompt": "x", "sed": 3}, "sed: sora generate has no such key (did you mean seed?)"),
    ({"verb": "genrate", "prompt": "x"}, "verb: 'genrate' is not a verb that renders (did you mean generate?)"),
    ({"prompt": "x"}, "verb: is missing; there are "),
    ({"verb": "extend"}, "clip: is missing; sora extend needs it"),
    ({"verb": "extend", "clip": "a.mp4", "loop": "yes"}, "loop: must be true or false, not 'yes'"),
    ({"verb": "generate", "prompt": ["x"]}, "prompt: must be a text or a number, not ['x']"),
    ({"verb": "generate", "shot": [True]}, "shot: must be a text or a list of texts, not [True]"),
    ({"verb": "generate", "prompt": "-"}, "'-': a job cannot use standard input or output; give it files"),
    ({"verb": "generate", "prompt": "x", "output": "-"}, "'-': a job cannot use standard input or output"),
    ({"verb": "generate", "prompt": "x", "json": True}, "json: is for the whole batch; give it to sora batch"),
    ("[1]", 'must be an object such as {"verb": "generate"'),
    ('{"verb": ', "is not JSON (Expecting value"),
]


@pytest.mark.parametrize(("bad", "message"), BAD, ids=[message[:30] for _, message in BAD])
def test_a_list_is_checked_before_anything_is_made(sora: Sora, bad: Any, message: str) -> None:
    write(job(output="a.png"), bad)
    ran = sora("batch", "jobs.jsonl")
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, b"", 1)
    assert ran.err.startswith(f"sora: error: jobs.jsonl line 2: {message}")
    assert os.listdir() == ["jobs.jsonl"]


def test_lists_that_are_none(sora: Sora) -> None:
    Path("empty.jsonl").touch()
    assert "empty.jsonl: no jobs; each line is one" in sora("batch", "empty.jsonl").err
    assert sora("batch", "no.jsonl").err == "sora: error: no.jsonl: no such file or directory\n"
    assert "standard input: no jobs" in sora("batch", "-").err
    Path("b.jsonl").write_bytes(b"\xff\xfe")
    assert "b.jsonl: is not UTF-8 text" in sora("batch", "b.jsonl").err


def test_jobs_by_pipe_and_shards(sora: Sora, monkeypatch: pytest.MonkeyPatch) -> None:
    """The shards of a list are its parts, whether asked for or told by torchrun."""
    jobs = "\n".join(json.dumps(job(f"p{i}", output=f"{i}.png")) for i in range(5)).encode()
    assert sora("batch", "-", "--shard", "1/2", "-q", stdin=jobs).text.split() == ["0.png", "2.png", "4.png"]
    monkeypatch.setenv("RANK", "1")
    monkeypatch.setenv("WORLD_SIZE", "2")
    assert sora("batch", "-", "-q", stdin=jobs).text.split() == ["1.png", "3.png"]
    assert sora("batch", "-", "--shard", "1/1", "-q", stdin=jobs).text.split() == [f"{i}.png" for i in range(5)]
    for wrong in ("3/2", "0/2", "1", "a/b"):
        assert f"--shard {wrong}: must be I/N" in sora("batch", "-", "--shard", wrong, stdin=jobs).err


def test_dry_runs_make_nothing(sora: Sora, state: Path) -> None:
    write(job(output="a.png"), job(output="a.png"))
    ran = sora("batch", "jobs.jsonl", "--dry-run", "--json")
    assert [line["data"]["paths"] for line in lines(ran.out)] == [["a.png"]] * 2
    assert (os.listdir(), list(runs.latest())) == (["jobs.jsonl"], [])


def forked(*arguments: str) -> int:
    """`sora` in a process of its own, which has everything imported already."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a fork of a process with threads; the child starts its own
        child = os.fork()
    if child == 0:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        os.dup2(1, 2)
        sys.stdout, sys.stderr = open(1, "w"), open(2, "w")  # noqa: SIM115
        os._exit(cli.run(list(arguments)))
    return child


def killed_at_random(sora: Sora, times: int) -> None:
    """Kill a batch over and over: finished files are whole and stay as they are, and at the end all are there."""
    names = [f"{i}.mp4" for i in range(4)]
    jobs = [{"verb": "generate", "prompt": f"p{i}", "seed": 5, "output": name, **TINY} for i, name in enumerate(names)]
    write(*jobs)
    write(*(job | {"output": f"whole-{job['output']}"} for job in jobs), name="whole.jsonl")
    clock = time.perf_counter()
    assert sora("batch", "whole.jsonl").code == 0
    took = time.perf_counter() - clock
    moments = random.Random(times)
    seen: dict[str, bytes] = {}
    for _ in range(times):
        child = forked("batch", "jobs.jsonl")
        time.sleep(moments.uniform(0, took / 2))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        for name in filter(os.path.exists, names):
            now = Path(name).read_bytes()
            assert seen.setdefault(name, now) == now
            assert len(media.read(name).frames) == 16
    ran = sora("batch", "jobs.jsonl", "--json")
    assert ran.code == 0, ran.err
    assert [line["data"]["path"] for line in lines(ran.out)] == names
    for name in names:
        assert seen.get(name, Path(name).read_bytes()) == Path(name).read_bytes()
        assert np.array_equal(media.read(name).frames, media.read(f"whole-{name}").frames)
    assert not [run for run in runs.latest() if run.state != "done"]


def test_a_job_that_was_killed_after_its_last_result_is_done(sora: Sora) -> None:
    write({"verb": "generate", "prompt": "p", "output": "a.mp4", **TINY})
    assert sora("batch", "jobs.jsonl").code == 0
    (run,) = runs.latest()
    run.state = "running"  # as its record says until the end
    run.save()
    assert next(runs.latest()).state == "killed"
    assert sora("batch", "jobs.jsonl").code == 0
    assert [one.state for one in runs.latest()] == ["done"]


def test_killed_at_any_moment(sora: Sora) -> None:
    killed_at_random(sora, 6)


@pytest.mark.slow
def test_killed_at_twenty_moments(sora: Sora) -> None:
    killed_at_random(sora, 20)


# --- what outlives the runs -------------------------------------------------------------------------------------------


def pruned(sora: Sora) -> None:
    assert sora("runs", "prune", "--older", "0m", "--all", "--yes").code == 0
    assert not list(runs.latest())


def test_a_pruned_batch_knows_what_it_has_made(sora: Sora, state: Path) -> None:
    write(job(), job(), job("y", seed=4, output="y.png"), job("secret words", count=2, output="z-{seed}.png"))
    first = sora("batch", "jobs.jsonl", "--json")
    made = {path: Path(path).read_bytes() for path in os.listdir()}
    pruned(sora)
    again = sora("batch", "jobs.jsonl", "--json")
    assert "4 jobs: 4 done before" in again.err
    assert {path: Path(path).read_bytes() for path in os.listdir()} == made
    for now, before in zip(lines(again.out), lines(first.out), strict=True):
        ours, theirs = (
            found["data"] if isinstance(found["data"], list) else [found["data"]] for found in (now, before)
        )
        for one, other in zip(ours, theirs, strict=True):
            assert {key: other[key] for key in one} == one  # what a file tells of itself
            assert {"path", "format", "seed", "prompt", "frames_sha256"} <= set(one)
    assert "secret" not in (state / "batches.jsonl").read_text()
    assert (state / "batches.jsonl").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("kept", [True, False], ids=["run kept", "run pruned"])
def test_what_is_gone_or_changed_is_made_again(sora: Sora, kept: bool) -> None:
    """And nothing else; what was changed is somebody's work, and is kept beside it."""
    write(job("a", output="a.png", seed=1), job("b", count=2, output="b-{n}.png"), job("c", output="c.webp"))
    assert sora("batch", "jobs.jsonl", "-q").code == 0
    made = {path: Path(path).read_bytes() for path in os.listdir()}
    frames = {path: media.read(path).frames for path in made if path != "jobs.jsonl"}
    if not kept:
        pruned(sora)
    Path("a.png").unlink()
    Path("b-2.png").write_bytes(made["b-2.png"] + b"more")
    ran = sora("batch", "jobs.jsonl")
    assert "3 jobs: 2 done, 1 done before" in ran.err
    assert "note: b-2.png was changed since it was made; kept as b-2.changed.png.\n" in ran.err
    assert Path("b-2.changed.png").read_bytes() == made["b-2.png"] + b"more"
    assert Path("b-1.png").read_bytes() == made["b-1.png"]
    for path, before in frames.items():  # the same seeds too, where the job left them open
        assert np.array_equal(media.read(path).frames, before)
    assert "3 jobs: 3 done before" in sora("batch", "jobs.jsonl").err
    pruned(sora)
    assert "3 jobs: 3 done before" in sora("batch", "jobs.jsonl").err


def test_a_pruned_batch_sees_that_an_input_changed(sora: Sora) -> None:
    assert sora("image", "x", "-m", "tiny", "--steps", "1", "--seed", "1", "-o", "in.png", "-q").code == 0
    write({"verb": "animate", "image": "in.png", "seed": 1, "duration": "9f", **TINY})
    assert sora("batch", "jobs.jsonl").text == "in-animate-1.mp4\n"
    pruned(sora)
    assert sora("image", "y", "-m", "tiny", "--steps", "1", "--seed", "2", "-o", "in.png", "-qf").code == 0
    assert sora("batch", "jobs.jsonl").text == "in-animate-1-2.mp4\n"


def some(number: int, path: str = "/nowhere.png") -> ledger.Entry:
    return ledger.Entry(f"b{number}", ("", "0f"), "png", 1.5, (ledger.Result(number, path, "00"),))


def test_two_writers_lose_no_line(sora: Sora, state: Path) -> None:
    """Nor does a line that a full disk cut off, or a prune in the midst of it, take others along."""
    state.joinpath("batches.jsonl").write_bytes(b'{"job": "b9", "inp')
    script = (
        "import sys\nfrom soracli.state import ledger\nbook = ledger.Ledger()\n"
        "for n in range(int(sys.argv[1]), 400, 2):\n"
        "    book.add(ledger.Entry(f'b{n}', ('', '0f'), 'png', 1.5, (ledger.Result(n, sys.argv[2], '00'),)))\n"
    )
    command = [sys.executable, "-c", script]
    writers = [subprocess.Popen([*command, str(first), str(state)]) for first in (0, 1)]
    while any(writer.poll() is None for writer in writers):
        ledger.prune(0)
    assert [writer.returncode for writer in writers] == [0, 0]
    book = ledger.Ledger()
    assert all(book.find(f"b{n}") == some(n, str(state)) for n in range(400))


def test_prune_drops_what_is_gone(sora: Sora, state: Path, tmp_path: Path) -> None:
    (tmp_path / "there.png").touch()
    book = ledger.Ledger()
    for entry in (some(1), some(2, str(tmp_path / "there.png")), some(2, str(tmp_path / "there.png"))):
        book.add(entry)
    assert ledger.prune(1) == 1  # one was said twice; none is old
    assert ledger.prune(2) == 1
    assert [ledger.Ledger().find(f"b{n}") is not None for n in (1, 2)] == [False, True]


def test_shards_share_the_ledger(sora: Sora) -> None:
    write(*(job("x", seed=n, output=f"{n}.png") for n in range(4)))
    for shard in ("1/2", "2/2"):
        assert sora("batch", "jobs.jsonl", "--shard", shard, "-q").code == 0
    pruned(sora)
    assert "4 jobs: 4 done before" in sora("batch", "jobs.jsonl").err


def test_a_prompt_that_stands_in_a_file_is_part_of_its_job(sora: Sora) -> None:
    """Changed, it is another job, and what the older one made is neither called its result nor written over."""
    Path("prompt.txt").write_text("a dog")
    write({"verb": "image", "prompt_file": "prompt.txt", "seed": 1, "output": "a.png", **TINY})
    assert sora("batch", "jobs.jsonl").code == 0
    assert "1 done before" in sora("batch", "jobs.jsonl").err
    before = Path("a.png").read_bytes()
    Path("prompt.txt").write_text("a car")
    ran = sora("batch", "jobs.jsonl")
    assert (ran.code, "a.png: already exists" in ran.err, Path("a.png").read_bytes()) == (9, True, before), ran.err
    write({"verb": "image", "prompt_file": "prompt.txt", "seed": 1, "output": "b.png", **TINY})
    assert sora("batch", "jobs.jsonl").code == 0
    recipe = media.info("b.png").recipe
    assert recipe is not None
    assert recipe["prompt"] == "a car"


def test_adapters_of_a_job_are_known_by_their_contents(sora: Sora) -> None:
    call = calls.Call("generate", {"prompt": "x", "lora": ["look.safetensors:0.5"]})
    Path("look.safetensors").write_bytes(b"a")
    before = batch._identity(call)
    Path("look.safetensors").write_bytes(b"b")
    assert batch._identity(call) != before


def test_a_key_that_stands_twice_is_refused(sora: Sora) -> None:
    write('{"verb": "image", "prompt": "a dog", "prompt": "a cat", "model": "tiny", "steps": 1}')
    ran = sora("batch", "jobs.jsonl")
    assert (ran.code, "line 1: is not JSON (prompt stands there twice)" in ran.err) == (2, True), ran.err


def test_separators_within_a_text_end_no_line(sora: Sora) -> None:
    """JSON takes them in strings as they are, and `jq -c` writes them so."""
    text = "a dog\u2028in a\u2029 meadow\x85"
    write(json.dumps(job(text, seed=1, output="a.png"), ensure_ascii=False) + "\r")
    ran = sora("batch", "jobs.jsonl")
    assert (ran.code, "1 jobs: 1 done" in ran.err) == (0, True), ran.err


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('{"verb": "image", "' + "k" * 100_000 + '": 1}', "has no such key"),
        ('{"verb": ' + "9" * 5000 + "}", "is no number"),
    ],
    ids=["key", "number"],
)
def test_a_message_is_no_longer_than_is_read(sora: Sora, line: str, said: str) -> None:
    write(line)
    ran = sora("batch", "jobs.jsonl")
    assert (ran.code, said in ran.err, len(ran.err) < 2500, "sys." in ran.err) == (2, True, True, False), ran.err[:500]
