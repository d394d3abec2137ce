"""Where a result comes from, written into it: the watermark on its way to the encoder, the C2PA credential after it.

`Stamp` is what `media.Writer` calls for both. A credential says what was done (created, edited, composed), with which
inputs, each with its own credential if it has one, and the recipe without its texts: a prompt is there as a salted
hash, which proves a prompt to whoever knows it and tells it to nobody. The signature is this installation's own
(`keys`). Nothing here asks the network, but for a time-stamp authority if SORA_TSA names one.
"""

from __future__ import annotations

import datetime
import hashlib
import io
import os
import secrets
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from soracli import __version__
from soracli.errors import SoraError
from soracli.formatting import printable
from soracli.media import DIGEST
from soracli.media.formats import Format
from soracli.media.frame_files import RECORD
from soracli.media.source import Recipe
from soracli.provenance import credentials, keys, watermark
from soracli.provenance.ingredients import EDITS, JOINS, TAKES, Ingredient, label
from soracli.provenance.keys import Keys
from soracli.system.signals import deferred
from soracli.types import Frames, Mask

if TYPE_CHECKING:
    from c2pa import Builder, Signer

# What a credential keeps of a recipe, and a file whose texts are left out: how it was painted, and digests of what it
# was made from. All else is left out, whatever it is called: it was typed by the user, or may come to be.
KEPT = frozenset((
    "soracli", "verb", "model", "weights", "width", "height", "frames", "fps", "steps", "guidance", "shift", "solver",
    "seed", "loras", "packing", "tiles", "guidance_interval", "cache", "compile", "inputs", "fit", "before", "after",
    "loop", "overlap", "strength", "start", "stop", "style_ref", "outpaint", "by", "mode", "views", "allow_partial",
    "enlarged", "noise", "policy", "review", "scale", "frame", "time", "latents", "difference", "worst", "psnr",
    "first", "identical", "slow", "denoise", "double", "between", "networks", "look", "engine", "move", DIGEST,
))  # fmt: skip
_SOURCE_TYPES = "http://cv.iptc.org/newscodes/digitalsourcetype/"
_MADE, _EDITED, _JOINED = "trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia", "compositeSynthetic"
_SHOWN = "composite"
_SHOWS = ("sheet", "compare")  # of these, those that paint nothing of their own
_LOOKED_AT = 48  # frames of a source in which an earlier mark is looked for


def without_texts(recipe: Recipe) -> Recipe:
    """A recipe without the texts that the user typed and without the names of files."""
    kept = {name: _nameless(value) for name, value in recipe.items() if name in KEPT}
    return kept | {"loras": [_unnamed(one) for one in kept["loras"]]} if kept.get("loras") else kept


def _nameless(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _nameless(inner) for key, inner in value.items() if key != "name"}
    return [_nameless(inner) for inner in value] if isinstance(value, list) else value


def _unnamed(adapter: list[Any]) -> list[Any]:
    """[name, scale] of an adapter that everybody can get, [empty, scale, digest] of a file."""
    return adapter if len(adapter) < 3 else ["", *adapter[1:]]


