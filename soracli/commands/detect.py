"""`sora detect`: was a file made by some sora, by this one? By credential, by marks in pixels and noise."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from soracli.commands.verify import SIGNERS, read_credential
from soracli.console.output import emit, print_rows
from soracli.errors import CheckError, SoraError, UsageError, understood
from soracli.formatting import printable, short
from soracli.provenance import keys

if TYPE_CHECKING:
    from soracli.provenance.credentials import Credential
    from soracli.sampling.model import Model
    from soracli.types import Clip, Frames

DETECTED, NOT_DETECTED, CANNOT_TELL = "detected", "not detected", "cannot tell"


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
        except (SoraError, OSError) as error:
            broken.append(understood(error))
            continue
        results.append(dataclasses.asdict(found))
        if not as_json:
            print_rows([(file, ""), *((f"  {line.name:<22} {line.answer:<13}", line.why) for line in found.lines)])
    if broken:
        more = f" (and {len(broken) - 1} more cannot be read)" if len(broken) > 1 else ""
        raise type(broken[0])(f"{broken[0]}{more}", broken[0].code, results)
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
        credential, clip = read_credential(file), media.read(file)
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
        return Line(name, DETECTED, f"intact, signed by {SIGNERS[found.signer]}")
    if sora:
        return Line(name, CANNOT_TELL, f"intact and says sora; signer {SIGNERS[found.signer]}")
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
