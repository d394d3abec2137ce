"""`sora verify`: what a file's content credential says. What it prints is its result."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from soracli.console.output import emit, print_rows
from soracli.console.progress import Talk
from soracli.errors import CheckError, UsageError
from soracli.formatting import argument, printable, short
from soracli.provenance import keys

if TYPE_CHECKING:
    from soracli.provenance.credentials import Credential

MOST_TRUST = 1_000_000  # bytes of a file of certificates
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
SIGNERS = {
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
    return read_credential(file, _anchors(trust))


def check(file: str, found: Credential) -> None:
    """Raise CheckError unless a credential holds."""
    data = {"path": file, **dataclasses.asdict(found)}
    if found.state == "none":
        why = f"has no content credential; see also: sora detect {argument(file)}"
        raise CheckError(f"{printable(file)}: {why}", "no_credential", data)
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


def read_credential(file: str, anchors: Sequence[str] = ()) -> Credential:
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
    rows.append(("signer", f"{SIGNERS[found.signer]} ({short(found.name)})"))
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
        whose = f"; signed by {SIGNERS[given.signer]}" if given.signer else ""
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
