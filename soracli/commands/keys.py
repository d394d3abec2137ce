"""`sora keys`: what results are signed and marked with."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from soracli.console.output import emit, print_out, print_rows
from soracli.formatting import printable
from soracli.provenance import keys

if TYPE_CHECKING:
    from soracli.provenance.keys import Identity


def show(*, as_json: bool) -> None:
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


def new(*, as_json: bool) -> None:
    """Make new keys, keep the old ones for `sora verify`, and print both."""
    keys.renew()
    show(as_json=as_json)


def export(output: str | None, *, force: bool, as_json: bool) -> None:
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
