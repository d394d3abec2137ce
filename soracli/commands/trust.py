"""The bodies of the verbs `verify`, `detect` and `keys`: where a file comes from. What they print is their result."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from soracli.console.output import emit, print_out, print_rows
from soracli.console.progress import Talk
from soracli.errors import CheckError, SoraError, UsageError
from soracli.formatting import printable, short
from soracli.provenance import keys

if TYPE_CHECKING:
    from soracli.provenance.credentials import Credential
    from soracli.provenance.keys import Identity
    from soracli.sampling.model import Model
    from soracli.types import Clip, Frames

MOST_TRUST = 1_000_000  # bytes of a file of certificates
DETECTED, NOT_DETECTED, CANNOT_TELL = "detected", "not detected", "cannot tell"
_STATES = {
    "intact": "intact: the file is as it was signed",
    "changed": "NOT INTACT: the file or its credential was changed after signing",
    "invalid": "NOT VALID: as it was signed, but the signer's certificate does not hold",
    "none": "none: nothing says where this file comes from, or it was taken out",
    "unreadable": "UNREADABLE: damaged, or not as the standard wants it",
}
_INPUT_STATES = {
    "intact": "its own credential was intact when it was used",
    "changed": "its own credential did NOT match it when it was used",
    "invalid": "its own credential was by a certificate that does not hold",
    "none": "without a credential of its own",
}
_SIGNERS = {
    "this installation": "this installation of sora",
    "this installation, retired": "this installation of sora, by keys since retired",
    "trusted": "vouched for by --trust",
    "unknown": "unknown: anybody can make a certificate of that name",
}
_SOURCES = {
    "trainedAlgorithmicMedia": "made by a trained model (AI)",
    "compositeWithTrainedAlgorithmicMedia": "changed in part by a trained model (AI)",
    "compositeSynthetic": "put together from several works, some of them synthetic",
    "composite": "put together from several works",
    "digitalCapture": "taken with a camera",
}


# --- verify -----------------------------------------------------------------------------------------------------------


def verify(file: str, trust: Sequence[str], *, as_json: bool) -> None:
    """Say what a file's credential says. Raises CheckError if there is none that holds."""
    if note := keys.hidden():
        Talk("plain").note(note)
    found = credential(file, trust)
    if found.state == "intact" and as_json:
        emit({"path": file, **dataclasses.asdict(found)})
    if not as_json:
        print_rows(_rows(file, found), 11)
    check(file, found)


def credential(file: str, trust: Sequence[str] = ()) -> Credential:
    """The content credential of a file, of standard input, or of a folder of frames. trust: files of certificates."""
    return _credential(file, _anchors(trust))


def check(file: str, found: Credential) -> None:
    """Raise CheckError unless a credential holds."""
    data = {"path": file, **dataclasses.asdict(found)}
    if found.state == "none":
        shown = printable(file)
        raise CheckError(f"{shown}: has no content credential; see also: sora detect {shown}", "no_credential", data)
    if found.state != "intact":
        reason = f"its content credential does not hold ({printable(', '.join(found.problems))})"
        raise CheckError(f"{printable(file)}: {reason}; it is not proof of anything", f"credential_{found.state}", data)


def _anchors(trust: Sequence[str]) -> list[str]:
    texts = []
    for name in trust:
        try:
            with Path(name).open("rb") as file:
                text = file.read(MOST_TRUST).decode("ascii")
        except (OSError, UnicodeDecodeError):
            text = ""
        if "-----BEGIN CERTIFICATE-----" not in text:
            raise UsageError(f"--trust {printable(name)}: no certificate in it; see: sora keys export", "bad_trust")
        texts.append(text)
    return texts


def _credential(file: str, anchors: Sequence[str] = ()) -> Credential:
    """Of a file, of standard input, or of a folder of frames."""
    from soracli.media.read import opened
    from soracli.provenance import credentials

    path = Path(file)
    if (path / "recipe.json").is_file():
        return credentials.read_folder(path, anchors)
    with opened(file) as (place, _):
        return credentials.read(place, anchors)


