"""Runs, and going on with them: what a stopped render leaves, and what comes of it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import Outcome, Sora, pictures
from PIL import Image

from soracli import cli, media
from soracli.commands import passes
from soracli.sampling import pixels, sampler
from soracli.state import runs
from soracli.types import Clip
from soracli.weights import manifest

TINY = ("-m", "tiny", "--steps", "4")
Stop = Callable[[str, int], None]


@pytest.fixture
def stopping(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Make the sampler stop once, after the given step of a stage."""
    plain = sampler.sample

    def arrange(stage: str, index: int, error: BaseException | None = None) -> None:
        todo = [error or KeyboardInterrupt()]

        def sample(*given: Any, **named: Any) -> Iterator[sampler.Step]:
            for step in plain(*given, **named):
                yield step
                if (step.stage, step.index) == (stage, index) and todo:
                    raise todo.pop()

        monkeypatch.setattr(sampler, "sample", sample)

    return arrange


def last() -> runs.Run:
    return next(runs.latest())


def frames(path: str) -> Any:
    return media.read(path).frames


@pytest.fixture
def dog(clip: Clip, sora: Sora) -> str:
    with media.Writer("dog.mp4", 48, 32, clip.fps, quality="lossless") as writer:
        writer.add(clip.frames[:16])
    return "dog.mp4"


# --- stopped and gone on with -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stage", "index", "kept"), [("text", 1, False), ("sample", 2, True), ("sample", 4, True), ("decode", 1, True)]
)
def test_a_stopped_run_goes_on_to_the_same_file(sora: Sora, stopping: Stop, stage: str, index: int, kept: int) -> None:
    whole = sora("generate", "a dog", *TINY, "--seed", "5", "-o", "whole.mp4")
    assert whole.code == 0
    stopping(stage, index)
    ran = sora("generate", "a dog", *TINY, "--seed", "5", "-o", "a.mp4")
    run = last()
    assert (ran.code, os.listdir()) == (130, ["whole.mp4"])
    assert ran.err.splitlines()[-2:] == [
        f"sora: {'what was painted is kept; go on' if kept else 'nothing was painted yet; begin again'} "
        f"with: sora resume {run.id}",
        "sora: interrupted; the result in hand was not written",
    ]
    path = run.latents(5)
    assert path is not None
    assert (run.state, path.exists()) == ("interrupted", kept)
    again = sora("resume")
    assert (again.code, again.text) == (0, "a.mp4\n"), again.err
    assert pictures(Path("a.mp4").read_bytes()) == pictures(Path("whole.mp4").read_bytes())
    assert (last().state, path.exists()) == ("done", False)
    assert sora("resume", run.id).err == (
        f"sora: error: run {run.id}: is done; to make its results again, use: sora replay FILE\n"
    )


