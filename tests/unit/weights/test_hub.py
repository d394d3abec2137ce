"""Downloads: they go on where they stopped, and no byte is used that is not checked."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import Sora
from hub_server import Hub

import soracli
from soracli.card import Card, WeightFile
from soracli.errors import CapacityError, NetworkError, SoraError, WeightsError
from soracli.system import machine
from soracli.weights import download, hub, seal
from soracli.weights import manifest as weights

REPO, REVISION = "acme/tiny-video", "a" * 40
SIZE = 24_000_000
BIG, SMALL = "net/big.safetensors", "tokenizer.json"
DATA = {BIG: np.random.default_rng(0).bytes(SIZE), SMALL: b'{"a": 1}' * 300}
NAME = f"{REPO}/{REVISION}/{BIG}"


def file(path: str, *, told: bool = True) -> WeightFile:
    size, digest = (len(DATA[path]), hashlib.sha256(DATA[path]).hexdigest()) if told else (0, "")
    return WeightFile(path, Path(path).name, size, digest, repo=REPO, revision=REVISION, path=path)


CARD = Card("acme", "wan", "", "Apache-2.0", (4, 8, 8), (file(BIG), file(SMALL)))


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A hub of our own, an empty cache, no waiting."""
    for name in ("HF_TOKEN", "HF_HUB_CACHE", "HF_HUB_OFFLINE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    monkeypatch.setattr(download, "PAUSE", 0.0)
    with Hub({f"{REPO}/{REVISION}/{path}": data for path, data in DATA.items()}) as made:
        monkeypatch.setenv("HF_ENDPOINT", made.url)
        yield made
        made.shutdown()


def whole(card: Card = CARD) -> bool:
    return all(hub.location(one).read_bytes() == DATA[one.path] for one in card.files)


def test_a_card_is_fetched_once(server: Hub, tmp_path: Path) -> None:
    seen: list[int] = []
    fetched = download.pull(CARD, lambda one, done: seen.append(done))
    assert whole()
    place = tmp_path / "hf" / "hub" / "models--acme--tiny-video" / "snapshots" / REVISION
    assert fetched == [place / BIG, place / SMALL]
    assert seen[-2:] == [SIZE, 2400]
    assert seen[:-1] == sorted(seen[:-1])
    assert not any((tmp_path / "hf").rglob("parts/*"))
    server.asked.clear()
    assert download.pull(CARD) == []
    assert server.asked == []
    assert {status.state for status in weights.verify(CARD)} == {"ok"}


def test_another_tool_finds_what_was_fetched(server: Hub) -> None:
    from huggingface_hub import try_to_load_from_cache

    download.pull(CARD)
    assert try_to_load_from_cache(REPO, BIG, revision=REVISION, cache_dir=hub.cache()) == str(hub.location(file(BIG)))


def test_cut_lines_cost_nothing(server: Hub) -> None:
    """Cut at five points, in one process: right bytes, none sent twice, and each answer goes on from the last."""
    server.cuts[NAME] = [1, 5_000_000, 999, 9_000_000, 8_000_000]
    download.pull(CARD)
    assert whole()
    starts = [start for method, name, start in server.asked if name == NAME]
    assert starts == [0, 1, 5_000_001, 5_001_000, 14_001_000, 22_001_000]
    until = time.monotonic() + 5
    while server.sent < SIZE + len(DATA[SMALL]) and time.monotonic() < until:
        time.sleep(0.01)  # the server counts after it has sent
    assert server.sent == SIZE + len(DATA[SMALL])


@pytest.mark.parametrize("cut", [1, 3_000_000, 11_000_000, 17_500_000, SIZE - 1])
def test_a_killed_download_goes_on(server: Hub, cut: int) -> None:
    """Killed at five points; what was sent before the last chunk is never sent again."""
    server.slow.add(NAME)
    server.cuts[NAME] = [cut]
    server.codes[f"{REPO}/{REVISION}/{SMALL}"] = 404
    script = (
        "from soracli.weights import download\nfrom soracli.card import *\ndownload.PAUSE = 60\n"
        f"f = WeightFile('net', 'big.safetensors', {SIZE}, {file(BIG).sha256!r}, repo={REPO!r}, revision={REVISION!r}, "
        f"path={BIG!r})\ndownload.pull(Card('acme', 'wan', '', '', (4, 8, 8), (f,)))\n"
    )
    env = {**os.environ, "PYTHONPATH": str(Path(soracli.__file__).parents[1])}
    child = subprocess.Popen([sys.executable, "-c", script], env=env)
    until = time.monotonic() + 60
    while hub.bytes_present(file(BIG)) < cut - (cut > download.CHUNK) * download.CHUNK:
        assert time.monotonic() < until
        assert child.poll() is None
        time.sleep(0.02)
    child.send_signal(signal.SIGKILL)
    child.wait()
    before = hub.bytes_present(file(BIG))
    server.slow.clear()
    server.cuts.clear()
    server.codes.clear()
    server.asked.clear()
    download.pull(CARD)
    assert whole()
    assert server.asked[0] == ("GET", NAME, before)
    assert server.sent <= SIZE + len(DATA[SMALL]) + download.CHUNK


def test_a_wrong_bit_is_never_used(server: Hub) -> None:
    server.flipped.add(NAME)
    with pytest.raises(
        WeightsError, match=r"net/big\.safetensors: came with other bytes than expected .*; nothing was"
    ):
        download.pull(CARD)
    assert not hub.location(file(BIG)).exists()
    assert hub.bytes_present(file(BIG)) == 0
    server.flipped.clear()
    download.pull(CARD)
    assert whole()


def test_a_file_that_ends_early_is_not_waited_for(server: Hub) -> None:
    """The hub says 24 MB and sends 23, as often as it is asked: it is asked a few times for the rest, and no more."""
    server.short[NAME] = 1_000_000
    with pytest.raises(NetworkError, match=r"stopped at 23 MB of 24 MB \(it sent no more\); run the same command"):
        download.pull(CARD)
    assert len(server.asked) == 1 + download.TRIES
    assert server.sent == SIZE - 1_000_000
    server.short.clear()
    download.pull(CARD)
    assert whole()
    assert server.sent == SIZE + len(DATA[SMALL])


def test_a_page_in_place_of_the_file(server: Hub) -> None:
    """A gateway that answers everything with the same short page, ranges or not."""
    server.files[NAME], server.blunt = b"<html>log in</html>", True
    with pytest.raises(NetworkError, match=r"stopped at 19 B of 24 MB \(it sent no more\)"):
        download.pull(CARD)
    server.files[NAME], server.blunt = DATA[BIG], False
    with pytest.raises(WeightsError, match="came with other bytes than expected"):
        download.pull(CARD)
    download.pull(CARD)
    assert whole()


def test_errors_that_pass_cost_nothing(server: Hub) -> None:
    """500 before the first byte, 503 and 502 in the middle."""
    server.passing[NAME] = [500]
    server.cuts[NAME] = [5_000_000]
    download.pull(CARD)
    assert whole()
    assert server.sent == SIZE + len(DATA[SMALL])
    hub.location(file(BIG)).unlink()
    server.sent = 0
    server.cuts[NAME] = [5_000_000, 7_000_000]

    def break_once(one: WeightFile, done: int) -> None:
        if done in (5_000_000, 12_000_000):
            server.passing[NAME] = [503, 502]

    download.pull(CARD, break_once)
    assert whole()
    assert server.sent == SIZE


@pytest.mark.parametrize("when", ["between", "within"])
def test_a_branch_that_moves(server: Hub, when: str) -> None:
    """Of a file whose row names a branch and no digest: what is put together is the old one or the new one, whole."""
    old, new, name = DATA[BIG], DATA[BIG][::-1], f"{REPO}/main/{BIG}"
    card = dataclasses.replace(CARD, files=(dataclasses.replace(file(BIG, told=False), revision="main"),))
    server.files[name] = old
    place = hub.location(card.files[0])

    def move(one: WeightFile, done: int) -> None:
        if done >= 5_000_000:
            server.files[name] = new

    if when == "between":
        download.pull(card)
        assert place.read_bytes() == old
        server.files[name] = new
        assert download.pull(card) == []  # what is here stays, until it is taken away
        hub.remove(card, set())
    else:
        server.cuts[name] = [5_000_000]
        with pytest.raises(WeightsError, match="came with other bytes than expected"):
            download.pull(card, move)
        assert not place.exists()
    download.pull(card)
    assert place.read_bytes() == new
    assert weights.verify(card)[0].state == "ok"


def test_damage_on_the_disk_is_found_and_mended(server: Hub) -> None:
    download.pull(CARD)
    path = hub.location(file(BIG))
    path.write_bytes(DATA[BIG][:-1] + bytes([DATA[BIG][-1] ^ 1]))
    assert weights.verify(CARD)[0].state == "wrong contents"
    path.write_bytes(DATA[BIG][:-5])
    with pytest.raises(WeightsError, match=r"big\.safetensors is damaged .*; run: sora model pull acme"):
        weights.paths(CARD)
    download.pull(CARD)
    assert whole()


@pytest.mark.parametrize(
    ("code", "exit_code", "name", "words"),
    [
        (401, 5, "gated", "is not open to you"),
        (403, 5, "gated", "accept its terms on its page and set HF_TOKEN"),
        (404, 5, "not_on_hub", "has no net/big.safetensors at aaaaaaaaaaaa; update soracli"),
        (500, 7, "download", "stopped at 0 B of 24 MB (HTTP 500); run the same command again"),
        (503, 7, "download", "HTTP 503"),
    ],
)
def test_refusals(server: Hub, code: int, exit_code: int, name: str, words: str) -> None:
    server.codes[NAME] = code
    with pytest.raises(SoraError) as caught:
        download.pull(CARD)
    assert (caught.value.exit_code, caught.value.code) == (exit_code, name)
    assert words in str(caught.value)
    assert len(server.asked) == (1 if code < 500 else download.TRIES)


def test_a_hub_that_is_not_there(server: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(NetworkError, match=r"stopped at 0 B of 24 MB \(.*refused.*\); run the same command again"):
        download.pull(CARD)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(NetworkError, match=r"model 'acme': is not here and the network is off \(HF_HUB_OFFLINE\)"):
        download.pull(CARD)


def test_offline_is_no_hindrance_where_all_is_here(server: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    download.pull(CARD)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    assert download.pull(CARD) == []


def test_a_server_without_ranges(server: Hub) -> None:
    server.blunt = True
    server.cuts[NAME] = [5_000_000]
    download.pull(CARD)
    assert whole()


def test_the_token_is_sent(server: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    download.pull(CARD)
    assert set(server.tokens) == {"Bearer hf_secret"}


@pytest.mark.parametrize("told", [True, False], ids=["known", "asked for"])
def test_the_store_gets_no_token(server: Hub, monkeypatch: pytest.MonkeyPatch, told: bool) -> None:
    """What a file must be the hub says, the bytes come from elsewhere, in parts too; the token stays with the hub."""
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    with Hub(server.files) as store:
        server.elsewhere[NAME] = f"{store.url}/{REPO}/resolve/{REVISION}/{BIG}"
        store.cuts[NAME] = [5_000_000]
        download.pull(dataclasses.replace(CARD, files=(file(BIG, told=told),)))
        store.shutdown()
    assert hub.location(file(BIG)).read_bytes() == DATA[BIG]
    assert set(server.tokens) == {"Bearer hf_secret"}
    assert store.tokens == [None, None]
    assert [start for *_, start in store.asked] == [0, 5_000_000]


def test_what_the_manifest_does_not_know_the_hub_tells(server: Hub) -> None:
    card = dataclasses.replace(CARD, files=(file(BIG, told=False),))
    download.pull(card)
    assert hub.known(card.files[0]) == file(BIG)
    assert weights.verify(card)[0].state == "ok"
    assert [method for method, _, _ in server.asked] == ["HEAD", "GET"]
    server.flipped.add(NAME)
    hub.location(file(BIG)).unlink()
    with pytest.raises(WeightsError, match="other bytes than expected"):
        download.pull(card)


def test_a_full_disk_is_said_before(server: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "disk", lambda folder: 210_000_000)
    with pytest.raises(CapacityError, match=r"model 'acme': needs 24 MB more in .*, 210 MB is free; make room"):
        download.pull(CARD)
    assert server.asked == []


# --- the verbs --------------------------------------------------------------------------------------------------------

MANIFEST = f"""
default = "acme"
[models.acme]
arch = "wan"
about = "For tests."
licence = "Acme Licence"
terms = "Be kind."
stride = [4, 8, 8]
causal = true
patch = 2
defaults = {{ width = 64, height = 64, seconds = 1, fps = 16, steps = 2 }}
[[models.acme.files]]
role = "tokenizer"
name = "tokenizer.json"
repo = "{REPO}"
revision = "{REVISION}"
path = "{SMALL}"
"""


@pytest.fixture
def manifest(server: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Hub:
    path = tmp_path / "weights.toml"
    path.write_text(MANIFEST)
    monkeypatch.setattr(weights, "manifest", lambda: path)
    return server


def test_a_licence_is_agreed_to_once(manifest: Hub, sora: Sora) -> None:
    ran = sora("model", "pull", "acme")
    assert (ran.code, ran.text) == (2, "")
    assert "acme is under the Acme Licence: Be kind." in ran.err
    assert "its licence has to be agreed to; read it and add --accept-licence" in ran.err
    assert manifest.asked == []
    ran = sora("model", "pull", "acme", "--accept-licence")
    assert (ran.code, ran.text.strip()) == (0, str(hub.location(file(SMALL))))
    hub.location(file(SMALL)).unlink()
    ran = sora("model", "pull", "acme", "--json")
    assert (ran.code, json.loads(ran.text)["data"]["fetched"]) == (0, [str(hub.location(file(SMALL)))])
    assert "Be kind" not in ran.err


@pytest.mark.parametrize(
    ("fault", "value", "code", "words"),
    [
        ("codes", 403, 5, "acme/tiny-video: is not open to you (HTTP 403); accept its terms on its page and set HF_"),
        ("codes", 404, 5, "acme/tiny-video: has no tokenizer.json at aaaaaaaaaaaa; update soracli"),
        ("codes", 500, 7, "tokenizer.json: the hub does not answer (HTTP 500); run the same command again"),
        ("flipped", None, 5, "tokenizer.json: came with other bytes than expected (sha256 "),
        ("short", 1400, 7, "tokenizer.json: stopped at 1 kB of 2 kB (it sent no more); run the same command again"),
    ],
)  # fmt: skip
def test_what_the_verb_says(manifest: Hub, sora: Sora, fault: str, value: int | None, code: int, words: str) -> None:
    """Of a file of which the hub is asked first what it must be: one line, an exit code, nothing on standard output."""
    name = f"{REPO}/{REVISION}/{SMALL}"
    faulty: Any = getattr(manifest, fault)
    faulty.add(name) if value is None else faulty.__setitem__(name, value)
    ran = sora("model", "pull", "acme", "--accept-licence", "-q")
    assert (ran.code, ran.text) == (code, "")
    assert ran.err.startswith(f"sora: error: {words}")
    assert ran.err.count("\n") == 1
    faulty.clear()
    assert sora("model", "pull", "acme", "-q").code == 0
    assert hub.location(file(SMALL)).read_bytes() == DATA[SMALL]


def test_dry_run_and_rm(manifest: Hub, sora: Sora) -> None:
    ran = sora("model", "pull", "acme", "--dry-run")
    assert "licence  Acme Licence, to be accepted: Be kind." in ran.text
    assert f"fetch    {REPO}: tokenizer.json, size unknown" in ran.text
    assert manifest.asked == []
    data = json.loads(sora("model", "pull", "acme", "--dry-run", "--json").text)["data"]
    assert [row["path"] for row in data["files"]] == [SMALL]
    sora("model", "pull", "acme", "--accept-licence")
    assert json.loads(sora("model", "rm", "acme", "--json").text)["data"] == {"name": "acme", "freed": 2400}
    assert not hub.folder(REPO).exists()
    assert sora("model", "rm", "acme").text == "acme: 0 B freed\n"


def test_what_is_not_here_says_how_to_get_it(manifest: Hub, sora: Sora) -> None:
    ran = sora("generate", "a fox", "--device", "cpu")
    assert ran.code == 5
    assert "sora: error: model 'acme': is not here; run: sora model pull acme" in ran.err
    listed = sora("model", "list")
    assert "not here; run: sora model pull acme" in listed.text


def test_the_hub_is_asked_for_what_the_manifest_lacks(manifest: Hub, tmp_path: Path) -> None:
    """For developers: size and sha256 come to stand behind the name, all else stays, and nothing is asked twice."""
    path = tmp_path / "weights.toml"
    before = path.read_text()
    assert seal.ask() == [f"{REPO}/{SMALL}"]
    told = f'size = {len(DATA[SMALL])}\nsha256 = "{hashlib.sha256(DATA[SMALL]).hexdigest()}"\n'
    assert path.read_text() == before.replace('name = "tokenizer.json"\n', 'name = "tokenizer.json"\n' + told)
    assert [method for method, *_ in manifest.asked] == ["HEAD"]
    assert seal.ask() == []
    assert len(manifest.asked) == 1


@pytest.mark.parametrize("verb", ["pull", "rm"])
def test_models_that_ship(verb: str, sora: Sora) -> None:
    ran = sora("model", verb, "tiny")
    words = {"pull": "tiny is inside the package; nothing to fetch", "rm": "was not fetched, so there is nothing"}
    assert ran.code == {"pull": 0, "rm": 2}[verb]
    assert words[verb] in ran.err


NOTED = {"list": "[]", "number": '{"r/p": 5}', "text": '{"r/p": {"size": "x"}}', "nested": "[" * 9999, "none": "x"}


@pytest.mark.parametrize("noted", NOTED.values(), ids=NOTED)
def test_odd_notes_are_no_notes(noted: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What lies where sizes are noted and is not ours: the hub is asked again."""
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    file = WeightFile("vae", "p", 0, "", repo="a/b", revision="r", path="p")
    hub.folder("a/b").mkdir(parents=True)
    (hub.folder("a/b") / hub.FACTS).write_text(noted)
    (tmp_path / hub.ACCEPTED).write_text(noted)
    assert hub.known(file) == file
    assert not hub.accepted(Card("m", "wan", "", "mine", (4, 8, 8), (file,), terms="all"))