def _rows(file: str, found: Credential) -> list[tuple[str, str]]:
    """What a person reads. `print_rows` makes it safe: most of it was written by whoever signed."""
    rows = [("file", file), ("credential", _STATES[found.state])]
    rows += [("problem", code) for code in found.problems if code != "signingCredential.untrusted"]
    if found.state in ("none", "unreadable"):
        return rows
    rows.append(("signer", f"{_SIGNERS[found.signer]} ({short(found.name)})"))
    rows.append(("program", short(found.maker) or "not said"))
    rows += [("action", _action(step)) for step in found.steps]
    by = f"{short(found.stamped)}, by a time-stamp authority (whose is not checked)" if found.stamped else ""
    claimed = next((step.when for step in found.steps if step.when), "")
    rows.append(("time", by or (f"{short(claimed)}, by the signer's own clock" if claimed else "not said")))
    rows += [("recipe", f"{short(name)} {_told(value)}") for name, value in found.recipe.items() if name != "inputs"]
    return rows + _input_rows(found, 0)


def _input_rows(found: Credential, depth: int) -> list[tuple[str, str]]:
    rows = []
    for given in found.inputs:
        what = ", ".join(_action(step) for step in given.steps[:1])
        whose = f"; signed by {_SIGNERS[given.signer]}" if given.signer else ""
        told = f"; {what}" if what else ""
        indent = "  " * depth
        rows.append(("input", f"{indent}{short(given.title)}: {_INPUT_STATES[given.state]}{whose}{told}"))
        rows += _input_rows(given, depth + 1)
    return rows


def _action(step: Any) -> str:
    source = _SOURCES.get(step.source, step.source)
    return short(step.action.removeprefix("c2pa.") + (f": {source}" if source else ""))


def _told(value: Any) -> str:
    if isinstance(value, dict) and "sha256" in value:
        return f"salted sha256 {str(value['sha256'])[:16]}..."
    return short(value)


# --- detect -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """One of the ways to tell, its answer, and why. z: of a watermark."""

    name: str
    answer: str
    why: str
    z: float | None = None


@dataclass(frozen=True)
class Detection:
    """Whether a sora made a file. lines: one per way to tell. detected: whether any of them says so."""

    path: str
    lines: tuple[Line, ...]
    detected: bool


def detection(file: str, model: Model | None = None) -> Detection:
    """By each way to tell, whether a sora made a file. model: what reads the mark in the noise; None = not looked for.

    Raises MediaError for what cannot be read.
    """
    lines = tuple(_lines(file, model))
    return Detection(file, lines, any(line.answer == DETECTED for line in lines))


def detect(files: Sequence[str], *, deep: bool, check: bool, as_json: bool) -> None:
    """Say of each file, by each way to tell, whether a sora made it. Raises CheckError if `check` and one was not.

    deep: look for the mark in the noise that it was painted from as well, with the default model.
    """
    results, broken = [], []
    model = reader() if deep else None
    for file in files:
        try:
            found = detection(file, model)
        except SoraError as error:
            broken.append(error)
            continue
        results.append(dataclasses.asdict(found))
        if not as_json:
            print_rows([(file, ""), *((f"  {line.name:<22} {line.answer:<13}", line.why) for line in found.lines)])
    if broken:
        raise type(broken[0])(str(broken[0]), broken[0].code, results)
    missed = [result["path"] for result in results if not result["detected"]]
    if check and missed:
        more = f" and {len(missed) - 1} more" if len(missed) > 1 else ""
        raise CheckError(f"{printable(missed[0])}{more}: not detected, which is no proof", "not_detected", results)
    if as_json:
        emit(results)


def reader() -> Model:
    """The model by which noise is read."""
    from soracli import models
    from soracli.weights import manifest

    card = manifest.card()
    if card.causal:
        raise UsageError(f"--deep: cannot be read by model '{card.name}', whose latent frames hang together", "no_deep")
    return models.load(card, manifest.paths(card))


def _lines(file: str, model: Model | None) -> list[Line]:
    from soracli import media
    from soracli.media.read import decoded, opened
    from soracli.provenance import credentials, watermark

    if Path(file).is_dir():
        credential, clip = _credential(file), media.read(file)
    else:
        with opened(file) as (place, _):  # standard input can be read once only
            credential, clip = credentials.read(place), decoded(place)[0]
    own = [identity.mark for identity in keys.known()]
    lines = [_by_credential(credential), _by_mark("mark of any sora", clip.frames, [watermark.PUBLIC])]
    lines += [_by_mark("mark of this sora", clip.frames, own)] if own else []
    return lines + ([_by_noise(model, clip)] if model is not None else [])


