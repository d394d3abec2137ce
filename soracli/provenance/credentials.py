"""Content credentials (C2PA) as they are read: whether a file is as it was signed, by whom, and what was said of it.

Nothing is fetched: a credential that is only named by an address counts as none. `intact` means that no byte that the
credential covers has changed since it was signed; who signed is another question, and only keys of this installation
and authorities that the user names are vouched for. Anybody can sign a lie.
"""

from __future__ import annotations

import dataclasses
import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from soracli.media.formats import sidecar_of
from soracli.media.frame_files import RECORD, frame_files
from soracli.provenance import keys
from soracli.system import parsing
from soracli.system.signals import deferred

if TYPE_CHECKING:
    from c2pa import Context

RECIPE, FRAME = "soracli.recipe", "soracli.frame"  # our own assertions
DEEPEST = 32  # generations of inputs that are told
LARGEST = 100_000_000  # bytes of a sidecar
UNTRUSTED = "signingCredential.untrusted"
_MAGIC = {
    b"\x89PNG": "image/png", b"\xff\xd8\xff": "image/jpeg", b"GIF8": "image/gif", b"II*\0": "image/tiff",
    b"MM\0*": "image/tiff", b"BM": "image/bmp", b"\x1aE\xdf\xa3": "video/x-matroska",
}  # fmt: skip
_BRANDS = {b"qt  ": "video/quicktime", b"avif": "image/avif", b"avis": "image/avif", b"heic": "image/heic"}
_NEVER_INSIDE = ("video/x-matroska", "video/webm", "image/bmp", "application/octet-stream")


@dataclass(frozen=True)
class Step:
    """One thing that was done. action: `c2pa.created`, ... source: the last word of its digital source type."""

    action: str
    source: str
    when: str


@dataclass(frozen=True)
class Credential:
    """What a credential says of a file, or of an input of a file.

    state: `intact`; `changed`, the file or the credential; `invalid`, as it was signed, by a certificate that does not
    hold; `none`; `unreadable`. where: `inside` or `beside` the file.
    signer: `this installation`, `this installation, retired`, `trusted`, `unknown`, or empty; name: what its
    certificate calls itself. problems: codes of the C2PA standard, or what went wrong while reading.
    maker: the program that signed. stamped: the time that an authority vouches for; when a step has a time of its own,
    that is by the signer's clock. frame: (number, of) in a folder of frames. clip: of such a frame, (a random mark that
    all frames of one clip share, sha256 of the record beside them). relation: of an input to the file.
    inputs: each manifest with its own inputs where it is met first, and without them if it is met again.
    """

    state: str
    title: str = ""
    relation: str = ""
    where: str = ""
    signer: str = ""
    name: str = ""
    problems: tuple[str, ...] = ()
    maker: str = ""
    steps: tuple[Step, ...] = ()
    recipe: dict[str, Any] = field(default_factory=dict)
    stamped: str = ""
    frame: tuple[int, int] | None = None
    clip: tuple[str, str] = ("", "")
    inputs: tuple[Credential, ...] = ()

    @property
    def ours(self) -> bool:
        """Whether this installation signed it."""
        return self.signer.startswith(OURS)


NONE = Credential("none")
OURS = "this installation"
_SHAPELESS = (LookupError, TypeError, ValueError, AttributeError, RecursionError)


def context(anchors: Sequence[str]) -> Context:
    """The library's settings: no network, no thumbnails, and whom to trust (PEM certificates)."""
    from c2pa import Context, Settings

    trust = {"trust": {"trust_anchors": "".join(anchors)}} if anchors else {}
    offline = {"verify": {"remote_manifest_fetch": False, "ocsp_fetch": False}}
    return Context(Settings.from_dict({"builder": {"thumbnail": {"enabled": False}}, **offline, **trust}))


def mime(head: bytes) -> str:
    """The kind of a file by its first bytes (64 or more); never by its name."""
    if head[4:8] == b"ftyp":
        return _BRANDS.get(head[8:12], "video/mp4")
    if head[:4] == b"RIFF":
        return {b"WEBP": "image/webp", b"AVI ": "video/avi"}.get(head[8:12], "application/octet-stream")
    found = next((kind for magic, kind in _MAGIC.items() if head.startswith(magic)), "application/octet-stream")
    return "video/webm" if found == "video/x-matroska" and b"webm" in head[:64] else found


