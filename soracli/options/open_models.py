"""Per-request model options: LoRA, quantisation, VAE tiling, guidance interval, step caching, compile."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from soracli.card import Card
from soracli.errors import UsageError
from soracli.formatting import printable, suggest
from soracli.models.common import single_file
from soracli.options.flags import Flags
from soracli.resources.estimate import Plan
from soracli.types import Canvas, SamplingOptions
from soracli.weights import manifest

WHOLE = "whole"
PACKINGS = ("int8", "fp8")
OPEN = ("wan", "ltx")
KEPT = ("packing", "tiles", "guidance_interval", "cache", "compile")  # options that make other frames, beside `loras`
SMALLEST = 128  # pixels of a tile


def adapted(card: Card, flags: Flags) -> Card:
    """A card with what the flags say. Raises UsageError for a model that cannot honour one."""
    asked = card.options
    if flags.lora:
        asked = replace(asked, loras=_loras(flags.lora))
        for text, (name, scale) in zip(flags.lora, asked.loras, strict=True):
            if (adapter := named(name)) is None:
                _check_file(card, text, name, scale)
            else:
                _check_suits(card, adapter)
                defaults, params = {**card.defaults, **adapter.defaults}, {**card.params, **adapter.params}
                card = replace(card, defaults=defaults, params=params)
    if flags.weights is not None and (packing := check_weights(flags.weights)):
        _check(card, "--weights", flags.weights)
        asked = replace(asked, packing=packing)
    if flags.tiles is not None:
        _check(card, "--tiles", flags.tiles)
        asked = replace(asked, tiles=check_tiles(flags.tiles))
    if flags.guide is not None:
        _check(card, "--guide", flags.guide)
        asked = replace(asked, guidance_interval=check_guide(flags.guide))
    if flags.cache is not None and (share := check_cache(flags.cache)):
        _check(card, "--cache", flags.cache)
        if card.params.get("chunk"):
            raise UsageError(
                f"--cache {flags.cache}: model '{card.name}' paints in a few steps, of which none can be skipped; "
                "leave it out",
                "no_cache",
            )
        asked = replace(asked, cache=share)
    if flags.compile:
        _check(card, "--compile")
        asked = replace(asked, compile=True)
    return replace(card, options=asked)


def settled(card: Card, plan: Plan) -> Card:
    """With the offloading and tiling by which the plan fits into memory."""
    if plan.manner is None:
        return card
    tiles = plan.manner.tiles or card.options.tiles
    return replace(card, options=replace(card.options, tiles=tiles, stay=plan.manner.stay))


def turning() -> list[str]:
    """Models that go on from a picture as a prompt says, and so can go round a thing."""
    cards = manifest.cards().values()
    able = [card for card in cards if card.arch == "ltx" or card.params.get("way") in ("control", "tokens")]
    return [card.name for card in able]


def check_turns(card: Card) -> None:
    """Refuse to go round a thing by a model that never saw one from behind."""
    if card.takes_drafts:
        raise UsageError(
            f"views: {card.name} has learnt no thing from all sides, and yours would stand still (a drawing of its own "
            f'it can let spin: sora generate "a coin spins"); use -m {" or ".join(turning())}',
            "no_views",
        )


def check(card: Card, options: SamplingOptions, canvas: Canvas, *, prompted: bool) -> None:
    """Refuse what a model that is told by a picture alone cannot be asked. prompted: whether there is any text."""
    if card.arch != "svd":
        return
    use = f"use: sora animate PICTURE -m {printable(card.name)}"
    if prompted or options.negative:
        raise UsageError(f"{card.name}: reads no prompts, and moves as its picture suggests; {use}", "no_prompt")
    kept = canvas.mask.min(axis=(1, 2)) < 1  # (T,): of each frame something
    if canvas.strength < 1 or canvas.hint is not None or kept[1:].any() or canvas.mask[0].any():
        raise UsageError(f"{card.name}: goes on from a first frame, and takes nothing else; {use}", "no_condition")
    if canvas.frames > (most := card.limits.get("window", canvas.frames)):
        raise UsageError(
            f"{canvas.frames} frames: {card.name} paints {most} at most; use -d {most}f, and for more between them: "
            "sora enhance --fps",
            "too_long",
        )


def notes(card: Card, options: SamplingOptions, canvas: Canvas) -> list[str]:
    """What a user should know of an open model before it paints: what was guessed of it, and what it never learnt."""
    found = [card.params["guess"]] if "guess" in card.params else []
    if any(file.role == "low" for file in card.files):
        found += [_for_expert(name) for name, _ in card.options.loras]
    own = Fraction(card.defaults.get("fps", 0))
    if card.arch == "wan" and options.seconds and own and options.fps != own:
        smoother = " (for more frames: sora enhance)" if options.fps > own else ""
        found.append(
            f"{card.name} paints for {float(own):g} fps and is not told another rate; at {float(options.fps):g} fps "
            f"everything moves {float(options.fps / own):.3g} times as fast{smoother}."
        )
    untrained = _untrained(card, canvas) if card.arch in OPEN else ""
    return [*found, *([f"{card.name} was trained {untrained}, which may be seen."] if untrained else [])]


def _for_expert(name: str) -> str:
    """To which of two experts an adapter goes."""
    which = {"transformer": "high", "low": "low"}.get(single_file.expert(Path(name).stem))
    if which is None:
        return f"--lora {printable(name)}: is added to both experts; high_noise or low_noise in its name chooses one."
    return f"--lora {printable(name)}: is added to the expert of {which} noise alone, as its name says."


def _untrained(card: Card, canvas: Canvas) -> str:
    """What a model has learnt, if what is given is something else; empty if it is not."""
    kept = canvas.mask.min(axis=(1, 2)) < 1  # (T,): of each frame something
    whole = canvas.mask.max(axis=(1, 2)) == 0
    first, several = bool(whole[0]), bool(kept[1:].any())
    if card.arch == "ltx":
        early = card.params.get("lag", 7) == 0  # before 0.9.5
        return "to go on from a first frame and no more" if early and (several or (kept[0] and not first)) else ""
    way = card.params.get("way", "replaced")
    if card.params.get("chunk"):
        return "to go on from what comes before" if bool(kept[int((~whole).argmax()) :].any()) else ""
    if way == "channels":
        ends = (
            "a first frame, or a first and a last one" if card.params["transformer"].get("places") else "a first frame"
        )
        last = bool(card.params["transformer"].get("places")) and bool(whole[-1]) and not kept[1:-1].any()
        return "" if first and (not several or last) else f"to go on from {ends}"
    if way == "tokens":
        return "to go on from a first frame and no more" if several or (kept[0] and not first) else ""
    return "from text alone: what is given is only held in place" if way == "replaced" and kept.any() else ""


def record(card: Card) -> dict[str, Any]:
    """What of it a recipe keeps: whatever makes other frames. Adapters that are files have a digest for a folder."""
    options = card.options
    loras = {"loras": [_recorded(*one) for one in options.loras]} if options.loras else {}
    found = {key: value for key in KEPT if (value := getattr(options, key))}
    return loras | {key: list(value) if isinstance(value, tuple) else value for key, value in found.items()}


def _recorded(name: str, scale: float) -> list[Any]:
    """An adapter as a recipe has it: [name, scale], and of a file its short sha256 too."""
    return [name, scale] if named(name) else [Path(name).name, scale, manifest.short_digest(Path(name))]


def flags_of(recipe: dict[str, Any]) -> dict[str, Any]:
    """The flags that say what a recipe keeps, but for adapters, which may be files (`recipes.adapters`)."""
    found: dict[str, Any] = {}
    if packing := recipe.get("packing"):
        found["weights"] = packing
    if tiles := recipe.get("tiles"):
        found["tiles"] = str(tiles)
    if interval := recipe.get("guidance_interval"):
        found["guide"] = f"{interval[0]:g}..{interval[1]:g}"
    if cache := recipe.get("cache"):
        found["cache"] = f"{cache:g}"
    if recipe.get("compile"):
        found["compile"] = True
    return found


def check_weights(text: str) -> str:
    """`whole`, `int8` or `fp8` -> how matrices are packed, empty = not at all."""
    if text not in (WHOLE, *PACKINGS):
        raise UsageError(
            f"--weights {text}: must be whole, int8 or fp8{suggest(text, (WHOLE, *PACKINGS))}", "bad_weights"
        )
    return "" if text == WHOLE else text


def check_tiles(text: str) -> int:
    """Pixels of a side, 0 = decoded whole."""
    if not re.fullmatch("[0-9]{1,4}", text) or (int(text) != 0 and not SMALLEST <= int(text) <= 4096):
        raise UsageError(f"--tiles {text}: must be pixels, {SMALLEST}..4096, or 0 (decode whole)", "bad_tiles")
    return int(text)


def check_guide(text: str) -> tuple[float, float]:
    """`LOW..HIGH`, noise levels in [0, 1]."""
    low, dots, high = text.partition("..")
    try:
        start, stop = float(low or 0), float(high or 1)
    except ValueError:
        start = stop = 0.0
    if not dots or not 0 <= start < stop <= 1:
        raise UsageError(f"--guide {text}: must be LOW..HIGH in 0..1, such as 0.2..0.9", "bad_guide")
    return start, stop


def check_cache(text: str) -> float:
    """A share, 0 = nothing is skipped."""
    try:
        share = float(text)
    except ValueError:
        share = -1
    if not 0 <= share <= 1:
        raise UsageError(f"--cache {text}: must be a share in 0..1, such as 0.1 (0 = skip nothing)", "bad_cache")
    return share


def _check(card: Card, flag: str, text: str = "") -> None:
    if card.arch not in OPEN:
        names = ", ".join(name for name, other in manifest.cards().items() if other.arch in OPEN)
        raise UsageError(
            f"{flag}{' ' * bool(text)}{text}: model '{card.name}' takes none; use an open model ({names})",
            f"no_{flag.lstrip('-')}",
        )


def _check_file(card: Card, text: str, path: str, scale: float) -> None:
    """Whether a file may be an adapter for this model, as far as its header says."""
    if Path(path).suffix == ".safetensors":
        from soracli.scenes import adapters

        adapters.check(text, path, card, scale)
        if card.takes_drafts:
            return
    _check(card, "--lora", text)


def named(text: str) -> Card | None:
    """The adapter of the manifest that a name means, before any file of that name; None = it means a file."""
    return manifest.adapters().get(text)


def resolved(card: Card) -> Card:
    """With the files of adapters for their names. Raises WeightsError if one is not here."""
    if not card.options.loras:
        return card
    found: list[tuple[str, float]] = []
    for name, scale in card.options.loras:
        adapter = named(name)
        paths = [name] if adapter is None else manifest.paths(adapter)["adapter"]
        found += [(str(path), scale) for path in paths]
    return replace(card, options=replace(card.options, loras=tuple(found)))


def _check_suits(card: Card, adapter: Card) -> None:
    """Whether it may be an adapter for this model: one that lies in a folder or file is found out when it is loaded."""
    if adapter.arch == card.arch and (adapter.name in card.adapters or card.name not in manifest.cards()):
        return
    fitting = [name for name, other in manifest.cards().items() if adapter.name in other.adapters]
    use = f"use --model {' or '.join(fitting)}, or a folder" if fitting else "use a folder"
    raise UsageError(
        f"--lora {adapter.name}: is not for model '{card.name}'; {use} with what it was made for", "bad_lora"
    )


def _loras(texts: Sequence[str]) -> tuple[tuple[str, float], ...]:
    """`FILE[:SCALE]` or `NAME[:SCALE]` each -> path or name, and scale."""
    found: list[tuple[str, float]] = []
    for text in texts:
        path, colon, scale = text.rpartition(":")
        if not colon or Path(text).is_file():
            path, scale = text, "1"
        if not Path(path).is_file() and named(path) is None:
            known = manifest.adapters()
            raise UsageError(
                f"--lora {text}: no such file or adapter{suggest(path, known)}; "
                f"give FILE or FILE:SCALE, or for FILE a name: {', '.join(known)}",
                "bad_lora",
            )
        try:
            number = float(scale)
        except ValueError:
            raise UsageError(f"--lora {text}: the scale must be a number, such as 0.8", "bad_lora") from None
        if not -4 <= number <= 4:
            raise UsageError(f"--lora {text}: the scale must be -4..4 (1 = as it was trained)", "bad_lora")
        found.append((path if named(path) else str(Path(path)), number))
    return tuple(found)
