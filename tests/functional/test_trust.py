"""Keys, content credentials and the verbs that read them: every output is signed, every change is seen."""

from __future__ import annotations

import datetime
import errno
import hashlib
import http.server
import json
import os
import re
import shutil
import socket
import stat
import subprocess
import threading
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import Sora
from PIL import Image

from soracli import media
from soracli.media.write import Writer
from soracli.provenance import credentials, keys
from soracli.provenance.stamp import Stamp, _signer, _Target
from soracli.types import Frames

TINY = ("-m", "tiny", "--steps", "1", "-q")
MADE, EDITED, JOINED = "trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia", "compositeSynthetic"


def frames(count: int = 8, seed: int = 0) -> Frames:
    small = np.random.default_rng(seed).integers(90, 160, (count, 8, 8, 3), np.uint8)
    return small.repeat(8, 1).repeat(8, 2)


def signed(name: str, count: int = 8, seed: int = 0, **given: Any) -> None:
    """A clip of ours in the working folder."""
    stamp = Stamp("generate", {"verb": "generate", "seed": seed}, (), **given)
    with Writer(name, 64, 64, Fraction(8), stamp=stamp) as writer:
        writer.add(frames(count, seed))


def verified(sora: Sora, *arguments: str) -> tuple[int, dict[str, Any]]:
    ran = sora("verify", *arguments, "--json")
    return ran.code, json.loads(ran.out)["data"]


