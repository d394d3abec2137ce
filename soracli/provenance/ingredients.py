"""Ingredients of a credential (C2PA): the inputs of a result, with their own credentials looked at."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from soracli.errors import MediaError
from soracli.formatting import printable
from soracli.media.frame_files import frame_files
from soracli.media.source import Source, state_of
from soracli.provenance import credentials, keys
from soracli.system.signals import deferred

EDITS = ("extend", "edit", "inpaint", "vary", "enhance")  # verbs whose input is the work itself
TAKES = ("frame", "decode", "curate")  # verbs that pass on their input, or a part of it, in another form
JOINS = ("blend", "sheet", "compare")  # verbs that put several works into one


@dataclass(frozen=True)
class Ingredient:
    """An input, ready to be named in a credential.

    title: its file name. state: of its own credential (`credentials.Credential.state`). note: a sentence if something
    is wrong with that, else empty. packed: everything about it, as the library stores it.
    """

    title: str
    state: str
    note: str
    packed: bytes


def ingredients(verb: str, sources: Sequence[Source], *, titles: bool = True) -> tuple[Ingredient, ...]:
    """The inputs of a verb, with their own credentials looked at. titles: whether to keep the names of the files.

    An edit has one parent, its first input; what else it is given is something to go by.
    """
    relations = ["componentOf" if verb in JOINS else "inputTo"] * len(sources)
    if verb in (*EDITS, *TAKES):
        relations[:1] = ["parentOf"]
    return tuple(
        _ingredient(i, source, relation, titles=titles)
        for i, (source, relation) in enumerate(zip(sources, relations, strict=True))
    )


def of_latents(path: Path, *, titles: bool = True) -> Ingredient:
    """Latents that were given, ready to be named: nothing is known of where they come from."""
    title = printable(path.name)
    told = {"title": title if titles else "input", "relationship": "parentOf", "label": label(0)}
    return Ingredient(title, "none", "", _plain(told, "application/octet-stream"))


def label(number: int) -> str:
    """By which the actions of a credential name an input."""
    return f"input{number}"


def _ingredient(number: int, source: Source, relation: str, *, titles: bool) -> Ingredient:
    title = "standard input" if source.data is not None else printable(source.path.name)
    found, path = _look(source)
    if source.state and state_of(source.path) != source.state:
        raise MediaError(f"{title}: was changed while it was in use; start again", "changed_input")
    problem = next((code for code in found.problems if code != credentials.UNTRUSTED), "")
    note = {
        "changed": f"{printable(title)} is not what its content credentials were made for ({problem}): it was changed "
        "since. The result says so too.",
        "invalid": f"{printable(title)} has content credentials by a certificate that does not hold ({problem}).",
        "unreadable": f"{printable(title)} has content credentials that cannot be read, or is damaged ({problem}).",
    }.get(found.state, "")
    told = {"title": title if titles else "input", "relationship": relation, "label": label(number)}
    return Ingredient(title, found.state, note, _packed(told, source, path, found))


def _look(source: Source) -> tuple[credentials.Credential, Path]:
    """(the credential of an input, the file that stands for it): of a folder the worst, and the first frame."""
    if source.data is not None:
        return credentials.read_stream(io.BytesIO(source.data)), source.path
    if not source.path.is_dir():
        return credentials.read(source.path), source.path
    return credentials.read_folder(source.path), frame_files(source.path)[0]


def _plain(told: dict[str, Any], kind: str) -> bytes:
    """An input as the library stores it, without a credential."""
    from c2pa import Builder

    packed = io.BytesIO()
    builder = Builder({"assertions": [], "ingredients": [told | {"format": kind}]}, credentials.context([]))
    builder.write_ingredient_archive(told["label"], packed)
    return packed.getvalue()


def _packed(told: dict[str, Any], source: Source, path: Path, found: credentials.Credential) -> bytes:
    """An input as the library stores it, with its own credential, wherever that is."""
    from c2pa import Builder, C2paError

    if source.path.is_dir() and found.state not in ("intact", "none"):  # its first frame alone may be as it was
        return _plain(told, "image/png")
    context = credentials.context([identity.authority for identity in keys.known()])
    packed = io.BytesIO()
    with deferred(), io.BytesIO(source.data) if source.data is not None else path.open("rb") as file:
        kind = credentials.mime(file.read(64))
        file.seek(0)
        builder = Builder({"assertions": []}, context)
        beside = credentials.manifest(path) if found.where == "beside" else None
        if beside is not None:
            data, store, results = beside
            builder.add_resource("credential", io.BytesIO(data))
            told |= {"active_manifest": store["active_manifest"], "validation_results": results}
            told |= {"manifest_data": {"format": "application/c2pa", "identifier": "credential"}}
        try:
            builder.add_ingredient(told, kind, file)
        except C2paError:  # a file that we can decode and the library cannot parse: named, without its credential
            return _plain(told, kind)
    builder.write_ingredient_archive(told["label"], packed)
    return packed.getvalue()