class Stamp:
    """Marks the frames of one result and signs its file.

    verb, recipe: what was done, and how. given: its inputs. painted: whether any pixel is ours, that is, to be marked.
    prompt: for its hash. marked: frames of a source all of whose pixels go into the result; a mark that they carry is
    not put on twice.
    """

    def __init__(
        self,
        verb: str,
        recipe: Recipe,
        given: Sequence[Ingredient],
        *,
        painted: bool = True,
        prompt: str = "",
        marked: Frames | None = None,
    ) -> None:
        self._keys = keys.load()
        self._verb, self._given, self._attested = verb, given, _salted(prompt)
        self._secrets = _missing(self._keys, marked) if painted else ()
        self._mark: watermark.Mark | None = None
        self._authority = os.environ.get("SORA_TSA") or None
        self.recipe = recipe
        self._marked = self._where(recipe, painted)
        self.notes: list[str] = []

    @property
    def details(self) -> dict[str, Any]:
        """For `--json`: whose signature is on it, and what the inputs' own credentials were found to be."""
        signer = self._keys.identity.fingerprint
        states = [given.state for given in self._given]
        return {"watermark": self._marked, "credential": {"authority": signer, "inputs": states}}

    def _where(self, recipe: Recipe, painted: bool) -> str:
        """What the recipe says of the watermark."""
        if not painted:
            return "none: nothing was painted"
        if min(recipe.get("width", watermark.SMALLEST), recipe.get("height", watermark.SMALLEST)) < watermark.SMALLEST:
            return "none: too small a picture"
        return "where it was painted" if self._secrets else "as the source has it"

    def mark(self, frames: Frames, painted: Mask | None) -> Frames:
        """The frames with the watermark; a pixel of which nothing was painted stays exactly as it is."""
        height, width = frames.shape[1:3]
        if not self._secrets or min(height, width) < watermark.SMALLEST or not len(frames):
            return frames
        if painted is not None and not painted.any():
            return frames
        if self._mark is None:
            self._mark = watermark.Mark(self._secrets, height, width)
        return self._mark.put(frames, painted)

    def seal(self, part: Path, sealed: Path, format: Format) -> bool:
        """Sign `part` into `sealed`; what `media.write.FrameStamper` says. A folder is signed frame by frame.

        Each frame of a folder has a credential of its own, with its number in it: frames are made to be taken out one
        by one, and a credential beside them would be lost as soon as one is. A random mark that all of them share says
        that they are one clip, and the digest of the record beside them that it is theirs.
        """
        if format.name != "frames":
            return self._sign(part, sealed, beside=format.sidecar)
        sealed.mkdir()
        frames = sorted(part.glob("*.png"))
        whole = {
            "of": len(frames),
            "clip": secrets.token_hex(16),
            "record": credentials.digest(part / RECORD),
        }
        for number, frame in enumerate(frames):
            self._sign(frame, sealed / frame.name, {"number": number, **whole})
        for other in part.iterdir():
            if other.suffix != ".png":
                shutil.copy2(other, sealed / other.name)
        return True

    def _sign(self, part: Path, sealed: Path, frame: dict[str, Any] | None = None, *, beside: bool = False) -> bool:
        from c2pa import C2paError

        try:
            self._sign_once(part, sealed, frame, beside=beside)
        except C2paError as error:
            if self._authority is None:
                raise _failed(error) from error
            why = printable(" ".join(str(error).split()))[:160]
            self.notes.append(f"{printable(self._authority)} gave no time stamp ({why}); signed without one.")
            self._authority = None
            try:
                self._sign_once(part, sealed, frame, beside=beside)
            except C2paError as again:
                raise _failed(again) from again
        return not beside

    def _sign_once(self, part: Path, sealed: Path, frame: dict[str, Any] | None, *, beside: bool) -> None:
        from c2pa import C2paError

        builder = self._builder(frame)
        if beside:
            builder.set_no_embed()
        with deferred(), part.open("rb") as source, _signer(self._keys, self._authority) as signer:
            kind = credentials.mime(source.read(64))
            source.seek(0)
            with _Target(sealed, "w+b") as target:
                try:
                    data = builder.sign(signer, kind, source, target)
                except C2paError:
                    if target.failed is not None:
                        raise target.failed from None
                    raise
            if beside:  # the library has copied the file; the credential is all that is wanted
                sealed.write_bytes(data)

    def _builder(self, frame: dict[str, Any] | None) -> Builder:
        from c2pa import Builder

        told = self._told()
        assertions = [{"label": "c2pa.actions.v2", "data": {"actions": self._actions()}}]
        assertions.append({"label": credentials.RECIPE, "data": told})
        if frame is not None:
            assertions.append({"label": credentials.FRAME, "data": frame})
        claim = {"claim_generator_info": [{"name": "soracli", "version": __version__}], "assertions": assertions}
        builder = Builder(claim, credentials.context([self._keys.identity.authority]))
        for origin in self._given:
            builder.add_ingredient_from_archive(io.BytesIO(origin.packed))
        return builder

    def _told(self) -> dict[str, Any]:
        """The recipe as the credential holds it: the prompt as a hash, other texts and names left out."""
        told = without_texts(self.recipe) | {"watermark": self._marked}
        if not told.get(DIGEST):
            told.pop(DIGEST, None)  # known at the very end, and in the file's own recipe then
        return told | ({"prompt": self._attested} if self._attested else {})

    def _actions(self) -> list[dict[str, Any]]:
        """What was done, in the words of C2PA 2.2, section 18.15."""
        now = f"{datetime.datetime.now(datetime.UTC):%Y-%m-%dT%H:%M:%SZ}"
        agent = {"softwareAgent": {"name": "soracli", "version": __version__}, "when": now}
        count = len(self._given)
        if self._verb in EDITS and self._given:
            actions = [
                {"action": "c2pa.opened", **_using(range(1))},
                {"action": "c2pa.edited", "digitalSourceType": _SOURCE_TYPES + _EDITED, **_using(range(1, count))},
            ]
        elif self._verb in TAKES and self._given:
            actions = [{"action": "c2pa.opened", **_using(range(1))}, {"action": "c2pa.converted"}]
        elif self._verb in JOINS and self._given:
            kind = _SHOWN if self._verb in _SHOWS else _JOINED
            actions = [
                {"action": "c2pa.created", "digitalSourceType": _SOURCE_TYPES + kind},
                {"action": "c2pa.placed", **_using(range(count))},
            ]
        else:
            actions = [{"action": "c2pa.created", "digitalSourceType": _SOURCE_TYPES + _MADE, **_using(range(count))}]
        if self._mark is not None:
            actions.append({"action": "c2pa.watermarked.unbound"})
        return [action | agent for action in actions]


def _salted(prompt: str) -> dict[str, str]:
    """A hash that proves a prompt to whoever knows it; nothing for none."""
    salt = secrets.token_hex(16)
    return {"salt": salt, "sha256": hashlib.sha256((salt + prompt).encode()).hexdigest()} if prompt else {}


class _Target(io.FileIO):
    """A file that remembers why it could not be written: the library says only that it could not."""

    failed: OSError | None = None

    def write(self, data: Any) -> int:
        try:
            view = memoryview(data)
            while view:  # a disk that fills up takes a part first
                view = view[super().write(view) :]
        except OSError as error:
            self.failed = error
            raise
        return len(data)


def _failed(error: Exception) -> SoraError:
    return SoraError(f"the result could not be signed ({error}); please report this", "sign_failed")


def _signer(own: Keys, authority: str | None) -> Signer:
    from c2pa import C2paSignerInfo, Signer

    return Signer.from_info(
        C2paSignerInfo(b"es256", own.chain.encode(), own.key.encode(), authority.encode() if authority else None)
    )


def _missing(own: Keys, marked: Frames | None) -> tuple[bytes, ...]:
    """The secrets whose mark is not on these frames yet."""
    wanted = (watermark.PUBLIC, own.identity.mark)
    if marked is None:
        return wanted
    detector = watermark.Detector()
    detector.add(marked[:_LOOKED_AT])
    return tuple(key for key in wanted if not detector.score(key).found)


def _using(numbers: range) -> dict[str, Any]:
    """The part of an action that names its inputs."""
    return {"parameters": {"ingredientIds": [label(number) for number in numbers]}} if numbers else {}