def read(path: Path, anchors: Sequence[str] = ()) -> Credential:
    """The credential inside a file, or beside it. anchors: authorities trusted beside this installation's own."""
    with path.open("rb") as file:
        inside = read_stream(file, None, anchors)
        if inside.state != "none":
            return inside
        beside = _beside(path)
        return inside if beside is None else read_stream(file, beside, anchors)


def read_folder(path: Path, anchors: Sequence[str] = ()) -> Credential:
    """What all frames of a folder agree on: intact only if each is, all are of one clip, none is missing or in
    another's place, and the record beside them is the one that they were signed with."""
    found = [read(frame, anchors) for frame in frame_files(path)]
    if not found:
        return NONE
    worst = next((one for one in found if one.state != "intact"), None)
    if worst is not None:
        return worst
    first = found[0]
    if [one.frame for one in found] != [(i, len(found)) for i in range(len(found))]:
        return dataclasses.replace(first, state="changed", problems=("soracli.frames",))
    if len({(one.signer, one.name, one.clip) for one in found}) > 1:
        return dataclasses.replace(first, state="changed", problems=("soracli.clips",))
    if not all(first.clip):  # of an older version: which clip they are of, nobody can tell
        return dataclasses.replace(first, state="unreadable", problems=("soracli.clip.missing",))
    if first.clip[1] != digest(path / RECORD):
        return dataclasses.replace(first, state="changed", problems=("soracli.record",))
    return first


