"""weights.toml: what ships is what is listed, and what is wrong is named."""

from __future__ import annotations

import dataclasses
import re
import shutil
from pathlib import Path

import pytest

from soracli.card import Card
from soracli.errors import UsageError, WeightsError
from soracli.weights import manifest, seal, tables

GOOD = """
default = "a"
[models.a]
arch = "spark"
stride = [8, 32, 32]
defaults = { width = 64, height = 64, seconds = 1, fps = 16, steps = 2 }
"""


SHIPPED = [card for card in manifest.cards().values() if not any(file.repo for file in card.files)]


@pytest.mark.parametrize("card", [*SHIPPED, *manifest.tools().values()], ids=lambda card: card.name)
def test_what_ships_is_what_is_listed(card: Card) -> None:
    assert {status.file.name: status.state for status in manifest.verify(card)} == {
        file.name: "ok" for file in card.files
    }


def test_what_ships_is_small() -> None:
    cards = [manifest.card("spark"), *manifest.tools().values()]
    files = {file.name: file.size for card in cards for file in card.files}
    assert max(files.values()) < 16 * 2**20
    assert sum(files.values()) <= 110 * 10**6
    assert {path.name for path in tables.BUNDLED.iterdir()} == set(files)


def test_paths_keep_shards_in_order() -> None:
    card = manifest.card("spark")
    shards = manifest.paths(card)["text"]
    assert [path.name for path in shards] == sorted(path.name for path in shards)
    assert manifest.path(card, "tokenizer").is_file()


@pytest.fixture
def copy(tmp_path: Path) -> Card:
    """The smallest file of spark in a folder of its own."""
    file = min(manifest.card("spark").files, key=lambda file: file.size)
    shutil.copy(tables.BUNDLED / file.name, tmp_path)
    return dataclasses.replace(manifest.card("spark"), files=(file,), folder=tmp_path)


def test_missing(copy: Card, tmp_path: Path) -> None:
    (tmp_path / copy.files[0].name).unlink()
    with pytest.raises(WeightsError, match=f"{copy.files[0].name} is missing .*; reinstall") as caught:
        manifest.paths(copy)
    assert (caught.value.exit_code, caught.value.code) == (5, "weights_missing")


def test_truncated(copy: Card, tmp_path: Path) -> None:
    path = tmp_path / copy.files[0].name
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(WeightsError, match=f"{path.name} is cut off or another file .*; reinstall"):
        manifest.paths(copy)
    assert manifest.verify(copy)[0].state == "wrong size"


def test_one_wrong_bit(copy: Card, tmp_path: Path) -> None:
    path = tmp_path / copy.files[0].name
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    assert manifest.verify(copy)[0].state == "wrong contents"
    assert "is damaged" in manifest.describe(copy, manifest.verify(copy)[0])


def test_digest_names_the_weights(copy: Card) -> None:
    other = dataclasses.replace(copy, files=(dataclasses.replace(copy.files[0], sha256="0" * 64),))
    assert manifest.digest(copy) != manifest.digest(other)
    assert re.fullmatch("[0-9a-f]{16}", manifest.digest(copy))


def test_unknown_model() -> None:
    with pytest.raises(UsageError, match=r"--model sprak: no such model \(did you mean spark\?\)"):
        manifest.card("sprak")


BAD = [
    ("stride", "strid", r"\[models.a\]: unknown key 'strid' \(did you mean stride\?\)"),
    ("[8, 32, 32]", "[8, 32]", "stride: must be three positive whole numbers"),
    ('arch = "spark"', "", "'arch' is missing"),
    ("steps = 2", 'steps = "2"', "'steps' has the wrong type"),
    ("width = 64, ", "", "'width' is missing"),
    ('default = "a"', 'default = "b"', "default = 'b' is not one of its models"),
    ("stride =", "stride", r"not valid TOML \(.*line 5"),
    ("steps = 2 }", 'steps = 2 }\nfiles = [{ role = "vae", name = "x", sha265 = "" }]', "did you mean sha256"),
    (
        "steps = 2 }",
        'steps = 2 }\nfiles = [{ role = "vae", name = "../x", size = 1, sha256 = "" }]',
        "must be a plain file name",
    ),
]


def test_tools_are_no_models(tmp_path: Path) -> None:
    """They have cards, but no grid to paint on; what is wrong in their tables is named as well."""
    path = tmp_path / "weights.toml"
    tool = '[tools.t]\nabout = "x"\nlicence = "x"\nfiles = [{ role = "r", name = "n", size = 1, sha256 = "" }]\n'
    path.write_text(GOOD + tool)
    found = tables.load(path)
    assert (set(found.models), set(found.tools)) == ({"a"}, {"t"})
    assert [file.name for file in found.tools["t"].files] == ["n"]
    path.write_text(GOOD + tool + "stride = [8, 32, 32]\n")
    tables.load.cache_clear()
    with pytest.raises(WeightsError, match=r"\[tools.t\]: unknown key 'stride'"):
        tables.load(path)