def _by_credential(found: Credential) -> Line:
    name = "content credential"
    sora = found.maker.split(" ")[0] == "soracli"
    if found.state == "none":
        return Line(name, NOT_DETECTED, "the file has none, or it was taken out")
    if found.state != "intact":
        return Line(name, CANNOT_TELL, f"there is one, and it does not hold ({short(', '.join(found.problems))})")
    if found.ours and sora:
        return Line(name, DETECTED, f"intact, signed by {_SIGNERS[found.signer]}")
    if sora:
        return Line(name, CANNOT_TELL, f"intact and says sora; signer {_SIGNERS[found.signer]}")
    return Line(name, NOT_DETECTED, f"intact, of another program ({short(found.maker)})")


def _by_mark(name: str, frames: Frames, secrets: Sequence[bytes]) -> Line:
    """The best of some keys, as the clip stands, and over crops if that says nothing."""
    from soracli.provenance import watermark

    if min(frames.shape[1:3]) < watermark.SMALLEST:
        return Line(name, CANNOT_TELL, f"a picture under {watermark.SMALLEST} pixels a side holds too little of it")
    detector = watermark.Detector()
    detector.add(frames)
    best = max((detector.score(key) for key in secrets), key=lambda score: score.z)
    if not best.found:
        best = max((detector.search(key) for key in secrets), key=lambda score: score.searched or 0.0)
    shown = f"z {best.z:.1f}, {watermark.FOUND:g} is needed (chance of a false alarm {_chance(watermark.FOUND)})"
    if best.z >= watermark.FOUND:
        return Line(name, DETECTED, shown, best.z)
    if best.found and best.searched is not None:
        part = "" if best.crop is None else f" of a crop to {best.crop[2]:.0%} x {best.crop[3]:.0%}"
        mirror = ", mirrored" if best.mirrored else ""
        shown = f"z {best.searched:.1f}{part}{mirror}; {watermark.FOUND_BY_SEARCH:g} is needed where crops are tried"
        return Line(name, DETECTED, shown, best.searched)
    doubtful = best.z >= watermark.DOUBTFUL or (best.searched or 0.0) >= watermark.DOUBTFUL_BY_SEARCH
    return Line(name, CANNOT_TELL if doubtful else NOT_DETECTED, shown, best.z)


def _by_noise(model: Model, clip: Clip) -> Line:
    """The mark in the noise, in whatever model and with whatever prompt the clip was painted."""
    from soracli.sampling import noise_mark

    name, tries = "mark in the noise", noise_mark.tries(len(clip.frames))
    found = noise_mark.read(model, clip.frames, clip.fps, noise_mark.PUBLIC)
    chance = _chance(noise_mark.FOUND, tries)
    shown = f"z {found.z:.1f}, the best of {tries:,}; {noise_mark.FOUND:g} is needed (chance of a false alarm {chance})"
    if found.z >= noise_mark.FOUND:
        return Line(name, DETECTED, shown + (", mirrored" if found.mirrored else ""), found.z)
    return Line(name, CANNOT_TELL if found.z >= noise_mark.DOUBTFUL else NOT_DETECTED, shown, found.z)


def _chance(z: float, tries: int = 1) -> str:
    """Of so many normal variables, one above z, for people: `1 in 3.5 million`."""
    return f"1 in {2 / math.erfc(z / math.sqrt(2)) / tries / 1e6:.1f} million"


# --- keys -------------------------------------------------------------------------------------------------------------


def keys_show(*, as_json: bool) -> None:
    """Make keys if there are none, and say what they are. Never a secret."""
    own = keys.load()
    told = [_identity(identity) for identity in own.all]
    if as_json:
        emit({"folder": str(keys.folder()), "current": told[0], "retired": told[1:]})
        return
    rows = [("folder", printable(keys.folder())), ("authority", told[0]["authority"]), ("from", told[0]["begins"])]
    rows += [("until", told[0]["expires"]), ("algorithm", "ES256, with a watermark key of 256 bits")]
    rows += [("retired", f"{old['authority']}, from {old['begins']}") for old in told[1:]]
    print_rows(rows, 10)


def keys_new(*, as_json: bool) -> None:
    keys.renew()
    keys_show(as_json=as_json)


def keys_export(output: str | None, *, force: bool, as_json: bool) -> None:
    """The authority's certificate: to a file, or as text."""
    if output in (None, "-"):
        text = keys.load().identity.authority
        emit({"certificate": text}) if as_json else print_out(text)
        return
    assert output is not None
    keys.export(Path(output), force=force)
    emit({"path": output}) if as_json else print_out(f"{printable(output)}\n")


def _identity(identity: Identity) -> dict[str, str]:
    return {
        "authority": identity.fingerprint,
        "begins": f"{identity.begins:%Y-%m-%d}",
        "expires": f"{identity.expires:%Y-%m-%d}",
    }
