"""What is said of files: by us no more than was done, and of strangers' files nothing that they have written for us."""

from __future__ import annotations

import json
import os
import shutil
import struct
import time
import zlib
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import strangers
from conftest import Sora
from PIL import Image
from safetensors import safe_open
from safetensors.torch import save_file

from soracli import media
from soracli.errors import WeightsError
from soracli.media.write import Writer
from soracli.pipeline import latents
from soracli.provenance import credentials, ingredients, keys, stamp
from soracli.safety import semantic
from soracli.state import runs

TINY = ("-m", "tiny", "--steps", "1", "-q")
ESCAPE = "\x1b[2J\x1b[31m\u202e\nsigner      this installation of sora"


@pytest.fixture(scope="module")
def evil() -> strangers.Signing:
    return strangers.certificate()


def verified(sora: Sora, name: str) -> tuple[int, dict[str, Any]]:
    ran = sora("verify", name, "--json")
    return ran.code, json.loads(ran.out)["data"]


def safe(text: str) -> bool:
    return all(letter == "\n" or letter.isprintable() for letter in text)


# --- texts of the user's ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", ["mp4", "webm", "png", "frames"])
def test_no_word_of_a_prompt_is_in_a_file_that_is_to_have_none(sora: Sora, suffix: str) -> None:
    """Nor of what was typed before words were exchanged or added, nor of names of files; not in its credential either,
    even where the file itself keeps the prompt."""
    words = ["neighbour", "hound", "strolls", "nightfall", "grotesque", "clientele"]
    prompt, still = "my neighbour's hound strolls at nightfall", suffix in ("png",)
    verb = ("image",) if still else ("animate", "clientele.png", "--region", "clientele-mask.png", "-d", "8f")
    Image.new("RGB", (64, 64)).save("clientele.png")
    Image.new("L", (64, 64), 255).save("clientele-mask.png")
    more = ("-g", "3", "-N", "grotesque", "-e", "--format", suffix)
    for told, flags in (("secret", ("--no-prompt-metadata",)), ("open", ())):
        ran = sora(*verb, prompt, *TINY, *more, "-o", told, *flags)
        assert ran.code == 0, ran.err
        code, found = verified(sora, told)
        assert code == 0
        credential = json.dumps({**found, "path": ""})
        inputs = json.dumps(found["inputs"])
        assert not [word for word in words if word in credential.replace(inputs, "")]
    files = [path for path in Path().rglob("secret*") if path.is_file()] + list(Path("secret").glob("*"))
    data = b"".join(path.read_bytes() for path in files if path.is_file()).lower()
    assert not [word for word in words if word.encode() in data or word.encode("utf-16-le") in data]
    assert "neighbour" in json.dumps(media.info("open").recipe)


def test_a_credential_keeps_what_is_listed_and_nothing_else() -> None:
    told = {"seed": 7, "fps": "16", "asked": "x", "anything": "y", "inputs": [{"name": "a.png", "sha256": "00"}],
            "loras": [["quick", 1.0], ["mine.safetensors", 0.5, "ab" * 8]]}  # fmt: skip
    assert stamp.without_texts(told) == {
        "seed": 7, "fps": "16", "inputs": [{"sha256": "00"}], "loras": [["quick", 1.0], ["", 0.5, "ab" * 8]],
    }  # fmt: skip


TEXTS = {"prompt", "asked", "negative", "shots", "keyframes", "mask", "region", "input", "arguments"}


@pytest.mark.parametrize(
    "call",
    [("generate", "x", "-d", "8f"), ("image", "x", "-e", "-g", "3", "-N", "y"), ("animate", "a.png"),
     ("enhance", "a.png"), ("inpaint", "c.mp4", "--mask", "0,0,8,8"), ("extend", "c.mp4", "--by", "8f")],
    ids=lambda call: call[0],
)  # fmt: skip
def test_all_that_a_recipe_says_is_told_or_is_a_text(sora: Sora, call: tuple[str, ...]) -> None:
    """A new key of a recipe is in no credential until somebody has thought of it, and is not forgotten either."""
    Image.new("RGB", (64, 64)).save("a.png")
    with Writer("c.mp4", 64, 64, Fraction(8)) as writer:
        writer.add(np.zeros((8, 64, 64, 3), np.uint8))
    model = () if call[0] == "enhance" else ("-m", "tiny", "--steps", "1")
    ran = sora(*call, *model, "--dry-run", "--json")
    assert ran.code == 0, ran.err
    beside = {"seeds", "paths", "path", "format", "notes", "plan"}  # of a plan, not of a recipe
    assert set(json.loads(ran.out)["data"]) - beside <= stamp.KEPT | TEXTS


