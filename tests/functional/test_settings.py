"""Where flags come from when they are not typed: each place, their order, and what is said about bad ones."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from conftest import Sora

from soracli import media
from soracli.options import config_files, defaults, presets, settings
from soracli.options.flags import Flags
from soracli.state import runs
from soracli.weights import manifest

DRY = ("a dog", "--dry-run", "--json", "-m", "tiny")


@pytest.fixture(autouse=True)
def home(sora: Sora) -> Path:
    """The user's configuration file; neither it nor its folder exists yet."""
    return Path(os.environ["XDG_CONFIG_HOME"]) / "soracli" / "config.toml"


def planned(sora: Sora, *arguments: str, verb: str = "generate") -> dict[str, Any]:
    ran = sora(verb, *DRY, *arguments)
    assert ran.code == 0, ran.err
    found: dict[str, Any] = json.loads(ran.out)["data"]
    return found


def test_user_file_is_where_xdg_says(home: Path) -> None:
    assert settings.user_file() == home


def test_the_order_of_places(sora: Sora, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Flag, preset, environment, project file, user file, card: each wins over all that come after it."""
    assert planned(sora)["steps"] == 2  # the card's
    home.parent.mkdir(parents=True, exist_ok=True)
    home.write_text("steps = 3\n")
    assert planned(sora)["steps"] == 3
    Path("sora.toml").write_text("steps = 4\n")
    assert planned(sora)["steps"] == 4
    (tmp_path / "deep" / "er").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "deep" / "er")  # the project file is found from below
    assert settings.project_file() == tmp_path / "sora.toml"
    assert defaults.Defaults("generate").get("steps") == "4"
    monkeypatch.setenv("SORA_STEPS", "5")
    assert planned(sora)["steps"] == 5
    (home.parent / "presets.toml").write_text("[mine]\nsteps = 6\n")
    assert planned(sora, "-p", "mine")["steps"] == 6
    assert planned(sora, "--steps", "7", "-p", "mine")["steps"] == 7


def test_list_says_where_each_value_comes_from(sora: Sora, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home.parent.mkdir(parents=True, exist_ok=True)
    home.write_text('# mine\nsize = "16:9"\nexpand = true\n')
    Path("sora.toml").write_text("guidance = 1.5\n")
    monkeypatch.setenv("SORA_QUALITY", "draft")
    rows = {row["key"]: (row["value"], row["from"]) for row in json.loads(sora("config", "list", "--json").out)["data"]}
    assert rows["size"] == ("16:9", str(home))
    assert rows["expand"] == (True, str(home))
    assert rows["guidance"] == ("1.5", str(Path("sora.toml").resolve()))
    assert rows["quality"] == ("draft", "SORA_QUALITY")
    assert rows["steps"] == (str(manifest.card("spark").defaults["steps"]), "model spark")
    assert rows["device"] == ("auto", "built in")
    assert set(rows) == set(settings.KEYS)
    text = sora("config", "list").text
    assert f"size        16:9   {home}\n" in text
    assert sora("config", "get", "size").text == "16:9\n"
    assert json.loads(sora("config", "get", "steps", "--json").out)["data"]["from"] == "model spark"


def test_set_keeps_comments_and_checks(sora: Sora, home: Path) -> None:
    assert sora("config", "set", "steps", "20").text == f"{home}\n"
    home.write_text("# keep me\n" + home.read_text())
    assert sora("config", "set", "size", "16:9").code == 0
    assert sora("config", "set", "expand", "on").code == 0
    assert home.read_text() == '# keep me\nsteps = 20\nsize = "16:9"\nexpand = true\n'
    assert sora("config", "set", "size", "--unset").code == 0
    assert "size" not in home.read_text()
    assert sora("config", "set", "guidance", "3", "--project").code == 0
    assert Path("sora.toml").read_text() == "guidance = 3\n"
    assert sora("config", "path").text == f"{home}\n{Path('sora.toml').resolve()}\n"


def test_a_size_for_new_things_leaves_sources_alone() -> None:
    assert defaults.applies("generate", "size", chosen=False)
    assert not defaults.applies("edit", "size", chosen=False)
    assert defaults.applies("edit", "size", chosen=True)
    assert not defaults.applies("image", "duration", chosen=True)
    assert not defaults.applies("extend", "duration", chosen=True)
    assert defaults.applies("views", "steps", chosen=False)


def test_settings_do_not_break_other_verbs(sora: Sora, home: Path) -> None:
    home.parent.mkdir(parents=True, exist_ok=True)
    home.write_text('duration = "2s"\nfps = 24\nsize = "96x64"\nstyle = "noir"\n')
    clip = planned(sora)
    assert (clip["frames"], clip["fps"], clip["width"]) == (48, "24", 96)
    assert clip["prompt"] == "a dog, in black and white"
    still = planned(sora, verb="image")
    assert (still["frames"], still["width"]) == (1, 96)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("sise = 3\n", "unknown key 'sise' (did you mean size?); see: sora config list"),
        ('size = "big"\n', "size = big: must be WIDTHxHEIGHT (640x360), a shape (16:9) or lines (720p)"),
        ("steps = 0\n", "steps = 0: must be a whole number 1..1000"),
        ("steps = [1]\n", "steps = [1]: must be a text or a number"),
        ("steps = true\n", "steps = True: must be a text or a number"),
        ("expand = 7\n", "expand = 7: must be true or false"),
        ('model = "tinny"\n', "model = tinny: no such model (did you mean tiny?)"),
        ('output = "a.mp4"\n', "output = a.mp4: must end in / (a folder) or in .{ext}, so that it suits every verb"),
        ('max-memory = "lots"\n', "max-memory = lots: must be a size such as 6G or 800M"),
        ('preview = "x.txt"\n', "preview = x.txt: must end in .png, .webp or .gif, or be term"),
        ('camera = "fly"\n', "camera = fly: is not known"),
        ('device = "gpu"\n', "device = gpu: must be auto, cpu, cuda or cuda:N"),
        ('progress = "loud"\n', "progress = loud: must be auto, plain, json, none"),
        ('format = "gif"\n', "unknown key 'format'"),
        ("steps = \n", "not valid TOML"),
    ],
)
def test_bad_files_are_one_line(sora: Sora, home: Path, text: str, message: str) -> None:
    home.parent.mkdir(parents=True, exist_ok=True)
    home.write_text(text)
    for arguments in (("generate", *DRY), ("config", "list")):
        ran = sora(*arguments)
        assert ran.code == 5
        assert ran.err.startswith(f"sora: error: {home}: ")
        assert message in ran.err
        assert ran.err.count("\n") == 1
    assert sora("generate", "--help").code == 0  # help does not depend on it
    assert sora("info", "--help").code == 0


def test_a_message_of_settings_is_no_longer_than_is_read(sora: Sora, home: Path) -> None:
    """A project's file may be a stranger's."""
    long = "x" * 50_000
    for text in (f"{long} = 3\n", f'style = "{long}"\n', f'size = "{long}"\n', f'negative = ["{long}"]\n'):
        Path("sora.toml").write_text(text)
        ran = sora("generate", *DRY)
        assert (ran.code, ran.err.count("\n"), len(ran.err) < 600) == (5, 1, True), ran.err
    Path("sora.toml").unlink()
    home.parent.mkdir(parents=True, exist_ok=True)
    for text in (f"{long} = 3\n", f"[{long}]\nsteps = 0\n"):
        (home.parent / "presets.toml").write_text(text)
        ran = sora("preset", "list")
        assert (ran.code, ran.err.count("\n"), len(ran.err) < 600) == (5, 1, True), ran.err


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("config", "set", "sise", "3"), 5, "config: unknown key 'sise' (did you mean size?)"),
        (("config", "set", "size", "big"), 5, "config set: size = big: must be WIDTHxHEIGHT"),
        (("config", "set", "size"), 2, "config set size: give a VALUE, or --unset to take it out"),
        (("config", "set", "size", "16:9", "--unset"), 2, "give a VALUE, or --unset"),
        (("config", "get", "colour"), 5, "config: unknown key 'colour'"),
        (("generate", "x", "-p", "darft"), 5, "--preset darft: no such preset (did you mean draft?)"),
        (("preset", "show", "no"), 5, "--preset no: no such preset; see: sora preset list"),
        (("preset", "save", "a b", "--steps", "3"), 2, "NAME a b: must be letters, digits, - and _"),
        (("preset", "save", "mine"), 2, "preset save: no flags to keep; for example: sora preset save draft --steps 4"),
        (("preset", "save", "mine", "--steps", "0"), 5, "preset mine: steps = 0: must be a whole number 1..1000"),
        (("preset", "save", "mine", "--dry-run"), 5, "preset mine: unknown key 'dry-run'"),
    ],
)
def test_bad_input(sora: Sora, arguments: tuple[str, ...], code: int, message: str) -> None:
    ran = sora(*arguments)
    assert (ran.code, ran.out) == (code, b"")
    assert message in ran.err


def test_bad_environment(sora: Sora, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SORA_STEPS", "many")
    ran = sora("generate", *DRY)
    assert ran.code == 5
    assert "environment, SORA_STEPS: steps = many: must be a whole number 1..1000" in ran.err
    monkeypatch.setenv("SORA_STEPS", "")  # empty says nothing
    monkeypatch.setenv("SORA_SEEDS", "1")
    ran = sora("config", "list")
    assert (ran.code, ran.err) == (
        0, "sora: note: SORA_SEEDS is not a setting (did you mean SORA_SEED?); it does nothing.\n"
    )  # fmt: skip


def test_unwritable_folder(sora: Sora, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "file"))
    ran = sora("config", "set", "steps", "3")
    assert ran.code == 5
    assert ran.err.count("\n") == 1


# --- presets ----------------------------------------------------------------------------------------------------------


def test_presets_are_saved_shown_and_used(sora: Sora, home: Path) -> None:
    ran = sora("preset", "save", "phone", "-s", "64x96", "-d", "2s", "--style", "noir", "-e", "--format", "webm")
    assert (ran.code, ran.text) == (0, f"{home.parent / 'presets.toml'}\n")
    shown = sora("preset", "show", "phone").text
    assert "size        64x96\n" in shown
    assert "expand      true\n" in shown
    assert "phone  --style noir --format webm --size 64x96 --duration 2s --expand\n" in sora("preset", "list").text
    made = planned(sora, "-p", "phone", "--no-expand")
    assert (made["width"], made["height"], made["frames"], made["format"]) == (64, 96, 32, "webm")
    assert made["prompt"] == "a dog, in black and white"
    assert sora("preset", "save", "phone", "--steps", "3").code == 2
    assert sora("preset", "save", "phone", "--steps", "3", "--force", "--json").code == 0
    assert presets.find("phone") == {"steps": "3"}


def test_a_preset_is_not_filled_from_the_configuration(sora: Sora, home: Path) -> None:
    home.parent.mkdir(parents=True, exist_ok=True)
    home.write_text("steps = 9\n")
    assert sora("preset", "save", "mine", "--seed", "3").code == 0
    assert presets.find("mine") == {"seed": "3"}


def test_presets_that_are_built_in(sora: Sora) -> None:
    assert planned(sora, "-p", "draft")["steps"] == 4
    assert json.loads(sora("preset", "list", "--json").out)["data"]["presets"]["wide"] == {"size": "16:9"}


def test_every_key_is_a_flag() -> None:
    import dataclasses

    flags = {field.name.replace("_", "-") for field in dataclasses.fields(Flags)} | {"style", "camera", "motion"}
    assert set(settings.PRESET_KEYS) <= flags
    assert flags - set(settings.PRESET_KEYS) == {
        "preset", "force", "dry-run", "json", "quiet", "verbose", "debug", "prompt-file", "print0", "color", "origin",
        "save-latents", "lora", "no-prompt-metadata", "keep-held", "audio", "no-audio",
    }  # fmt: skip


def test_values_as_toml() -> None:
    assert [config_files.plain(text) for text in ("20", "1.5", "16:9", "007", True)] == [20, 1.5, "16:9", "007", True]


# --- beside other verbs -----------------------------------------------------------------------------------------------


def test_jobs_of_a_batch_take_settings_and_presets(sora: Sora, home: Path) -> None:
    """A job is filled in as a typed call would be; what it says itself wins."""
    home.parent.mkdir(parents=True, exist_ok=True)
    home.write_text('steps = 3\nsize = "96x64"\nmodel = "tiny"\n')
    (home.parent / "presets.toml").write_text("[mine]\nsteps = 1\n")
    jobs = [
        {"verb": "generate", "prompt": "a", "seed": 1, "output": "a.mp4"},
        {"verb": "generate", "prompt": "b", "seed": 1, "output": "b.mp4", "preset": "mine", "size": "64x64"},
    ]
    ran = sora("batch", "-", "-q", stdin="\n".join(map(json.dumps, jobs)).encode())
    assert ran.code == 0, ran.err
    made = [media.info(name).recipe or {} for name in ("a.mp4", "b.mp4")]
    assert [(recipe["steps"], recipe["width"]) for recipe in made] == [(3, 96), (1, 64)]


def test_replays_are_not_changed_by_settings(sora: Sora, home: Path) -> None:
    made = sora("generate", "a dog", "-e", "-m", "tiny", "--steps", "1", "--seed", "2", "-o", "a.mp4")
    assert made.code == 0
    home.parent.mkdir(parents=True, exist_ok=True)
    home.write_text('steps = 5\nstyle = "noir"\nguidance = 3\n')
    ran = sora("replay", "a.mp4", "--check")
    assert ran.code == 0, ran.err


# --- what a model cannot honour ---------------------------------------------------------------------------------------

OPEN = [("cache", "0.1"), ("weights", "int8"), ("tiles", "512"), ("guide", "0.2..0.9"), ("compile", "1")]


@pytest.mark.parametrize(("key", "value"), OPEN)
def test_a_setting_for_other_models_is_ignored(
    sora: Sora, monkeypatch: pytest.MonkeyPatch, key: str, value: str
) -> None:
    """It was not asked for in this call; typed, it is an error that names the models that take it."""
    monkeypatch.setenv(settings.variable(key), value)
    ran = sora("generate", *DRY)
    found = json.loads(ran.out)["data"]
    note = f"{settings.variable(key)}: ignored; model 'tiny' takes no such setting."
    assert (ran.code, found["notes"][0], f"sora: note: {note}\n" in ran.err) == (0, note, True)
    assert not {"cache", "packing", "tiles", "guidance_interval", "compile"} & set(found)
    assert key not in found["arguments"]
    assert sora("generate", *DRY, "-q").err == ""
    flag = [f"--{key}"] if key == "compile" else [f"--{key}", value]
    ran = sora("generate", *DRY, *flag)
    assert ran.code == 2
    assert "model 'tiny' takes none; use an open model (wan-vace-1.3b, ltx-2b" in ran.err
    ran = sora("generate", "a dog", "--dry-run", "--json", "-m", "wan-vace-1.3b", "-q")  # who can honour it does
    assert {"cache", "packing", "tiles", "guidance_interval", "compile"} & set(json.loads(ran.out)["data"])


def test_a_negative_prompt_that_stands_somewhere_needs_guidance(sora: Sora, monkeypatch: pytest.MonkeyPatch) -> None:
    """Typed it is an error that says so; a setting must not end every call of a model that is not guided."""
    monkeypatch.setenv("SORA_NEGATIVE", "blurry")
    ran = sora("generate", *DRY, "--guidance", "1")
    note = "SORA_NEGATIVE: ignored; model 'tiny' takes no such setting."
    assert (ran.code, json.loads(ran.out)["data"]["notes"]) == (0, [note])
    assert not json.loads(ran.out)["data"].get("negative")
    ran = sora("generate", *DRY, "--guidance", "3")
    assert (ran.code, json.loads(ran.out)["data"]["negative"]) == (0, "blurry")
    assert sora("generate", *DRY, "--guidance", "1", "--negative", "blurry").code == 2


def test_every_place_is_named(sora: Sora, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One note for all of them; a value that asks for nothing needs none, and an error elsewhere is one as before."""
    home.parent.mkdir(parents=True, exist_ok=True)
    (home.parent / "presets.toml").write_text('[big]\nguide = "0.2..0.9"\nsteps = 3\n')
    home.write_text("tiles = 512\n")
    monkeypatch.setenv("SORA_CACHE", "0.2")
    monkeypatch.setenv("SORA_WEIGHTS", "whole")
    ran = sora("image", *DRY, "-p", "big")
    found = json.loads(ran.out)["data"]
    note = f"tiles in {home}, guide in preset big, SORA_CACHE: ignored; model 'tiny' takes no such setting."
    assert (found["steps"], found["notes"]) == (3, [note])
    monkeypatch.setenv("SORA_CACHE", "lots")
    assert sora("image", *DRY).code == 5


def test_what_is_ignored_is_not_remembered(sora: Sora, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither in the file nor in the run: both are made again without the variable, and with a preset for others."""
    monkeypatch.setenv("SORA_CACHE", "0.2")
    given = ("x", "-m", "tiny", "--steps", "1", "--seed", "1")
    assert sora("image", *given, "-o", "x.png", "-q").code == 0
    assert "cache" not in json.loads(sora("runs", "show", next(runs.latest()).id, "--json").out)["data"]["call"]
    assert sora("replay", "x.png", "--check").code == 0
    home.parent.mkdir(parents=True, exist_ok=True)
    (home.parent / "presets.toml").write_text('[big]\ncache = "0.2"\n')
    ran = sora("replay", "x.png", "-p", "big", "-o", "y.png")
    assert (ran.code, "note: cache in preset big: ignored; model 'tiny'" in ran.err) == (0, True)
    Path("jobs.jsonl").write_text(
        "".join(json.dumps({"verb": "image", "prompt": p, "model": "tiny", "steps": 1}) + "\n" for p in "ab")
    )
    ran = sora("batch", "jobs.jsonl")
    assert (ran.code, ran.err.count("SORA_CACHE: ignored")) == (0, 1)
    Path("jobs.jsonl").write_text('{"verb": "image", "prompt": "a", "model": "tiny", "cache": 0.2}\n')
    assert sora("batch", "jobs.jsonl").code == 9


def test_a_replay_in_a_batch_learns_its_model_first(sora: Sora, home: Path) -> None:
    """What a preset says for open models is dropped, as it is when typed; what is typed in the job is an error."""
    home.parent.mkdir(parents=True, exist_ok=True)
    (home.parent / "presets.toml").write_text('[large]\nweights = "int8"\nsteps = 2\n')
    assert sora("generate", "a dog", "-m", "tiny", "--steps", "1", "--seed", "2", "-o", "a.mp4").code == 0
    job = {"verb": "replay", "file": "a.mp4", "preset": "large", "output": "b.mp4"}
    ran = sora("batch", "-", stdin=json.dumps(job).encode())
    assert ran.code == 0, ran.err
    assert "note: weights in preset large: ignored; model 'tiny' takes no such setting." in ran.err
    assert (media.info("b.mp4").recipe or {})["steps"] == 2
    job = {"verb": "replay", "file": "a.mp4", "weights": "int8", "output": "c.mp4"}
    ran = sora("batch", "-", stdin=json.dumps(job).encode())
    assert (ran.code, "line 1: --weights int8: model 'tiny' takes none" in ran.err) == (9, True)


# --- where it is written ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("where", ["--project", "user"])
def test_a_setting_is_not_written_through_links(sora: Sora, tmp_path: Path, home: Path, where: str) -> None:
    """Whatever lies beside the file, under any name that could be foreseen, is left alone; so is what a link of the
    file's own name points to."""
    outside = tmp_path / "bashrc"
    outside.write_text("alias ll='ls -l'\n")
    folder = Path() if where == "--project" else home.parent
    folder.mkdir(parents=True, exist_ok=True)
    name = "sora.toml" if where == "--project" else home.name
    for link in (f".{name}.part", f"{name}.part", f"{name}.tmp", f".{name}.tmp", f".{name}"):
        (folder / link).symlink_to(outside)
    (folder / name).write_text("steps = 3\n")
    more = [where] if where == "--project" else []
    assert sora("config", "set", "steps", "20", *more).code == 0
    assert (outside.read_text(), (folder / name).read_text()) == ("alias ll='ls -l'\n", "steps = 20\n")
    (folder / name).unlink()
    (folder / name).symlink_to(outside)
    outside.write_text("steps = 1\n")
    assert sora("config", "set", "steps", "30", *more).code == 0
    assert (outside.read_text(), (folder / name).read_text()) == ("steps = 1\n", "steps = 30\n")
    assert sorted(path.name for path in folder.iterdir() if path.name.startswith(".sora-")) == []


@pytest.mark.parametrize("key", ["output", "preview"])
@pytest.mark.parametrize("value", ["/somewhere/else/", "../", "out/../../", "link/"])
def test_a_project_sends_no_result_out_of_its_folder(sora: Sora, tmp_path: Path, key: str, value: str) -> None:
    """It may have come with somebody's work; what the user's own file says is the user's business."""
    (tmp_path / "clone").mkdir()
    os.chdir(tmp_path / "clone")
    Path("link").symlink_to(tmp_path)
    value = value + "now.png" if key == "preview" else value
    Path("sora.toml").write_text(f'{key} = "{value}"\n')
    ran = sora("image", "a dog", "-m", "tiny", "--dry-run")
    assert (ran.code, "leads out of the project's folder" in ran.err) == (5, True)
    Path("sora.toml").write_text('output = "out/"\npreview = "out/now.png"\n')
    Path("out").mkdir()
    assert sora("image", "a dog", "-m", "tiny", "--dry-run").code == 0


NUL = ('output = "a\\u0000/"', 'preview = "a\\u0000.png"', 'model = "\\u0000"', "size = nan")


@pytest.mark.parametrize("line", NUL)
def test_values_that_no_command_line_can_hold(sora: Sora, line: str) -> None:
    Path("sora.toml").write_text(line + "\n")
    for words in (("image", "a dog", "-m", "tiny", "--dry-run"), ("config", "list")):
        ran = sora(*words)
        assert (ran.code, ran.err.count("\n")) == (5, 1), ran.err


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="gives a file away")
def test_a_project_of_somebody_else_does_nothing(sora: Sora, tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    Path("sora.toml").write_text("steps = 7\n")
    os.chdir(tmp_path / "sub")
    assert sora("config", "get", "steps").text == "7\n"
    os.chown(tmp_path / "sora.toml", 65534, 65534)
    assert sora("config", "get", "steps").text != "7\n"
    assert "sora.toml is not yours; it does nothing." in sora("config", "list").err