@pytest.fixture
def fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Another installation: a configuration folder without keys."""
    monkeypatch.setenv("SORA_CONFIG_DIR", str(tmp_path / "config"))
    return tmp_path / "config"


# --- every output -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("format", ["mp4", "mov", "mkv", "webm", "gif", "webp", "frames"])
def test_every_container_is_signed(sora: Sora, tmp_path: Path, format: str) -> None:
    assert sora("generate", "a red fox", *TINY, "--seed", "1", "-d", "8f", "--format", format).code == 0
    name = "a-red-fox-1" + ("" if format == "frames" else f".{format}")
    beside = {f"{name}.c2pa"} if format in ("mkv", "webm") else set()
    assert set(os.listdir()) == {name} | beside
    code, told = verified(sora, name)
    assert (code, told["state"], told["signer"]) == (0, "intact", "this installation")
    assert told["where"] == ("beside" if beside else "inside")
    assert [(step["action"], step["source"]) for step in told["steps"]] == [
        ("c2pa.created", MADE), ("c2pa.watermarked.unbound", ""),
    ]  # fmt: skip
    assert told["recipe"]["seed"] == 1
    assert len(media.read(name).frames) == (1 if format in ("gif", "webp") else 8)  # equal frames, merged


@pytest.mark.parametrize("format", ["png", "webp", "gif", "avif"])
def test_every_picture_is_signed(sora: Sora, format: str) -> None:
    """And what is signed is still a picture with its recipe, from which it is made again."""
    name = f"a.{format}"
    assert sora("image", "a red fox", "-m", "tiny", "--steps", "1", "--seed", "7", "-q", "-o", name).code == 0
    code, told = verified(sora, name)
    assert (code, told["state"], told["signer"], told["where"]) == (0, "intact", "this installation", "inside")
    assert media.read(name).frames.shape[0] == 1
    recipe = json.loads(sora("info", name, "--json").out)["data"]["recipe"]
    assert (recipe["seed"], recipe["prompt"]) == (7, "a red fox")
    assert sora("replay", name, "--check").code == 0


VERBS: list[tuple[tuple[str, ...], list[tuple[str, str]], list[tuple[str, str]]]] = [
    (("image", "x"), [("created", MADE)], []),
    (("generate", "x", "--keyframe", "a.png@0"), [("created", MADE)], [("a.png", "inputTo")]),
    (("animate", "a.png", "--to", "b.png"), [("created", MADE)], [("a.png", "inputTo"), ("b.png", "inputTo")]),
    (("views", "a.png", "-n", "8"), [("created", MADE)], [("a.png", "inputTo")]),
    (("extend", "a.mp4", "--by", "4f"), [("opened", ""), ("edited", EDITED)], [("a.mp4", "parentOf")]),
    (("edit", "a.mp4", "x"), [("opened", ""), ("edited", EDITED)], [("a.mp4", "parentOf")]),
    (("edit", "a.mp4", "--style-ref", "b.png"), [("opened", ""), ("edited", EDITED)],
     [("a.mp4", "parentOf"), ("b.png", "inputTo")]),
    (("inpaint", "a.mp4", "--mask", "0,0,32,64"), [("opened", ""), ("edited", EDITED)], [("a.mp4", "parentOf")]),
    (("vary", "a.mp4"), [("opened", ""), ("edited", EDITED)], [("a.mp4", "parentOf")]),
    (("blend", "a.mp4", "b.mp4", "--by", "4f"), [("created", JOINED), ("placed", "")],
     [("a.mp4", "componentOf"), ("b.mp4", "componentOf")]),
    (("enhance", "a.mp4"), [("opened", ""), ("edited", EDITED)], [("a.mp4", "parentOf")]),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "steps", "inputs"), VERBS, ids=[verb[0][0] for verb in VERBS])
def test_every_verb_says_what_it_did(
    sora: Sora, arguments: tuple[str, ...], steps: list[tuple[str, str]], inputs: list[tuple[str, str]]
) -> None:
    for i, name in enumerate("ab"):
        signed(f"{name}.mp4", 16, i)
        Image.fromarray(frames(1, i)[0]).save(f"{name}.png")
    out = "out.png" if arguments[0] == "image" else "out.mp4"
    flags = ("-q",) if arguments[0] == "enhance" else (*TINY, "--seed", "1")
    short = ("-d", "8f") if arguments[0] in ("generate", "animate") else ()
    ran = sora(*arguments, *flags, *short, "-o", out)
    assert ran.code == 0, ran.err
    code, told = verified(sora, out)
    assert (code, told["state"], told["signer"]) == (0, "intact", "this installation")
    done = [(step["action"].removeprefix("c2pa."), step["source"]) for step in told["steps"]]
    assert [step for step in done if step[0] != "watermarked.unbound"] == steps
    assert [(given["title"], given["relation"]) for given in told["inputs"]] == inputs
    for given in told["inputs"]:
        assert given["state"] == ("intact" if given["title"].endswith("mp4") else "none")
    shown = sora("verify", out)
    assert shown.code == 0
    assert "credential  intact: the file is as it was signed" in shown.text
    assert "signer      this installation of sora" in shown.text


def test_a_chain_keeps_its_history(sora: Sora) -> None:
    """Through a sidecar, standard input and output, an embedded credential and a folder of frames."""
    signed("a.webm")
    assert sora("extend", "a.webm", "--by", "4f", *TINY, "-o", "b.mp4").code == 0
    piped = sora("extend", "-", "--by", "4f", *TINY, "-o", "-", stdin=Path("b.mp4").read_bytes())
    Path("c.mp4").write_bytes(piped.out)
    assert sora("vary", "c.mp4", *TINY, "-o", "d", "--format", "frames").code == 0
    assert sora("extend", "d", "--by", "4f", *TINY, "-o", "e.mp4").code == 0
    code, told = verified(sora, "e.mp4")
    titles = []
    while told["inputs"]:
        (told,) = told["inputs"]
        assert (told["state"], told["signer"]) == ("intact", "this installation")
        titles.append(told["title"])
    assert (code, titles) == (0, ["d", "c.mp4", "standard input", "a.webm"])


def test_kept_pixels_are_not_marked_and_the_recipe_says_where(sora: Sora) -> None:
    signed("a.mp4", 16)
    before = media.read("a.mp4").frames
    ran = sora("extend", "a.mp4", "--by", "8f", *TINY, "--quality", "lossless", "-o", "b.mp4", "--json")
    assert json.loads(ran.out)["data"]["watermark"] == "where it was painted"
    np.testing.assert_array_equal(media.read("b.mp4").frames[:16], before)
    assert sora("edit", "a.mp4", "x", "--strength", "0", *TINY, "--quality", "lossless", "-o", "c.mp4").code == 0
    np.testing.assert_array_equal(media.read("c.mp4").frames, before)
    assert verified(sora, "c.mp4")[1]["recipe"]["watermark"] == "none: nothing was painted"


def test_no_prompt_metadata_drops_text_and_nothing_else(sora: Sora) -> None:
    text = "purple hippopotamus"
    Image.fromarray(frames(1)[0]).save("private.png")
    ran = sora("animate", "private.png", text, *TINY, "-d", "8f", "--no-prompt-metadata", "-o", "a.mp4")
    assert ran.code == 0, ran.err
    data = Path("a.mp4").read_bytes()
    assert b"hippopotamus" not in data
    assert b"private" not in data
    code, told = verified(sora, "a.mp4")
    assert (code, told["state"], told["inputs"][0]["title"]) == (0, "intact", "input")
    kept = told["recipe"]["prompt"]
    assert kept["sha256"] == hashlib.sha256((kept["salt"] + text).encode()).hexdigest()
    assert "prompt" not in (media.info("a.mp4").recipe or {})
    assert sora("animate", "private.png", text, *TINY, "-d", "8f", "-o", "b.mp4").code == 0
    assert b"hippopotamus" in Path("b.mp4").read_bytes()  # by default the recipe is kept


def test_standard_output_without_a_place_for_a_credential_says_so(sora: Sora) -> None:
    ran = sora("generate", "x", "-m", "tiny", "-d", "8f", "-o", "-", "--format", "webm")
    assert ran.code == 0
    assert "webm has its content credentials in a file beside it, and standard output has none" in ran.err


# --- what is noticed --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", ["mp4", "mov", "webm", "mkv", "gif", "webp", "avif"])
def test_a_flipped_bit_is_noticed(sora: Sora, suffix: str) -> None:
    signed("a." + suffix, 1 if suffix == "avif" else 8)
    whole = Path("a." + suffix).read_bytes()
    middle = len(whole) // 2  # the half of it that the credential is not in
    part = np.arange(40, middle) if suffix == "webp" else np.arange(middle, len(whole))
    if suffix == "avif":  # smaller than the credential, which comes first
        part = np.arange(whole.index(b"meta"), len(whole))

    def flipped(place: int) -> str:
        Path("a." + suffix).write_bytes(whole[:place] + bytes([whole[place] ^ 4]) + whole[place + 1 :])
        return credentials.read(Path("a." + suffix)).state

    # Where the head of a chunk is hit, a WebP may lose its credential altogether, which is noticed as well.
    noticed = ("changed", "unreadable", "none") if suffix == "webp" else ("changed", "unreadable")
    for place in np.random.default_rng(0).choice(part, 12, replace=False).tolist():
        assert flipped(place) in noticed, place
    assert flipped(150 if suffix == "webp" else len(whole) - 60) in ("changed", "unreadable")
    ran = sora("verify", "a." + suffix)
    assert ran.code == 8
    assert "its content credential does not hold" in ran.err
    assert ran.text.startswith(f"file        a.{suffix}\ncredential  ")


def test_a_frame_that_is_missing_or_moved_is_noticed(sora: Sora) -> None:
    stamp = Stamp("generate", {}, ())
    with Writer("f", 64, 64, Fraction(8), "frames", stamp=stamp) as writer:
        writer.add(frames(3))
    assert verified(sora, "f")[0] == 0
    Path("f/frame-00001.png").rename("f/x.png")
    Path("f/frame-00002.png").rename("f/frame-00001.png")
    Path("f/x.png").rename("f/frame-00002.png")
    assert verified(sora, "f")[0] == 8
    Path("f/frame-00002.png").unlink()
    code, told = verified(sora, "f")
    assert (code, told["problems"]) == (8, ["soracli.frames"])


def test_a_tampered_input_is_warned_of(sora: Sora) -> None:
    signed("a.mp4")
    data = bytearray(Path("a.mp4").read_bytes())
    data[-40] ^= 1
    Path("a.mp4").write_bytes(data)
    ran = sora("extend", "a.mp4", "--by", "4f", "-m", "tiny", "-o", "b.mp4", "--json")
    said = json.loads(ran.out)["data"]
    assert "note: a.mp4 is not what its content credentials were made for (assertion.bmffHash.mismatch)" in ran.err
    assert said["credential"]["inputs"] == ["changed"]
    code, told = verified(sora, "b.mp4")
    assert (code, told["state"], told["inputs"][0]["state"]) == (0, "intact", "changed")
    assert "its own credential did NOT match it when it was used" in sora("verify", "b.mp4").text


def test_files_without_a_credential(sora: Sora) -> None:
    Image.fromarray(frames(1)[0]).save("a.png")
    Image.fromarray(frames(1)[0]).save("a.bmp")
    for name in ("a.png", "a.bmp"):
        ran = sora("verify", name)
        assert ran.code == 8
        assert ran.err == f"sora: error: {name}: has no content credential; see also: sora detect {name}\n"
    assert sora("verify", "no.mp4").code == 3
    assert sora("verify", "a.png", "--trust", "a.bmp").err == (
        "sora: error: --trust a.bmp: no certificate in it; see: sora keys export\n"
    )


def test_another_installation_sees_it_intact_and_trusts_whom_it_is_told_to(
    sora: Sora, config_dir: Path, fresh: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed("theirs.mp4")
    assert sora("keys", "export", "-o", "friend.pem").text == "friend.pem\n"
    monkeypatch.setenv("SORA_CONFIG_DIR", str(config_dir))
    signed("ours.mp4")  # so that this installation has keys
    ran = sora("verify", "theirs.mp4")
    assert ran.code == 0
    assert "signer      unknown: anybody can make a certificate of that name" in ran.text
    assert verified(sora, "theirs.mp4")[1]["problems"] == ["signingCredential.untrusted"]
    assert verified(sora, "theirs.mp4", "--trust", "friend.pem")[1]["signer"] == "trusted"
    (result,) = json.loads(sora("detect", "theirs.mp4", "--json").out)["data"]
    assert {line["name"]: line["answer"] for line in result["lines"]} == {
        "content credential": "cannot tell", "mark of any sora": "detected", "mark of this sora": "not detected",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("problems", "state"),
    [
        ((), "intact"),
        (("signingCredential.untrusted",), "intact"),
        (("signingCredential.untrusted", "signingCredential.expired"), "invalid"),
        (("signingCredential.expired", "assertion.dataHash.mismatch"), "changed"),
    ],
)
def test_what_problems_come_to(problems: tuple[str, ...], state: str) -> None:
    results = {"activeManifest": {"failure": []}, "ingredientDeltas": [
        {"validationDeltas": {"failure": [{"code": code} for code in problems]}}
    ]}  # fmt: skip
    assert credentials._failures(results) == problems
    assert credentials._state(problems, "intact") == state


def test_a_credential_of_a_strange_shape_is_no_crash(sora: Sora) -> None:
    Image.fromarray(frames(1)[0]).save("plain.png")
    foreign("plain.png", "strange.png", {"label": credentials.FRAME, "data": {"number": 1}})
    code, told = verified(sora, "strange.png")
    assert (code, told["state"]) == (8, "unreadable")
    ran = sora("animate", "strange.png", *TINY[:-1], "-d", "8f", "-o", "a.mp4")
    assert ran.code == 0
    assert "note: strange.png has content credentials that cannot be read" in ran.err
    foreign("plain.png", "other.png", {"label": "org.example.thing", "data": {"a": 1}})
    assert verified(sora, "other.png")[1]["maker"] == "a camera 1"
    (result,) = json.loads(sora("detect", "other.png", "--json").out)["data"]
    assert result["lines"][0]["why"] == "intact, of another program (a camera 1)"


def foreign(source: str, target: str, assertion: dict[str, Any], remote: str | None = None) -> None:
    """A credential as another program might write it."""
    from c2pa import Builder

    action = {"action": "c2pa.created", "digitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/" + MADE}
    actions = {"label": "c2pa.actions.v2", "data": {"actions": [action]}}
    claim = {"claim_generator_info": [{"name": "a camera", "version": "1"}], "assertions": [actions, assertion]}
    builder = Builder(claim, credentials.context([]))
    if remote is not None:
        builder.set_no_embed()
        builder.set_remote_url(remote)
    with open(source, "rb") as file, open(target, "w+b") as out:
        builder.sign(_signer(keys.load(), None), "image/png", file, out)


def test_nothing_is_fetched(sora: Sora, tmp_path: Path) -> None:
    """A file that names a credential by address is a file without one, and nobody is asked for it."""
    asked: list[str] = []

    class Listener(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

    server = http.server.HTTPServer(("127.0.0.1", 0), Listener)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        Image.fromarray(frames(1)[0]).save("plain.png")
        address = f"http://127.0.0.1:{server.server_port}/a.c2pa"
        foreign("plain.png", "remote.png", {"label": "org.example.thing", "data": {"a": 1}}, remote=address)
        assert b"127.0.0.1" in Path("remote.png").read_bytes()
        assert sora("verify", "remote.png").code == 8
        assert sora("animate", "remote.png", *TINY, "-d", "8f", "-o", "a.mp4").code == 0
    finally:
        server.shutdown()
        server.server_close()
    assert asked == []


# --- a last step that fails -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", ["mp4", "webm"])
def test_a_full_disk_while_signing_loses_nothing(sora: Sora, monkeypatch: pytest.MonkeyPatch, suffix: str) -> None:
    signed("a." + suffix)
    old = {path.name: path.read_bytes() for path in Path().iterdir()}

    def full(target: Any, data: Any) -> int:
        target.failed = OSError(errno.ENOSPC, "No space left on device")
        raise target.failed

    with monkeypatch.context() as patch:
        patch.setattr(_Target, "write", full)
        ran = sora("generate", "x", *TINY, "-d", "8f", "-o", "a." + suffix, "--force")
    assert ran.code == 6
    assert ran.err == (
        f"sora: error: a.{suffix}: the disk is full; free some space, or choose another -o; "
        f"what was made is kept, unsigned, as a.unsigned.{suffix}\n"
    )
    kept = {path.name: path.read_bytes() for path in Path().iterdir()}
    assert len(media.read(f"a.unsigned.{suffix}").frames) == 8
    del kept[f"a.unsigned.{suffix}"]
    assert kept == old
    assert verified(sora, "a." + suffix)[0] == 0


def test_a_failed_replacement_leaves_file_and_credential_as_they_were(
    sora: Sora, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed("a.webm")
    old = {path.name: path.read_bytes() for path in Path().iterdir()}
    replace = Path.replace

    def fail(self: Path, target: Any) -> Any:
        if Path(target).name == "a.webm":
            raise OSError(errno.EACCES, "no")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", fail)
    assert sora("generate", "x", *TINY, "-d", "8f", "-o", "a.webm", "--force").code == 2
    assert {path.name: path.read_bytes() for path in Path().iterdir()} == old


def test_an_old_sidecar_is_not_overwritten(sora: Sora) -> None:
    Path("a.webm.c2pa").write_bytes(b"old")
    ran = sora("generate", "x", *TINY, "-o", "a.webm")
    assert (ran.code, Path("a.webm.c2pa").read_bytes()) == (2, b"old")
    assert ran.err == "sora: error: a.webm.c2pa: already exists; pass --force to replace it, or choose another -o\n"


# --- keys -------------------------------------------------------------------------------------------------------------


def test_keys_are_made_once_private_and_for_long(sora: Sora, fresh: Path) -> None:
    from cryptography import x509
    from cryptography.x509.oid import ExtendedKeyUsageOID

    first = sora("keys", "show")
    assert first.code == 0
    assert first.text == sora("keys", "show").text
    place = fresh / "keys" / "current"
    assert stat.S_IMODE(place.stat().st_mode) == stat.S_IMODE(place.parent.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in place.iterdir()} == {0o600}
    leaf, authority = x509.load_pem_x509_certificates((place / "certificate.pem").read_bytes())
    assert (leaf.not_valid_after_utc - leaf.not_valid_before_utc).days > 3652
    usage = leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(usage) == [ExtendedKeyUsageOID.EMAIL_PROTECTION]
    leaf.verify_directly_issued_by(authority)
    private = [path.name for path in place.iterdir() if "PRIVATE" in path.read_text()]
    assert private == ["key.pem"]  # the authority's own key is gone
    assert "PRIVATE" not in sora("keys", "export").text
    assert "PRIVATE" not in first.text + sora("keys", "show", "--json").text


def test_those_who_start_at_once_share_one_key(fresh: Path) -> None:
    found: list[str] = []
    runners = [threading.Thread(target=lambda: found.append(keys.load().identity.fingerprint)) for _ in range(4)]
    for runner in runners:
        runner.start()
    for runner in runners:
        runner.join()
    assert len(found) == 4
    assert len(set(found)) == 1
    assert os.listdir(fresh / "keys") == ["current"]


def test_new_keys_remember_the_old(sora: Sora, fresh: Path) -> None:
    signed("a.mp4")
    assert "retired" in sora("keys", "new").text
    assert list((fresh / "keys").rglob("key.pem")) == [fresh / "keys" / "current" / "key.pem"]
    assert verified(sora, "a.mp4")[1]["signer"] == "this installation, retired"
    lines = json.loads(sora("detect", "a.mp4", "--json").out)["data"][0]["lines"]
    assert [line["answer"] for line in lines] == ["detected"] * 3


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda place: (place / "key.pem").unlink(), "key.pem: is missing among the signing keys"),
        (lambda place: (place / "key.pem").write_text("x"), "the signing keys are damaged"),
        (lambda place: (place / "watermark.key").write_text("ab"), "watermark.key holds 1 bytes, not 32"),
    ],
)
def test_damaged_keys_stop_a_render_before_it_starts(sora: Sora, fresh: Path, damage: Any, message: str) -> None:
    keys.load()
    damage(fresh / "keys" / "current")
    ran = sora("generate", "x", *TINY, "-o", "a.mp4")
    assert (ran.code, Path("a.mp4").exists()) == (5, False)
    assert message in ran.err
    assert "make new ones with: sora keys new" in ran.err
    assert sora("keys", "new").code == 0
    assert sora("generate", "x", *TINY, "-d", "8f", "-o", "a.mp4").code == 0


def test_keys_that_do_not_hold_now(sora: Sora, fresh: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "YEARS", 0)
    ran = sora("generate", "x", *TINY, "-o", "a.mp4")
    assert ran.code == 5
    assert "expired on" in ran.err
    assert ran.err.endswith("make new keys with: sora keys new\n")


@pytest.mark.parametrize("kind", ["a file", "nowhere"])
def test_a_folder_that_cannot_be_written(
    sora: Sora, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """One below a file, and one that no folder can be made in (a home of /proc, as some containers have)."""
    Path("file").touch()
    place, why = {"a file": (tmp_path / "file", "Not a directory"), "nowhere": (Path("/proc/x"), "No such file")}[kind]
    monkeypatch.setenv("SORA_CONFIG_DIR", str(place))
    ran = sora("generate", "x", *TINY, "-o", "a.mp4")
    assert ran.code == 5
    assert f"signing keys cannot be kept or read there ({why}" in ran.err
    assert "set SORA_CONFIG_DIR to a folder that can be written" in ran.err


def test_where_keys_are_by_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SORA_CONFIG_DIR")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert keys.folder().name == "keys"
    if os.uname().sysname == "Linux":
        assert keys.folder() == tmp_path / "soracli" / "keys"


def test_export_overwrites_nothing(sora: Sora) -> None:
    Path("a.pem").write_text("old")
    ran = sora("keys", "export", "-o", "a.pem")
    assert (ran.code, Path("a.pem").read_text()) == (2, "old")
    assert ran.err == "sora: error: a.pem: already exists; pass --force to replace it, or choose another -o\n"
    assert sora("keys", "export", "-o", "a.pem", "--force").code == 0
    assert Path("a.pem").read_text() == sora("keys", "export").text


# --- time stamps ------------------------------------------------------------------------------------------------------


def test_without_an_answer_it_is_signed_without_a_time_stamp(sora: Sora, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{free.getsockname()[1]}"
    monkeypatch.setenv("SORA_TSA", address)
    ran = sora("generate", "x", "-m", "tiny", "-d", "8f", "-o", "a.mp4")
    assert ran.code == 0
    assert re.search(rf"note: {re.escape(address)} gave no time stamp \(.+\); signed without one\.$", ran.err, re.M)
    code, told = verified(sora, "a.mp4")
    assert (code, told["stamped"]) == (0, "")


class TimeAuthority:
    """A time-stamp authority on the loopback interface, run by `openssl ts`."""

    def __init__(self, folder: Path) -> None:
        from cryptography import x509
        from cryptography.hazmat.primitives import hashes, serialization
        from cryptography.hazmat.primitives.asymmetric import ec
        from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

        key, now = ec.generate_private_key(ec.SECP256R1()), datetime.datetime.now(datetime.UTC)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "time")])
        certificate = (
            x509.CertificateBuilder(name, name, key.public_key(), 1)
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=1))
            .add_extension(keys._usage("digital_signature"), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False)
            .sign(key, hashes.SHA256())
        )
        (folder / "time.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        (folder / "time.key").write_text(keys._pkcs8(key))
        (folder / "serial").write_text("01\n")
        (folder / "time.cnf").write_text(
            f"[tsa]\ndefault_tsa = t\n[t]\nserial = {folder}/serial\ndefault_policy = 1.2.3.4.1\n"
            "digests = sha256\nsigner_digest = sha256\nordering = no\ntsa_name = no\ness_cert_id_chain = no\n"
        )

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                (folder / "query").write_bytes(self.rfile.read(int(self.headers["Content-Length"])))
                command = ["openssl", "ts", "-reply", "-config", "time.cnf", "-queryfile", "query"]
                command += ["-signer", "time.pem", "-inkey", "time.key"]
                ran = subprocess.run(command, cwd=folder, capture_output=True, check=True)
                self.send_response(200)
                self.send_header("Content-Type", "application/timestamp-reply")
                self.end_headers()
                self.wfile.write(ran.stdout)

            def log_message(self, *_: Any) -> None:
                pass

        self.server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl")
def test_a_time_stamp_is_asked_for_and_kept(
    sora: Sora, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = TimeAuthority(tmp_path_factory.mktemp("time")).server
    try:
        monkeypatch.setenv("SORA_TSA", f"http://127.0.0.1:{server.server_port}")
        ran = sora("generate", "x", "-m", "tiny", "-d", "8f", "-o", "a.mp4")
    finally:
        server.shutdown()
        server.server_close()
    assert ran.code == 0
    assert "note" not in ran.err
    code, told = verified(sora, "a.mp4")
    assert (code, told["state"]) == (0, "intact")
    stamped = datetime.datetime.fromisoformat(told["stamped"])
    assert abs(datetime.datetime.now(datetime.UTC) - stamped) < datetime.timedelta(minutes=2)
    assert "by a time-stamp authority" in sora("verify", "a.mp4").text


# --- detect -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def stripped() -> str:
    """A clip of ours that has lost its credential on the way."""
    signed("a.mp4")
    with Writer("stripped.mp4", 64, 64, Fraction(8)) as writer:
        writer.add(media.read("a.mp4").frames)
    return "stripped.mp4"


def test_detect_says_each_thing_on_its_own(sora: Sora, stripped: str) -> None:
    with Writer("other.mp4", 64, 64, Fraction(8)) as writer:
        writer.add(frames(8, 5))
    ran = sora("detect", "a.mp4", stripped, "other.mp4", "--json")
    found = [[line["answer"] for line in result["lines"]] for result in json.loads(ran.out)["data"]]
    assert found == [["detected"] * 3, ["not detected", "detected", "detected"], ["not detected"] * 3]
    assert (ran.code, sora("detect", "a.mp4", stripped, "--check").code) == (0, 0)
    checked = sora("detect", "a.mp4", "other.mp4", "--check")
    assert checked.code == 8
    assert checked.err == "sora: error: other.mp4: not detected, which is no proof\n"
    assert "mark of any sora       not detected" in checked.text
    data = json.loads(sora("detect", "other.mp4", "--check", "--json").out)
    assert (data["ok"], data["data"][0]["detected"]) == (False, False)


def test_detect_cannot_tell_from_a_tiny_picture_and_goes_on_after_a_bad_file(sora: Sora) -> None:
    Image.fromarray(frames(1)[0][:32, :32]).save("tiny.png")
    ran = sora("detect", "no.mp4", "tiny.png")
    assert (ran.code, ran.err) == (3, "sora: error: no.mp4: no such file\n")
    assert "mark of any sora       cannot tell   a picture under 48 pixels a side holds too little of it" in ran.text


def test_boxes_that_nobody_shows_are_said_not_to_be_covered(sora: Sora) -> None:
    """The standard leaves them out of the digest; the documentation says so, and whatever is shown is covered."""
    signed("a.mp4", 8)
    whole = Path("a.mp4").read_bytes()
    said = (Path(__file__).parents[2] / "docs/safety.md").read_text().partition("**Not covered**")[2]
    for kind in ("free", "skip"):
        Path("a.mp4").write_bytes(whole + b"\0\0\0\x10" + kind.encode() + b"anything")
        assert sora("verify", "a.mp4").code == 0
        assert f"`{kind}`" in said
    for kind in ("moov", "mdat", "udta", "uuid"):
        Path("a.mp4").write_bytes(whole + b"\0\0\0\x10" + kind.encode() + b"anything")
        assert sora("verify", "a.mp4").code == 8