def test_no_folder_of_the_user_is_in_a_result(sora: Sora, tmp_path: Path) -> None:
    """Masks, keyframes and regions by whole paths leave their names."""
    home = tmp_path / "home-of-somebody"
    home.mkdir()
    Image.new("L", (64, 64), 255).save(home / "mask.png")
    Image.new("RGB", (64, 64)).save(home / "a.png")
    mask, picture = str(home / "mask.png"), str(home / "a.png")
    assert sora("generate", "x", *TINY, "-d", "8f", "--keyframe", f"{picture}@0s", "-o", "k.mp4").code == 0
    assert sora("animate", picture, *TINY, "-d", "8f", "--region", mask, "-o", "r.mp4").code == 0
    assert sora("inpaint", "k.mp4", *TINY, "--mask", mask, "-o", "m.mp4").code == 0
    for name, key, value in (("k", "keyframes", ["a.png@0s"]), ("r", "region", "mask.png"), ("m", "mask", "mask.png")):
        assert b"home-of-somebody" not in Path(f"{name}.mp4").read_bytes()
        assert (media.info(f"{name}.mp4").recipe or {})[key] == value
    assert sora("inpaint", "k.mp4", *TINY, "--mask", "0,0,32,32", "-o", "b.mp4").code == 0
    assert (media.info("b.mp4").recipe or {})["mask"] == "0,0,32,32"


# --- texts of strangers -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("where", ["when", "sha256", "key", "value", "title", "subject", "action"])
def test_a_file_cannot_write_the_report_on_it(sora: Sora, evil: strangers.Signing, where: str) -> None:
    """Every text of a stranger is on one line, with no control character, and no longer than is read."""
    text = ESCAPE * 50
    actions = [{**strangers.CAPTURED[0], **({"when": text} if where == "when" else {})}]
    actions += [{"action": text}] if where == "action" else []
    recipe: dict[str, Any] = {
        "sha256": {"prompt": {"salt": "x", "sha256": text}},
        "key": {text: 1},
        "value": {"a": text},
    }
    signing = strangers.certificate(subject=text[:60]) if where == "subject" else evil
    inputs = []
    if where == "title":
        Image.new("RGB", (64, 64)).save("plain.png")
        inputs = [({"title": text, "relationship": "inputTo", "label": "a"}, "plain.png")]
    strangers.sign("f.png", signing, actions=actions, recipe=recipe.get(where), inputs=inputs)
    for verb in ("verify", "detect", "info"):
        ran = sora(verb, "f.png")
        assert safe(ran.text + ran.err), ran.text
        assert max(map(len, ran.text.splitlines())) < 1500
        assert not [line for line in ran.text.splitlines() if line.startswith("signer      this installation")]


def test_an_address_cannot_write_the_report_on_a_file(sora: Sora) -> None:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    xmp = (
        '<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
        'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
        'xmlns:dcterms="http://purl.org/dc/terms/" dcterms:provenance="http://x/\x1b]0;PWNED\x07\x1b[31m"/></rdf:RDF>'
        '</x:xmpmeta><?xpacket end="w"?>'
    )
    rows = zlib.compress(b"".join(b"\0" + bytes(192) for _ in range(64)))
    Path("f.png").write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 64, 64, 8, 2, 0, 0, 0))
        + chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + xmp.encode()) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    )  # fmt: skip
    for verb in ("verify", "detect"):
        ran = sora(verb, "f.png")
        assert safe(ran.text + ran.err)