def digest(path: Path) -> str:
    """sha256 of a file; empty if there is none."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return ""


def read_stream(file: BinaryIO, beside: bytes | None = None, anchors: Sequence[str] = ()) -> Credential:
    """The same of an open file; beside: the contents of its sidecar, which counts if nothing is inside."""
    file.seek(0)
    kind = mime(file.read(64))
    inside = NONE if kind in _NEVER_INSIDE else _read(file, kind, None, anchors)
    return inside if inside.state != "none" or beside is None else _read(file, kind, beside, anchors)


def _read(file: BinaryIO, kind: str, beside: bytes | None, anchors: Sequence[str]) -> Credential:
    from c2pa import C2paError

    own = keys.known()
    try:
        store, state = _checked(file, kind, beside, [identity.authority for identity in own])
        if store is None:
            return NONE
        signer = "unknown"
        if state == "Valid" and anchors:
            state = _checked(file, kind, beside, anchors)[1]
            signer = "trusted" if state == "Trusted" else "unknown"
        elif state == "Trusted":
            signer = _whose(store, store["active_manifest"], own)
        ours = state == "Trusted" and signer.startswith(OURS)
        found = _Telling(store, own).manifest(store["active_manifest"], ours=ours)
        problems = _failures(store.get("validation_results", {}))
    except C2paError as error:
        return NONE if "ManifestNotFound" in str(error) else Credential("unreadable", problems=(str(error),))
    except _SHAPELESS as error:  # signed, and not of the standard's shape
        return Credential("unreadable", problems=(f"{type(error).__name__}: {error}",))
    held = "intact" if state in ("Valid", "Trusted") else _state(problems, "changed")
    where = "inside" if beside is None else "beside"
    return dataclasses.replace(found, state=held, where=where, signer=signer, problems=problems)


def _checked(
    file: BinaryIO, kind: str, beside: bytes | None, anchors: Sequence[str]
) -> tuple[dict[str, Any] | None, str]:
    """(all that is said, None if nothing is; `Trusted` by one of the anchors, `Valid` or `Invalid`)."""
    from c2pa import Reader

    file.seek(0)
    with deferred():
        reader = Reader.try_create(kind, file, beside, context(anchors))
        if reader is None:
            return None, ""
        with reader:
            return parsing.from_json(reader.json()), str(reader.get_validation_state())


def _whose(store: dict[str, Any], label: str, own: Sequence[keys.Identity]) -> str:
    """Whose certificate it is, once it is known that one of our authorities made it."""
    serial = str(store["manifests"].get(label, {}).get("signature_info", {}).get("cert_serial_number"))
    current = keys.exist() and str(own[0].serial) == serial
    return OURS if current else f"{OURS}, retired"


def manifest(path: Path) -> tuple[bytes, dict[str, Any], dict[str, Any]] | None:
    """(bytes, as JSON, results) of the sidecar of a file, None if it has none that can be read."""
    from c2pa import C2paError, Reader

    data = _beside(path)
    if data is None:
        return None
    own = [identity.authority for identity in keys.known()]
    try:
        with path.open("rb") as file, Reader(mime(file.read(64)), _rewound(file), data, context(own)) as reader:
            return data, parsing.from_json(reader.json()), reader.get_validation_results() or {}
    except C2paError:
        return None


def _rewound(file: BinaryIO) -> BinaryIO:
    file.seek(0)
    return file


def _beside(path: Path) -> bytes | None:
    for sidecar in (sidecar_of(path), path.with_suffix(".c2pa")):
        if sidecar != path and os.path.isfile(sidecar):
            with sidecar.open("rb") as file:
                data = file.read(LARGEST + 1)
            return data if len(data) <= LARGEST else b""  # which is no credential
    return None


class _Telling:
    """What one file says, manifest by manifest. One that was used many times is told with its own inputs once: a file
    of some kilobytes can name millions otherwise."""

    def __init__(self, store: dict[str, Any], own: Sequence[keys.Identity]) -> None:
        self._store, self._own = store, own
        self._met: set[str] = set()

    def manifest(self, label: str, *, ours: bool, depth: int = 0) -> Credential:
        """One manifest, and those of its inputs, as far as they are there. ours: whether keys of this installation
        have signed it, so that what it found its inputs to be is believed."""
        told = self._store["manifests"].get(label, {})
        signed = told.get("signature_info") or {}
        says = {assertion["label"].partition("__")[0]: assertion["data"] for assertion in told.get("assertions", [])}
        actions = (says.get("c2pa.actions.v2") or says.get("c2pa.actions") or {}).get("actions", [])
        maker = (told.get("claim_generator_info") or [{}])[0]
        recipe, frame = says.get(RECIPE, {}), says.get(FRAME)
        if not isinstance(recipe, dict):
            raise TypeError(f"{RECIPE} is a {type(recipe).__name__}")
        inputs = told.get("ingredients", []) if depth < DEEPEST and label not in self._met else []
        self._met.add(label)
        numbered = frame if isinstance(frame, dict) else None
        return Credential(
            "intact", name=str(signed.get("common_name") or signed.get("issuer") or ""),
            maker=" ".join(str(part) for part in (maker.get("name"), maker.get("version")) if part),
            steps=tuple(_step(action) for action in actions), recipe=recipe, stamped=str(signed.get("time") or ""),
            frame=None if numbered is None else (numbered["number"], numbered["of"]),
            clip=("", "") if numbered is None else (str(numbered.get("clip", "")), str(numbered.get("record", ""))),
            inputs=tuple(self._input(given, vouched=ours, depth=depth + 1) for given in inputs),
        )  # fmt: skip

    def _input(self, given: dict[str, Any], *, vouched: bool, depth: int) -> Credential:
        """What is said of an input: its state is that of the day on which it was used, as the signer found it.

        Its signer is this installation only if the signer of what it went into is: others may write what they like,
        and serial numbers are no secrets.
        """
        title, relation = str(given.get("title", "")), str(given.get("relationship", ""))
        label = given.get("active_manifest")
        if not label:
            return Credential("none", title, relation)
        problems = _failures(given.get("validation_results", {}))
        signed = self._store["manifests"].get(label, {}).get("signature_info", {})
        known = str(signed.get("cert_serial_number")) in {str(identity.serial) for identity in self._own}
        ours = vouched and not problems and known
        return dataclasses.replace(
            self.manifest(label, ours=ours, depth=depth), state=_state(problems, "intact"), title=title,
            relation=relation, problems=problems, signer=_whose(self._store, label, self._own) if ours else "unknown",
        )  # fmt: skip


def _step(action: dict[str, Any]) -> Step:
    source = str(action.get("digitalSourceType", "")).rpartition("/")[2]
    return Step(str(action.get("action")), source, str(action.get("when", "")))


def _state(problems: Sequence[str], otherwise: str) -> str:
    """What problems come to; otherwise: if there are none but that nobody vouches for the signer."""
    grave = set(problems) - {UNTRUSTED}
    if not grave:
        return otherwise
    return "invalid" if all(code.startswith("signingCredential.") for code in grave) else "changed"


def _failures(results: dict[str, Any]) -> tuple[str, ...]:
    """Codes of what was found wrong with a file, and with what its inputs brought along."""
    deltas = [delta.get("validationDeltas", {}) for delta in results.get("ingredientDeltas") or []]
    found = [entry for part in (results.get("activeManifest", {}), *deltas) for entry in part.get("failure", [])]
    return tuple(dict.fromkeys(str(entry["code"]) for entry in found))
