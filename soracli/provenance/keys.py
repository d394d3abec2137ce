"""The keys of this installation: a certificate to sign with, and the secret of its watermark. Made on first use.

They are in `FOLDER/keys`: the folder is 0700, each file 0600. FOLDER is what SORA_CONFIG_DIR says, else the user's
configuration folder (XDG_CONFIG_HOME on Linux). The certificate is signed by an authority made for it alone, whose
key is thrown away at once: nobody can make another certificate under it. `renew` retires keys and does not forget them:
what they signed and marked stays known as this installation's own.
"""

from __future__ import annotations

import contextlib
import datetime
import hmac
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from soracli.errors import WeightsError
from soracli.formatting import printable
from soracli.system import part_files

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey, EllipticCurvePublicKey
    from cryptography.x509 import Certificate, KeyUsage, Name

YEARS = 20
CURRENT, RETIRED = "current", "retired"
AUTHORITY, CERTIFICATE, KEY, MARK = "authority.pem", "certificate.pem", "key.pem", "watermark.key"
MARK_BYTES = 32
_REMEDY = "make new ones with: sora keys new"


@dataclass(frozen=True)
class Identity:
    """What is known of keys in use or retired. Never the signing key.

    authority: its certificate, PEM. serial: of the signing certificate. fingerprint: short sha256 of the authority.
    expires: of the signing certificate. mark: the secret of the watermark.
    """

    authority: str
    serial: int
    fingerprint: str
    begins: datetime.datetime
    expires: datetime.datetime
    mark: bytes


@dataclass(frozen=True)
class Keys:
    """chain: signing certificate and its authority, PEM. key: PKCS #8, PEM. retired: newest first."""

    identity: Identity
    chain: str
    key: str
    retired: tuple[Identity, ...]

    @property
    def all(self) -> tuple[Identity, ...]:
        """The current key and the retired ones."""
        return (self.identity, *self.retired)


def folder() -> Path:
    """Where the keys are, or will be."""
    import platformdirs

    own = os.environ.get("SORA_CONFIG_DIR")
    return (Path(own) if own else platformdirs.user_config_path("soracli")) / "keys"


def exist() -> bool:
    """Whether this installation has keys."""
    return (folder() / CURRENT).is_dir()


def load() -> Keys:
    """The keys, made if there are none.

    Raises WeightsError if they cannot be made, do not belong together, or do not hold at this time.
    """
    place = folder() / CURRENT
    with _explained(folder()):
        if not exist():
            _make(folder())
    with _explained(place):
        chain = (place / CERTIFICATE).read_text("ascii")
        key = (place / KEY).read_text("ascii")
        identity, retired = _identity(place), _retired()
        _check_pair(chain, key)
    now = datetime.datetime.now(datetime.UTC)
    if now > identity.expires:
        raise WeightsError(
            f"{printable(place / CERTIFICATE)}: expired on {identity.expires:%Y-%m-%d}; "
            "make new keys with: sora keys new",
            "keys_expired",
        )
    if now < identity.begins:
        raise WeightsError(
            f"{printable(place / CERTIFICATE)}: holds from {identity.begins:%Y-%m-%d} on, and this computer's clock "
            "is before that; set the clock",
            "keys_not_yet",
        )
    return Keys(identity, chain, key, retired)


def known() -> tuple[Identity, ...]:
    """Keys in use and retired, without making any: for looking at files. None of those that nobody here may read."""
    with _explained(folder()):
        try:
            return (*([_identity(folder() / CURRENT)] if exist() else []), *_retired())
        except PermissionError:
            return ()


def hidden() -> str:
    """A sentence if there are keys that this user may not read, so that they are not known again; else nothing."""
    try:
        next(folder().glob("*"), None)
        unread = exist() and not os.access(folder() / CURRENT / AUTHORITY, os.R_OK)
    except PermissionError:
        unread = True
    return (
        f"{printable(folder())}/ cannot be read; what this installation has signed is not known again."
        if unread
        else ""
    )


def seal(data: bytes) -> str:
    """A code that says that this installation has written some data, for files that it reads again; hex.

    Raises WeightsError as `load` does.
    """
    return _code(load().identity.mark, data)


def sealed(data: bytes, code: str) -> bool:
    """Whether keys in use or retired have made the code."""
    return any(hmac.compare_digest(_code(own.mark, data), code) for own in known())


def _code(secret: bytes, data: bytes) -> str:
    own = hmac.digest(secret, b"soracli: files of this installation", "sha256")  # not the watermark's own secret
    return hmac.digest(own, data, "sha256").hex()


def renew() -> Keys:
    """Retire the keys in use, if there are any, and make new ones. The old signing key is deleted."""
    place = folder()
    with _explained(place), _draft(place) as draft:  # the new ones are on the disk before anything happens to the old
        if exist():
            old = place / RETIRED / f"{datetime.datetime.now(datetime.UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(2)}"
            old.parent.mkdir(mode=0o700, exist_ok=True)
            (place / CURRENT).rename(old)
            try:
                draft.rename(place / CURRENT)
            except BaseException:
                old.rename(place / CURRENT)
                raise
            part_files.drop(old / KEY, old)
        else:
            draft.rename(place / CURRENT)
    return load()


def export(target: Path, *, force: bool) -> None:
    """Write the authority's certificate: it lets others check what was signed here, and holds no secret."""
    from soracli import media

    media.write_text(target, load().identity.authority, force=force)