def test_finished_results_are_not_made_twice(sora: Sora, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The second of three seeds is stopped; resuming makes that one and the third, from any folder."""
    plain, seeds = sampler.sample, []

    def sample(model: Any, canvas: Any, prompt: Any, options: Any, *rest: Any) -> Any:
        seeds.append(options.seed)
        for step in plain(model, canvas, prompt, options, *rest):
            yield step
            if seeds == [1, 2] and step.stage == "sample":
                raise KeyboardInterrupt

    monkeypatch.setattr(sampler, "sample", sample)
    ran = sora("image", "x", *TINY, "--seed", "1..3", "-o", "{seed}.png")
    assert (ran.code, ran.text) == (130, "1.png\n")
    (tmp_path / "sub").mkdir()
    monkeypatch.chdir(tmp_path / "sub")
    again = sora("resume", "--json")
    assert [item["seed"] for item in json.loads(again.out)["data"]] == [1, 2, 3]
    assert seeds == [1, 2, 2, 3]
    assert sorted(os.listdir(tmp_path)) == ["1.png", "2.png", "3.png", "sub"]
    os.remove(tmp_path / "3.png")
    assert sora("resume", last().id).text == f"{tmp_path}/3.png\n"


def test_a_failing_end_loses_nothing(sora: Sora, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk is full when the file is closed: the latents are kept, and paint nothing when they are gone on with."""
    finish = media.Writer.__exit__

    def full(self: media.Writer, kind: Any, error: Any, trace: Any) -> None:
        finish(self, OSError, OSError(28, "full"), trace)
        with media.write.explained(self.path):
            raise OSError(28, "full")

    monkeypatch.setattr(media.Writer, "__exit__", full)
    ran = sora("generate", "a dog", *TINY, "--seed", "5", "-o", "a.mp4")
    assert ran.code == 6
    assert f"go on with: sora resume {last().id}" in ran.err
    assert last().message == "a.mp4: the disk is full; free some space, or choose another -o"
    monkeypatch.setattr(media.Writer, "__exit__", finish)
    monkeypatch.setattr("soracli.models.spark.dit.Dit.forward", lambda *_: pytest.fail("painted again"))
    assert sora("resume").text == "a.mp4\n"


def test_what_no_longer_fits_is_begun_anew(sora: Sora, stopping: Stop, dog: str, clip: Clip) -> None:
    stopping("sample", 2)
    assert sora("edit", dog, "x", *TINY, "--seed", "1").code == 130
    with media.Writer(dog, 48, 32, clip.fps, quality="lossless", force=True) as writer:
        writer.add(clip.frames[:8])
    ran = sora("resume")
    assert (ran.code, ran.text) == (0, "dog-edit-1.mp4\n")
    assert "note: what was painted so far had another frames, inputs; starting anew." in ran.err


@pytest.mark.parametrize("stage", ["sample", "decode"])
def test_what_was_piped_in_is_kept(sora: Sora, stopping: Stop, dog: str, stage: str) -> None:
    """Until the result is there: the same bits as without a stop, and no painting twice."""
    given = ("edit", "-", "x", *TINY, "--seed", "1", "--quality", "lossless")
    assert sora(*given, "-o", "whole.mp4", stdin=Path(dog).read_bytes()).code == 0
    assert last().piped is None
    stopping(stage, 1)
    assert sora(*given, "-o", "a.mp4", stdin=Path(dog).read_bytes()).code == 130
    kept = last().piped
    assert kept is not None
    assert kept.read_bytes() == Path(dog).read_bytes()
    assert kept.stat().st_mode & 0o077 == 0
    Path(dog).unlink()
    ran = sora("resume")
    assert (ran.code, ran.text) == (0, "a.mp4\n"), ran.err
    assert "starting anew" not in ran.err
    assert np.array_equal(frames("a.mp4"), frames("whole.mp4"))
    assert last().piped is None


@pytest.mark.parametrize("flag", [("inpaint", "dog.mp4", "--mask"), ("animate", "dog.png", "--region")])
def test_a_mask_that_was_piped_in_is_kept(sora: Sora, stopping: Stop, dog: str, flag: tuple[str, ...]) -> None:
    Image.fromarray(media.read(dog).frames[0]).save("dog.png")
    hole = np.zeros((32, 48), np.uint8)
    hole[8:24, 8:24] = 255
    Image.fromarray(hole).save("hole.png")
    data = Path("hole.png").read_bytes()
    given = (*flag, "-", *TINY, "--seed", "1", "--quality", "lossless")
    assert sora(*given, "-o", "whole.mp4", stdin=data).code == 0
    stopping("sample", 1)
    assert sora(*given, "-o", "a.mp4", stdin=data).code == 130
    kept = last().piped
    assert kept is not None
    assert kept.read_bytes() == data
    ran = sora("resume")
    assert (ran.code, ran.text) == (0, "a.mp4\n"), ran.err
    assert "starting anew" not in ran.err
    assert np.array_equal(frames("a.mp4"), frames("whole.mp4"))
    assert last().piped is None


def test_enhance_keeps_what_was_piped_in(sora: Sora, dog: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passes._Result, "make", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        assert sora("enhance", "-", stdin=Path(dog).read_bytes()).code == 130
    Path(dog).unlink()
    assert sora("resume").text == "clip-enhance-0.mp4\n"


def test_what_was_piped_in_is_given_again(
    sora: Sora, stopping: Stop, dog: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is too large to be kept is said to be, before anything is painted."""
    monkeypatch.setattr(runs, "MAX_INPUT", 1000)
    stopping("sample", 2)
    ran = sora("edit", "-", "x", *TINY, "--seed", "1", stdin=Path(dog).read_bytes())
    assert ran.code == 130
    size = f"{Path(dog).stat().st_size / 1000:.0f} kB"
    lost = f"note: what was piped in is not kept ({size}, over 1 kB); to go on, sora resume will want it as a file.\n"
    assert lost in ran.err
    name = last().id
    ran = sora("resume")
    assert (
        f"run {name}: read standard input, which is gone; give it as a file: sora resume {name} --input FILE" in ran.err
    )
    assert sora("resume", "--input", dog).text == "clip-edit-1.mp4\n"


def test_an_interrupt_as_json(sora: Sora, stopping: Stop) -> None:
    stopping("sample", 2)
    ran = sora("generate", "x", *TINY, "--json", "--progress", "json")
    events = [json.loads(line) for line in ran.err.splitlines()]
    error = {"code": "interrupted", "message": "interrupted; the result in hand was not written", "exit_code": 130}
    assert json.loads(ran.out) == {"ok": False, "error": error}
    assert events[-1] == {"event": "error", **error}
    assert events[-2]["message"].endswith(f"sora resume {last().id}")


def test_only_one_process_works_on_a_run(sora: Sora, stopping: Stop) -> None:
    stopping("sample", 2)
    assert sora("generate", "x", *TINY).code == 130
    run = last()
    run.take()
    assert sora("resume").err == f"sora: error: run {run.id}: is being worked on by another process\n"
    run.release()
    assert sora("resume").code == 0


def test_where_nothing_can_be_kept(sora: Sora, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, stopping: Stop) -> None:
    """No state folder, no resuming, but a result all the same."""
    (tmp_path / "file").touch()
    monkeypatch.setenv("SORA_STATE_DIR", str(tmp_path / "file" / "state"))
    assert sora("image", "x", *TINY, "-o", "a.png").text == "a.png\n"
    assert sora("runs", "list").out == b""
    stopping("sample", 2)
    ran = sora("image", "x", *TINY, "-o", "b.png")
    assert (ran.code, "resume" in ran.err) == (130, False)


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_control_c(sora: Sora, tmp_path: Path) -> None:
    """A real one, in the middle of painting: gone within two seconds, nothing left but the run."""
    script = "import sys; from soracli import cli; cli.main(sys.argv[1:])"
    env = {**os.environ, "PYTHONPATH": str(Path(cli.__file__).parents[2])}
    command = [sys.executable, "-c", script, "generate", "x", "-m", "tiny", "--steps", "1000", "--progress", "json"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, cwd=tmp_path, env=env, text=True) as process:
        assert process.stderr is not None
        while json.loads(process.stderr.readline()).get("stage") != "sample":
            pass
        before = cpu_seconds(process.pid)
        process.send_signal(signal.SIGINT)
        rest = process.stderr.read()
        _, status, spent = os.wait4(process.pid, 0)
    assert os.waitstatus_to_exitcode(status) == 130
    assert spent.ru_utime + spent.ru_stime - before < 2  # of its own time: others may be busy here
    assert f"sora resume {last().id}" in rest
    assert os.listdir(tmp_path) == []


# --- latents ----------------------------------------------------------------------------------------------------------


def test_decode(sora: Sora, stopping: Stop) -> None:
    """Saved latents give the same frames in another format; those of a stopped run a first look."""
    ran = sora("generate", "a dog", *TINY, "--seed", "5", "-o", "a.mp4", "--save-latents", "--json")
    path = json.loads(ran.out)["data"]["latents"]
    for extra in ((), ("--json",)):
        back = sora("decode", path, "-o", "b.webp", "--quality", "lossless", "--force", *extra)
        assert back.code == 0, back.err
    assert json.loads(back.out)["data"]["frames_sha256"] == json.loads(ran.out)["data"]["frames_sha256"]
    assert sora("decode", path, "-q").text == "a-dog-5.mp4\n"
    stopping("sample", 2)
    assert sora("generate", "a cat", *TINY, "--seed", "6").code == 130
    half = str(last().latents(6))
    assert sora("decode", half, "-o", "half.mp4").text == "half.mp4\n"
    assert last().state == "interrupted"
    assert sora("decode", "a.mp4").err == "sora: error: a.mp4: holds no latents of soracli\n"
    assert sora("decode", "no.safetensors").code == 3


# --- replay -----------------------------------------------------------------------------------------------------------

MAKERS: list[tuple[str, ...]] = [
    ("generate", "a dog", "--camera", "static", "-s", "70x50", "-d", "11f"),
    ("generate", "--shot", "0s:a dog", "--shot", "0.5s:a cat"),
    ("generate", "x", "--keyframe", "a.png@0.5s"),
    ("image", "a dog", "--style", "noir", "-g", "3", "-N", "rain"),
    ("animate", "a.png", "x", "--motion", "3", "--to", "b.png"),
    ("animate", "a.png", "--region", "0,0,32,32", "-d", "8f"),
    ("views", "a.png", "-n", "9", "--elevation", "30"),
    ("extend", "dog.mp4", "--both", "--by", "8f", "--overlap", "8f"),
    ("extend", "dog.mp4", "--loop", "--by", "8f"),
    ("edit", "dog.mp4", "x", "--strength", "0.4", "--from", "8f"),
    ("edit", "dog.mp4", "--style-ref", "a.png"),
    ("vary", "dog.mp4", "-n", "1"),
    ("inpaint", "dog.mp4", "--mask", "m.png"),
    ("inpaint", "dog.mp4", "--outpaint", "0,16,0,16"),
    ("blend", "dog.mp4", "cat.mp4", "--by", "8f"),
    ("enhance", "dog.mp4", "--fps", "24"),
]


@pytest.fixture
def sources(sora: Sora, clip: Clip, dog: str) -> None:
    with media.Writer("cat.mp4", 48, 32, clip.fps, quality="lossless") as writer:
        writer.add(clip.frames[8:16])
    for name, frame in (("a.png", 0), ("b.png", 18)):
        Image.fromarray(clip.frames[frame]).save(name)
    Image.fromarray(np.pad(np.full((8, 8), 255, np.uint8), ((8, 16), (8, 32)))).save("m.png")


@pytest.mark.parametrize("maker", MAKERS, ids=[" ".join(m[:1] + m[2:4]) for m in MAKERS])
def test_every_verb_is_made_again(sora: Sora, sources: None, maker: tuple[str, ...]) -> None:
    """From the file alone and what it was made from, under another name beside it."""
    paint = ("--seed", "9", "-m", "tiny", "--steps", "1") if maker[0] != "enhance" else ()
    made = sora(*maker, *paint, "-o", "out.webp", "--json", "--quality", "lossless")
    assert made.code == 0, made.err
    os.rename("dog.mp4", "renamed.mp4")
    checked = sora("replay", "out.webp", "--check", "--json")
    assert checked.code == 0, checked.err
    assert checked.err.endswith("sora: the same frames, bit for bit\n")
    was, now = json.loads(made.out)["data"], json.loads(checked.out)["data"]
    assert now["frames_sha256"] == was["frames_sha256"]
    assert {**now["arguments"], "clip": 0, "a": 0} == {**was["arguments"], "clip": 0, "a": 0}
    assert sorted(os.listdir()) == ["a.png", "b.png", "cat.mp4", "m.png", "out.webp", "renamed.mp4"]


def ran_again(sora: Sora, *changes: str) -> Outcome:
    ran = sora("replay", "out.mp4", *changes, "--json")
    assert ran.code == 0, ran.err
    return ran


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".webm", ".gif", ".png", ""])
def test_the_digest_is_in_every_format(sora: Sora, suffix: str) -> None:
    verb = "image" if suffix == ".png" else "generate"
    ran = sora(verb, "x", *TINY, "-o", f"out{suffix}", "--format", suffix[1:] or "frames", "--json")
    data = json.loads(ran.out)["data"]
    recipe = media.info(f"out{suffix}").recipe or {}
    assert len(recipe["frames_sha256"]) == 64
    assert recipe["frames_sha256"] == data["frames_sha256"] != "0" * 64
    assert len(frames(f"out{suffix}")) >= 1


def test_replay_with_changes(sora: Sora) -> None:
    sora("generate", "a dog", *TINY, "--seed", "9", "-o", "out.mp4")
    was = (media.info("out.mp4").recipe or {})["frames_sha256"]
    for changes, key, value in (
        (("--seed", "10"), "seed", 10),
        (("--steps", "2"), "steps", 2),
        (("--prompt", "a cat"), "prompt", "a cat"),
        (("-d", "8f"), "frames", 8),
        (("-s", "32x32"), "width", 32),
        (("--set", "style=noir"), "arguments", {"prompt": "a dog", "style": "noir", "fps": "16", "duration": "16f"}),
    ):
        data = json.loads(ran_again(sora, *changes).out)["data"]
        assert data[key] == value
        assert (data["frames_sha256"] != was) is (key not in ("prompt", "arguments"))  # the tiny network hears nothing
    assert json.loads(ran_again(sora, "-o", "same.webm").out)["data"]["frames_sha256"] == was


def test_a_check_that_says_no(sora: Sora, monkeypatch: pytest.MonkeyPatch) -> None:
    sora("generate", "a dog", *TINY, "--seed", "9", "-o", "out.mp4")
    plain = pixels.to_numpy
    monkeypatch.setattr(pixels, "to_numpy", lambda painted: plain(painted) ^ 1)  # one level off
    ran = sora("replay", "out.mp4", "--check")
    assert (ran.code, ran.out, os.listdir()) == (8, b"", ["out.mp4"])
    assert "sora: error: the frames differ: sha256 " in ran.err
    assert json.loads(sora("replay", "out.mp4", "--check", "--json").out)["error"]["code"] == "frames_differ"


def test_replay_of_what_is_not_ours(sora: Sora, clip: Clip, dog: str) -> None:
    ran = sora("replay", dog)
    assert ran.err == f"sora: error: {dog}: no recipe inside: sora did not make it, or its tags were taken out\n"
    assert ran.code == 3
    with media.Writer("old.mp4", 48, 32, clip.fps, recipe={"verb": "generate", "prompt": "x"}) as writer:
        writer.add(clip.frames)
    assert sora("replay", "old.mp4").err == "sora: error: old.mp4: its recipe is of another version\n"
    sora("extend", dog, *TINY, "--by", "8f", "-o", "out.mp4")
    os.remove(dog)
    assert "dog.mp4: not found beside out.mp4; give it with --input" in sora("replay", "out.mp4", "--check").err
    other = sora("replay", "out.mp4", "--input", "old.mp4", "-o", "b.mp4")
    assert (other.code, "old.mp4 is not the file that was used; taking it for dog.mp4" in other.err) == (0, True)
    for extra in (("--seed", "1"), ("-o", "c.mp4"), ("--prompt", "y"), ("--set", "by=1s")):
        assert "error: --check: compares with the file as it is" in sora("replay", "out.mp4", "--check", *extra).err
    assert "--set by: must be KEY=VALUE" in sora("replay", "out.mp4", "--set", "by").err
    assert "lop: sora extend has no such key (did you mean loop?)" in sora("replay", "out.mp4", "--set", "lop=true").err


def test_other_weights_are_told(sora: Sora, monkeypatch: pytest.MonkeyPatch) -> None:
    sora("image", "x", *TINY, "-o", "out.png")
    monkeypatch.setattr(manifest, "digest", lambda card: "0123")
    assert "note: out.png was made with other weights of tiny; the frames will differ." in sora("replay", "out.png").err


# --- the list ---------------------------------------------------------------------------------------------------------


def test_runs_are_listed_shown_and_pruned(sora: Sora, stopping: Stop, monkeypatch: pytest.MonkeyPatch) -> None:
    sora("image", "a fox", *TINY, "--seed", "1,2", "-o", "{seed}.png")
    stopping("sample", 2)
    sora("generate", "-", *TINY, "--seed", "3", stdin=b"a dog\n")
    rows = sora("runs", "list").text.splitlines()
    assert [row.split()[3:] for row in rows] == [
        ["interrupted", "0/1", "generate", "a", "dog"], ["done", "2/2", "image", "a", "fox"],
    ]  # fmt: skip
    name = rows[0].split()[0]
    shown = dict(row.split(None, 1) for row in sora("runs", "show").text.splitlines())
    assert (shown["run"], shown["state"], shown["prompt"]) == (name, "interrupted", "a dog")
    assert Path(shown["latents"]).is_file()
    data = json.loads(sora("runs", "show", name[:5], "--json").out)["data"]
    assert (data["call"]["seed"], data["items"][0]["seed"], list(data["latents"])) == ("3", 3, ["3"])
    assert "RUN zz: no such run; see: sora runs list" in sora("runs", "show", "zz").err

    refused = sora("runs", "prune", "--older", "0d")
    assert (refused.code, len(list(runs.latest()))) == (2, 2)
    assert "runs prune: would forget 1 runs (1 done); say --yes to do it" in refused.err
    assert sora("runs", "prune", "--yes").text.startswith("0 runs forgotten")
    broken = Path(runs.state_folder(), "runs", "broken")
    broken.mkdir()
    (broken / "run.json").write_text("[")
    Path(".sora-00000000-0123456789ab.part").touch()  # of another computer, which may be writing still
    gone, *stays = sora("runs", "prune", "--older", "0d", "-y").text.splitlines()
    assert gone.startswith("1 runs forgotten")
    assert [line.partition("(")[0].rpartition(",")[0] for line in stays[:1]] == [f"stays: run {name}, interrupted"]
    assert stays[1:] == [
        f"stays: {broken}, a record that cannot be read; remove that folder",
        f"stays: {Path.cwd()}/.sora-00000000-0123456789ab.part, a part file of a living run or of another computer",
    ]
    assert [run.id for run in runs.latest()] == [name]
    pruned = json.loads(sora("runs", "prune", "--older", "0d", "-y", "--all", "--json").out)["data"]
    assert (pruned["removed"], list(runs.latest()), os.path.exists("1.png")) == ([name], [], True)
    assert (pruned["kept"], pruned["unreadable"]) == ([], [str(broken)])
    assert "RUN: there is none to go on with" in sora("resume").err
    assert "--older x: must be a number and m, h, d or w" in sora("runs", "prune", "--older", "x").err


def test_a_killed_run_is_known_as_such(sora: Sora) -> None:
    sora("image", "a fox", *TINY)
    run = last()
    run.state = "running"
    run.save()
    assert last().state == "killed"
    assert run.home is not None
    assert run.home.parent.stat().st_mode & 0o777 == 0o700
    (run.home / "run.json").write_text("{")
    assert (sora("runs", "list").out, sora("resume").code) == (b"", 2)


@pytest.mark.parametrize(
    "change",
    [{"started": "today"}, {"call": []}, {"cwd": 5}, {"items": [{"seed": "x", "path": None}]}, {"state": None},
     {"items": [{"seed": 1, "path": 5}]}, {"items": [{"seed": 1, "path": None, "data": 5}]}, {"message": {}},
     {"id": "\ud800"}, {"id": "../other"}, {"id": "x" * 5000}, {"state": "begun"}, {"started": 1e308},
     {"started": -1e308}, {"state": "\x1b[31m"}],
    ids=lambda change: str(change)[:40],
)  # fmt: skip
def test_records_of_other_types_are_none(sora: Sora, change: dict[str, Any]) -> None:
    sora("image", "a fox", *TINY)
    run = last()
    assert run.home is not None
    (run.home / "run.json").write_text(json.dumps(run.as_data() | change))
    assert (sora("runs", "list").out, sora("resume").code) == (b"", 2)
    assert sora("runs", "show", run.id).code == 5
    assert sora("image", "a fox", *TINY, "-o", "b.png").code == 0


@pytest.mark.parametrize("format", ["", "x", "\0", "\ud800", "MP4", "avi"])
def test_a_record_of_a_format_that_is_none_is_told(sora: Sora, format: str) -> None:
    """As a later version might write it."""
    sora("image", "a fox", *TINY)
    run = last()
    assert run.home is not None
    items = [{"seed": 1, "path": str(Path("c.png").resolve()), "data": None}]
    (run.home / "run.json").write_text(
        json.dumps(run.as_data() | {"format": format, "state": "killed", "items": items})
    )
    for more in ((), ("--dry-run",)):
        ran = sora("resume", run.id, *more)
        assert (ran.code, ran.err.count("\n")) == (5, 1), ran.err
        assert "which is none; make it anew" in ran.err