@pytest.mark.parametrize("recipe", [["a", "b"], "hello", 5, {"prompt": {"sha256": 5}}, {"inputs": 3}, None, True])
def test_an_odd_recipe_in_a_credential_is_no_bug(sora: Sora, evil: strangers.Signing, recipe: Any) -> None:
    strangers.sign("f.png", evil, recipe=recipe)
    assert sora("verify", "f.png").code in (0, 8)
    assert sora("verify", "f.png", "--json").code in (0, 8)
    assert sora("detect", "f.png").code == 0


def test_credentials_within_credentials_are_told_once(sora: Sora, evil: strangers.Signing) -> None:
    """Each file is made of the one before it, four times over: 4 ** 6 inputs if they were told one by one."""
    strangers.sign("0.png", evil)
    made = [{"action": "c2pa.created", "digitalSourceType": strangers.SOURCE + "compositeSynthetic"},
            {"action": "c2pa.placed", "parameters": {"ingredientIds": [f"i{k}" for k in range(4)]}}]  # fmt: skip
    for n in range(6):
        told = [({"title": "a", "relationship": "componentOf", "label": f"i{k}"}, f"{n}.png") for k in range(4)]
        strangers.sign(f"{n + 1}.png", evil, actions=made, inputs=told)
    clock = time.process_time()
    found = credentials.read(Path("6.png"))
    assert time.process_time() - clock < 5

    def count(one: credentials.Credential) -> int:
        return 1 + sum(map(count, one.inputs))

    assert (found.state, count(found)) == ("intact", 1 + 6 * 4)
    assert len(sora("verify", "6.png").text.splitlines()) < 40


# --- who signed -------------------------------------------------------------------------------------------------------


def test_an_input_under_a_stolen_serial_number_is_nobodys(sora: Sora, evil: strangers.Signing) -> None:
    """Serial numbers are in everything that was ever signed, and what a stranger found an input to be is their word."""
    own = keys.load().identity.serial
    forged = strangers.certificate(own)
    strangers.sign("parent.png", forged)
    edit = [{"action": "c2pa.opened", "parameters": {"ingredientIds": ["p"]}},
            {"action": "c2pa.edited", "digitalSourceType": strangers.SOURCE + "digitalCapture"}]  # fmt: skip
    told = {"title": "holiday.png", "relationship": "parentOf", "label": "p"}
    for signing in (evil, forged):
        strangers.sign("child.png", signing, actions=edit, inputs=[(told, "parent.png")], anchors=forged.authority)
        code, found = verified(sora, "child.png")
        assert (code, found["signer"], found["inputs"][0]["signer"]) == (0, "unknown", "unknown")
        assert "this installation" not in sora("verify", "child.png").text
    assert sora("extend", "child.png", *TINY, "-o", "a.mp4").code == 3
    assert sora("animate", "child.png", *TINY, "-d", "8f", "-o", "a.mp4").code == 0
    code, found = verified(sora, "a.mp4")  # ours, of a stranger's, of a forgery
    assert (found["signer"], found["inputs"][0]["signer"]) == ("this installation", "unknown")
    assert found["inputs"][0]["inputs"][0]["signer"] == "unknown"


def test_our_own_inputs_are_ours(sora: Sora) -> None:
    assert sora("image", "x", *TINY, "-o", "a.png").code == 0
    assert sora("animate", "a.png", *TINY, "-d", "8f", "-o", "b.mp4").code == 0
    assert sora("extend", "b.mp4", *TINY, "--by", "8f", "-o", "c.mp4").code == 0
    found = verified(sora, "c.mp4")[1]
    assert [found["signer"], found["inputs"][0]["signer"], found["inputs"][0]["inputs"][0]["signer"]] == [
        "this installation"
    ] * 3


# --- folders of frames ------------------------------------------------------------------------------------------------


def folder(name: str, seed: int = 0, count: int = 4) -> None:
    frames = np.random.default_rng(seed).integers(0, 256, (count, 64, 64, 3), np.uint8)
    recipe = {"verb": "generate", "prompt": "a dog walks", "seed": 1, media.DIGEST: ""}
    with Writer(name, 64, 64, Fraction(8), "frames", stamp=stamp.Stamp("generate", recipe, ())) as w:
        w.add(frames)