# --- files ------------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def _explained(place: Path) -> Iterator[None]:
    """Errors of the system and of what the files say, in our words. place: the folder that is read or made."""
    try:
        yield
    except OSError as error:
        if isinstance(error, FileNotFoundError) and place.is_dir():
            what = f"{printable(error.filename)}: is missing among the signing keys"
            raise WeightsError(f"{what}; {_REMEDY}", "keys") from error
        raise WeightsError(
            f"{printable(place)}/: signing keys cannot be kept or read there ({error.strerror}); "
            "set SORA_CONFIG_DIR to a folder that can be written",
            "keys_folder",
        ) from error
    except ValueError as error:  # not PEM, not ASCII, not a certificate
        raise WeightsError(f"{printable(place)}/: the signing keys are damaged ({error}); {_REMEDY}", "keys") from error


def _retired() -> tuple[Identity, ...]:
    """Newest first; damaged ones are passed over."""
    found = []
    for old in sorted((folder() / RETIRED).glob("*"), reverse=True):
        with contextlib.suppress(OSError, ValueError):
            found.append(_identity(old))
    return tuple(found)


def _identity(place: Path) -> Identity:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes

    authority = (place / AUTHORITY).read_text("ascii")
    certificate = x509.load_pem_x509_certificate((place / CERTIFICATE).read_bytes())
    mark = bytes.fromhex((place / MARK).read_text("ascii"))
    if len(mark) != MARK_BYTES:
        raise ValueError(f"{MARK} holds {len(mark)} bytes, not {MARK_BYTES}")
    printed = x509.load_pem_x509_certificate(authority.encode()).fingerprint(hashes.SHA256()).hex()[:16]
    begins, expires = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    return Identity(authority, certificate.serial_number, printed, begins, expires, mark)


def _check_pair(chain: str, key: str) -> None:
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    certificate = x509.load_pem_x509_certificates(chain.encode())[0]
    if load_pem_private_key(key.encode(), None).public_key() != certificate.public_key():
        raise ValueError(f"{KEY} does not belong to {CERTIFICATE}")


def _make(place: Path) -> None:
    """Write new keys, all or none. Two that start at once agree on those of the faster one."""
    with _draft(place) as draft:
        try:
            draft.rename(place / CURRENT)
        except OSError:
            if not exist():
                raise


@contextlib.contextmanager
def _draft(place: Path) -> Iterator[Path]:
    """New keys in a folder of their own, whole and on the disk; gone in the end unless it was renamed."""
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    place.chmod(0o700)
    draft = place / f".new-{secrets.token_hex(6)}"
    draft.mkdir(mode=0o700)
    try:
        for name, text in _drawn().items():
            handle = os.open(draft / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with open(handle, "w", encoding="ascii") as file:
                file.write(text)
                file.flush()
                os.fsync(handle)
        yield draft
    finally:
        part_files.drop_folder(draft, place)


# --- certificates -----------------------------------------------------------------------------------------------------


def _drawn() -> dict[str, str]:
    """New keys: file name -> text."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID

    root, leaf = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    tag = secrets.token_hex(4)  # no name of a person or a computer
    issuer, subject = _name(f"soracli authority {tag}"), _name(f"soracli installation {tag}")

    def certificate(name: Name, public: EllipticCurvePublicKey, *, is_authority: bool) -> Certificate:
        now = datetime.datetime.now(datetime.UTC)
        usage = ["key_cert_sign", "crl_sign"] if is_authority else ["digital_signature"]
        builder = (
            x509.CertificateBuilder(issuer, name, public, x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1))  # clocks differ
            .not_valid_after(now + datetime.timedelta(days=365 * YEARS))
            .add_extension(x509.BasicConstraints(is_authority, 0 if is_authority else None), critical=True)
            .add_extension(_usage(*usage), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(root.public_key()), critical=False)
        )
        if not is_authority:  # the one purpose that every reader of content credentials takes unasked
            purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION])
            builder = builder.add_extension(purpose, critical=False)
        return builder.sign(root, hashes.SHA256())

    def pem(made: Certificate) -> str:
        return made.public_bytes(serialization.Encoding.PEM).decode("ascii")

    authority = pem(certificate(issuer, root.public_key(), is_authority=True))
    own = pem(certificate(subject, leaf.public_key(), is_authority=False))
    return {
        AUTHORITY: authority, CERTIFICATE: own + authority, KEY: _pkcs8(leaf), MARK: secrets.token_hex(MARK_BYTES)
    }  # fmt: skip


def _name(common: str) -> Name:
    from cryptography import x509

    names = {x509.NameOID.COMMON_NAME: common, x509.NameOID.ORGANIZATION_NAME: "soracli, self-signed"}
    return x509.Name([x509.NameAttribute(kind, text) for kind, text in names.items()])


def _pkcs8(key: EllipticCurvePrivateKey) -> str:
    from cryptography.hazmat.primitives import serialization as s

    return key.private_bytes(s.Encoding.PEM, s.PrivateFormat.PKCS8, s.NoEncryption()).decode("ascii")


def _usage(*allowed: str) -> KeyUsage:
    from cryptography import x509

    every = (
        "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
        "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
    )  # fmt: skip
    return x509.KeyUsage(**{use: use in allowed for use in every})