def test_a_model_says_only_where_it_differs_from_its_base(tmp_path: Path) -> None:
    """Tables are joined within, and files by their role; a base stands by itself."""
    path = tmp_path / "weights.toml"

    def files(*names: str) -> str:
        rows = (f'{{ role = "{name[0]}", name = "{name}", size = 1, sha256 = "" }}' for name in names)
        return f"files = [{', '.join(rows)}]\n"

    plain = GOOD + "params = { dit = { depth = 3 }, mirror = true }\n" + files("t1", "t2", "v1")
    row = '[models.b]\nbase = "a"\ndefaults = { steps = 9 }\nparams = { dit = { few = true } }\n' + files("t3")
    path.write_text(plain + row)
    found = tables.load(path).models
    assert list(found) == ["a", "b"]
    assert found["b"].defaults == found["a"].defaults | {"steps": 9}
    assert found["b"].params == {"dit": {"depth": 3, "few": True}, "mirror": True}
    assert found["a"].params == {"dit": {"depth": 3}, "mirror": True}
    assert [file.name for file in found["b"].files] == ["t3", "v1"]
    for bad in ('[models.b]\nbase = "c"\n', '[models.b]\nbase = "b"\n', "[models.b]\nbase = 3\n"):
        path.write_text(plain + bad)
        tables.load.cache_clear()
        with pytest.raises(WeightsError, match=r"\[models.b\] base: '.' is no model of its own"):
            tables.load(path)


def test_adapters_are_no_models(tmp_path: Path) -> None:
    """A model may name those that there are."""
    path = tmp_path / "weights.toml"
    files = '[{ role = "adapter", name = "n", repo = "a/b", revision = "0", path = "n" }]'
    row = f'[adapters.l]\narch = "wan"\nabout = "x"\nlicence = "x"\nfiles = {files}\n'
    path.write_text(GOOD.replace("arch =", 'adapters = ["l"]\narch =') + row + "defaults = { steps = 4 }\n")
    found = tables.load(path)
    assert (set(found.models), found.models["a"].adapters) == ({"a"}, ("l",))
    assert (found.adapters["l"].arch, found.adapters["l"].defaults) == ("wan", {"steps": 4})
    for bad, message in (
        (row + "defaults = { stepz = 4 }\n", r"\[adapters.l\] defaults: unknown key 'stepz' \(did you mean steps\?\)"),
        (row + "stride = [1, 1, 1]\n", r"\[adapters.l\]: unknown key 'stride'"),
        ("", r"\[models.a\] adapters: there is no 'l'"),
    ):
        path.write_text(GOOD.replace("arch =", 'adapters = ["l"]\narch =') + bad)
        tables.load.cache_clear()
        with pytest.raises(WeightsError, match=message):
            tables.load(path)


@pytest.mark.parametrize(
    "card", [*manifest.cards().values(), *manifest.adapters().values()], ids=lambda card: card.name
)
def test_what_is_fetched_is_pinned(card: Card) -> None:
    """By commit, not by branch; a size comes with its digest; whose it is and under which licence stands beside it."""
    for file in card.files:
        if file.repo:
            assert re.fullmatch("[0-9a-f]{40}", file.revision)
            assert (file.size > 0) == (re.fullmatch("[0-9a-f]{64}", file.sha256) is not None)
            assert file.origin
            assert file.licence
    if card.terms:
        assert card.licence != "Apache-2.0"


@pytest.mark.parametrize(("good", "bad", "message"), BAD)
def test_bad_tables_are_named(tmp_path: Path, good: str, bad: str, message: str) -> None:
    path = tmp_path / "weights.toml"
    path.write_text(GOOD)
    assert tables.load(path).models["a"].stride == (8, 32, 32)
    other = tmp_path / "other" / "weights.toml"
    other.parent.mkdir()
    other.write_text(GOOD.replace(good, bad))
    with pytest.raises(WeightsError, match=message):
        tables.load(other)


def test_seal_fills_in_and_keeps_the_rest(tmp_path: Path) -> None:
    shipped = manifest.manifest().read_text()
    inside, border, fetched = shipped.partition("# --- open models")  # what is fetched has no file to be sealed by
    loose = re.sub(r"^size = \d+", "size = 0", inside, flags=re.M)
    loose = re.sub(r'^sha256 = ".*"', 'sha256 = ""', loose, flags=re.M) + border + fetched
    path = tmp_path / "weights.toml"
    path.write_text(loose)
    seal.seal(path, tables.BUNDLED)
    assert path.read_text() == shipped


def test_seal_names_a_missing_file(tmp_path: Path) -> None:
    path = tmp_path / "weights.toml"
    path.write_text(manifest.manifest().read_text())
    with pytest.raises(WeightsError, match="no such file"):
        seal.seal(path, tmp_path)


def test_a_flipped_bit_in_what_ships_is_found_before_it_paints(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At once, whatever size says; and what was read through is not read again until it changes."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(manifest, "_checked", {})
    card = manifest.card("tiny")
    for file in card.files:
        (tmp_path / file.name).write_bytes((tables.BUNDLED / file.name).read_bytes())
    monkeypatch.setattr(tables, "BUNDLED", tmp_path)
    card = dataclasses.replace(card, folder=tmp_path)
    manifest.paths(card)
    read: list[Path] = []
    plain = manifest.sha256_of
    monkeypatch.setattr(manifest, "sha256_of", lambda path: read.append(path) or plain(path))
    manifest.paths(card)
    monkeypatch.setattr(manifest, "_checked", {})  # another process
    manifest.paths(card)
    assert read == []
    for file in card.files:
        path, data = tmp_path / file.name, bytearray((tmp_path / file.name).read_bytes())
        data[len(data) // 2] ^= 1
        path.write_bytes(data)
        with pytest.raises(WeightsError, match="is damaged"):
            manifest.paths(card)
        data[len(data) // 2] ^= 1
        path.write_bytes(data)
        manifest.paths(card)