def test_a_folder_of_frames_is_verified_whole(sora: Sora) -> None:
    """A frame of another clip in its place, and every byte of the record beside the frames, are noticed."""
    folder("a"), folder("b", 1)
    assert verified(sora, "a")[0] == 0
    shutil.copytree("a", "c")
    shutil.copy("b/frame-00003.png", "c/frame-00003.png")
    code, found = verified(sora, "c")
    assert (code, found["state"], found["problems"]) == (8, "changed", ["soracli.clips"])
    record = Path("a/recipe.json")
    whole = record.read_text()
    for old, new in (("a dog walks", "anything"), ('"8"', '"2"'), ("\n", "\n\n")):
        assert old in whole
        record.write_text(whole.replace(old, new))
        code, found = verified(sora, "a")
        assert (code, found["state"], found["problems"]) == (8, "changed", ["soracli.record"])
    record.write_text(whole)
    assert verified(sora, "a")[0] == 0
    ran = sora("extend", "c", *TINY[:-1], "--by", "8f", "-o", "d.mp4")
    assert "c is not what its content credentials were made for (soracli.clips)" in ran.err
    assert verified(sora, "d.mp4")[1]["inputs"][0]["state"] == "none"


def test_a_folder_without_marks_is_not_called_whole(sora: Sora, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = stamp.Stamp._sign
    monkeypatch.setattr(
        stamp.Stamp, "_sign",
        lambda self, part, sealed, frame: plain(self, part, sealed, {k: frame[k] for k in ("number", "of")}),
    )  # fmt: skip
    folder("old")
    code, found = verified(sora, "old")
    assert (code, found["state"], found["problems"]) == (8, "unreadable", ["soracli.clip.missing"])


# --- latents ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def kept(sora: Sora) -> Path:
    ran = sora("generate", "a dog", *TINY, "-d", "8f", "-s", "64x64", "--seed", "1", "--save-latents", "-o", "own.mp4")
    assert ran.code == 0, ran.err
    path = next(runs.latest()).latents(1)
    assert path is not None
    return path


def changed(source: Path, target: str, **about: Any) -> None:
    """Latents of something else, with what others say of themselves."""
    with safe_open(source, "pt") as file:
        told, tensors = file.metadata(), {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    told[latents.KEY] = json.dumps({**json.loads(told[latents.KEY]), **about})
    save_file({name: tensor * 0.5 + 1 for name, tensor in tensors.items()}, target, told)


def test_latents_of_our_own_are_signed_as_painted(sora: Sora, kept: Path) -> None:
    shutil.copy(kept, "own.safetensors")
    assert latents.own(Path("own.safetensors"))
    assert sora("decode", "own.safetensors", "-o", "a.mp4").code == 0
    found = verified(sora, "a.mp4")[1]
    assert (found["recipe"]["verb"], found["recipe"]["seed"]) == ("generate", 1)
    assert found["steps"][0]["source"] == "trainedAlgorithmicMedia"
    np.testing.assert_array_equal(media.read("a.mp4").frames, media.read("own.mp4").frames)


def test_given_latents_are_not_signed_as_painted(sora: Sora, kept: Path) -> None:
    """Whatever they say: the result tells that they were decoded, and of no prompt, seed or policy."""
    changed(kept, "given.safetensors")
    assert not latents.own(Path("given.safetensors"))
    ran = sora("decode", "given.safetensors", "-o", "a.mp4", "--json")
    assert ran.code == 0, ran.err
    assert "given.safetensors was not kept by this installation; the result says that it was decoded" in ran.err
    data, found = json.loads(ran.out)["data"], verified(sora, "a.mp4")[1]
    for told in (data, found["recipe"], media.info("a.mp4").recipe or {}):
        assert told["verb"] == "decode"
        assert len(told["latents"]) == 16
        assert not {"prompt", "negative", "seed", "policy", "steps", "guidance", "arguments", "noise"} & set(told)
    assert [step["action"] for step in found["steps"]][:2] == ["c2pa.opened", "c2pa.converted"]
    assert not [step for step in found["steps"] if step["source"]]
    assert [(one["title"], one["state"]) for one in found["inputs"]] == [("given.safetensors", "none")]
    assert sora("replay", "a.mp4").code == 3


def test_given_latents_give_no_orders(sora: Sora, kept: Path) -> None:
    Path("secret.txt").write_text("hunter2")
    recipe = json.loads(safe_open(kept, "pt").metadata()[latents.KEY])["recipe"]
    call = {"verb": "generate", "prompt_file": "secret.txt", "output": "secret.txt", "force": True, "model": "tiny"}
    changed(kept, "given.safetensors", call=call)
    assert sora("decode", "given.safetensors", "-o", "a.mp4").code == 0
    assert Path("secret.txt").read_text() == "hunter2"
    for arguments in ({"prompt_file": "secret.txt"}, {**recipe["arguments"], "output": "secret.txt"}):
        changed(kept, "given.safetensors", recipe={**recipe, "arguments": arguments})
        assert sora("decode", "given.safetensors", "-o", "b.mp4").code == 3
    assert not os.path.exists("b.mp4")


def test_latents_in_the_state_folder_are_our_own_or_none(
    sora: Sora, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What somebody has put there is not gone on with."""
    run = next(runs.latest())
    changed(kept, str(kept))
    os.remove("own.mp4")
    ran = sora("resume", run.id)
    assert ran.code == 0, ran.err
    assert "was not kept by this installation; starting anew" in ran.err


# --- the policy -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_a_file_called_like_the_model_does_not_switch_the_policy_off(sora: Sora, kind: str) -> None:
    Path("spark").touch() if kind == "file" else Path("spark").mkdir()
    text = "a man slowly carves up his victim in a cellar"
    ran = sora("policy", "check", text)
    assert (ran.code, "refused" in ran.err) == (4, True)
    assert sora("image", "a dog", "-m", "spark", "--dry-run").code == 0


def test_a_recipe_names_no_policy_that_was_not_asked(sora: Sora, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> None:
        raise WeightsError("model 'spark': is missing")

    monkeypatch.setattr(semantic, "encoder", missing)
    ran = sora("image", "a dog", *TINY, "-o", "a.png")
    assert ran.code == 0, ran.err
    assert (media.info("a.png").recipe or {})["policy"].endswith(", by words only")
    assert verified(sora, "a.png")[1]["recipe"]["policy"].endswith(", by words only")


# --- what is read twice -----------------------------------------------------------------------------------------------


def test_an_input_that_is_exchanged_meanwhile_is_not_attested(sora: Sora, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pixels of one file and the credential of another make no result."""
    for name, level in (("a.png", 10), ("b.png", 200)):
        Image.new("RGB", (64, 64), (level, level, level)).save(name)
    plain = ingredients.ingredients

    def exchanged(*given: Any, **named: Any) -> Any:
        shutil.copy("b.png", "a.png")
        return plain(*given, **named)

    monkeypatch.setattr(ingredients, "ingredients", exchanged)
    ran = sora("animate", "a.png", *TINY, "-d", "8f", "-o", "o.mp4")
    assert (ran.code, "a.png: was changed while it was in use; start again" in ran.err) == (3, True)
    assert not os.path.exists("o.mp4")


def test_keys_that_cannot_be_read_are_none_with_a_note(sora: Sora, monkeypatch: pytest.MonkeyPatch) -> None:
    """To look at a file needs no key; to sign one does, and says so in one line."""
    assert sora("image", "x", *TINY, "-o", "a.png").code == 0

    def refused(*given: Any) -> Any:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(keys, "exist", refused)
    ran = sora("verify", "a.png")
    assert (ran.code, "what this installation has signed is not known again" in ran.err) == (0, True)
    assert "signer      unknown" in ran.text
    ran = sora("image", "x", *TINY, "-o", "b.png")
    assert (ran.code, "signing keys cannot be kept or read there" in ran.err) == (5, True)
