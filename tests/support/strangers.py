"""Files as a stranger would sign them: certificates of any name and serial number, claims of any shape."""

from __future__ import annotations

import datetime
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from c2pa import Builder, C2paSignerInfo, Context, Settings, Signer
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from PIL import Image

from soracli.provenance import keys as ours

SOURCE = "http://cv.iptc.org/newscodes/digitalsourcetype/"
CAPTURED = [{"action": "c2pa.created", "digitalSourceType": SOURCE + "digitalCapture"}]


class Signing(NamedTuple):
    """chain, key, authority: PEM."""

    chain: str
    key: str
    authority: str


def certificate(serial: int | None = None, subject: str = "soracli installation evil") -> Signing:
    """serial: of the signing certificate; a victim's own is in all that the victim has signed."""
    root, leaf = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    now = datetime.datetime.now(datetime.UTC)

    def name(text: str) -> x509.Name:
        kinds = {NameOID.COMMON_NAME: text, NameOID.ORGANIZATION_NAME: "soracli, self-signed"}
        return x509.Name([x509.NameAttribute(kind, value) for kind, value in kinds.items()])

    def made(whose: x509.Name, public: Any, number: int, *uses: str, authority: bool = False) -> str:
        builder = (
            x509.CertificateBuilder(name("evil authority"), whose, public, number)
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=7300))
            .add_extension(x509.BasicConstraints(authority, 0 if authority else None), critical=True)
            .add_extension(ours._usage(*uses), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(root.public_key()), critical=False)
        )
        if not authority:
            purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION])
            builder = builder.add_extension(purpose, critical=False)
        return builder.sign(root, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()

    number = x509.random_serial_number()
    top = made(name("evil authority"), root.public_key(), number, "key_cert_sign", "crl_sign", authority=True)
    own = made(name(subject), leaf.public_key(), serial or x509.random_serial_number(), "digital_signature")
    return Signing(own + top, ours._pkcs8(leaf), top)


def sign(
    path: str,
    signing: Signing,
    *,
    actions: Sequence[dict[str, Any]] = CAPTURED,
    recipe: Any = None,
    inputs: Sequence[tuple[dict[str, Any], str]] = (),
    anchors: str = "",
) -> None:
    """A PNG with a claim. inputs: (what is told of one, its file). anchors: whom the signer trusts."""
    settings: dict[str, Any] = {
        "builder": {"thumbnail": {"enabled": False}},
        "verify": {"remote_manifest_fetch": False},
        **({"trust": {"trust_anchors": anchors}} if anchors else {}),
    }
    assertions: list[dict[str, Any]] = [{"label": "c2pa.actions.v2", "data": {"actions": list(actions)}}]
    assertions += [] if recipe is None else [{"label": "soracli.recipe", "data": recipe}]
    claim = {"claim_generator_info": [{"name": "soracli", "version": "0.1.0"}], "assertions": assertions}
    builder = Builder(claim, Context(Settings.from_dict(settings)))
    for told, file in inputs:
        with open(file, "rb") as source:
            builder.add_ingredient(told, "image/png", source)
    picture = io.BytesIO()
    Image.new("RGB", (64, 64), (40, 80, 120)).save(picture, "PNG")
    picture.seek(0)
    signer = Signer.from_info(C2paSignerInfo(b"es256", signing.chain.encode(), signing.key.encode(), None))
    with Path(path).open("w+b") as target:
        builder.sign(signer, "image/png", picture, target)
