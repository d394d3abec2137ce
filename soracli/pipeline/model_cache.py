"""Models in memory: where they run, and whether they stay for the next call."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from soracli.card import Card
from soracli.errors import UsageError, WeightsError
from soracli.options import open_models
from soracli.weights import hub, manifest, tables

if TYPE_CHECKING:
    from soracli.models.common.tiny_vae import TinyVae
    from soracli.models.enhance import Enhancer
    from soracli.sampling.frame_rates import Between, Picture
    from soracli.sampling.model import Model

ENHANCER = "enhance"  # of the tools
_kept: dict[tuple[str, str], Model] | None = None  # the model loaded last; None = it is not kept


@contextlib.contextmanager
def keeping_models() -> Iterator[None]:
    """Within this block a model stays loaded from one call to the next."""
    global _kept
    if _kept is not None:  # whoever came first decides when it ends
        yield
        return
    from soracli.safety import semantic

    _kept = {}
    try:
        with semantic.keeping_judges():
            yield
    finally:
        _kept = None


def load(card: Card, where: str) -> Model:
    """A card's model on a device. The files are checked first: that is fast, and importing torch is not."""
    files, loaded = manifest.paths(card), open_models.resolved(card)
    from soracli import models

    key = (_name(card), where)
    if _kept is not None and key in _kept:
        _kept[key].card = card  # what does not change the weights may be another
        return _kept[key]
    if os.environ.get("WORLD_SIZE", "1") != "1":
        from soracli.models.common import parallel

        parallel.announce(loaded, files, where)
    if _kept:
        _kept.clear()  # before the next one is loaded: two may not fit
    own = card.folder is None or card.folder == tables.BUNDLED  # what ships, or was fetched, is of the shape we know
    with contextlib.nullcontext() if own else manifest.strangers(card.name):
        model = models.load(loaded, files, where)
    if _kept is not None:
        _kept[key] = model
    return model


def holds(card: Card) -> bool:
    """Whether the card's model is loaded already, on whatever device."""
    if not _kept:
        return False
    try:
        own = _name(card)
    except (WeightsError, OSError):  # its files are not here
        return False
    return any(name == own for name, _ in _kept)


def _name(card: Card) -> str:
    """Of all that makes the loaded model what it is: its files, and those of adapters, as they are now."""
    options = replace(card.options, stay="", tiles=None)
    places = [place for _, places in sorted(manifest.paths(card).items()) for place in places]
    places += [Path(path) for path, _ in open_models.resolved(card).options.loras]
    states = [[str(place.absolute()), *manifest.state(place)] for place in places]
    return json.dumps(
        [card.name, manifest.digest(card), card.params, asdict(options), states], default=str, sort_keys=True
    )


def enhancer(where: str) -> Enhancer:
    """The networks that make pictures larger and smoother, on a device."""
    card = manifest.tools()[ENHANCER]
    files = manifest.paths(card)
    from soracli.models.enhance import Enhancer

    return Enhancer.load(card, files, where)


def tiny(card: Card, where: str) -> TinyVae | None:
    """What decodes a model's latents for previews, on a device; None if there is none or it was not fetched."""
    from soracli.models.common import tiny_vae

    found = manifest.previews().get(tiny_vae.name_for(card))
    if found is None or hub.missing_files(found):
        return None
    import torch

    from soracli.models.common import loading
    from soracli.models.common.loading import LoadOptions, configured

    config = configured(tiny_vae.TinyVaeConfig, found, "decoder")
    options = LoadOptions(where, torch.bfloat16 if where.startswith("cuda") else torch.float32)
    files = manifest.paths(found)["decoder"]
    return loading.load(partial(tiny_vae.TinyVae, config), files, tiny_vae.FORM, options)


def between(where: str) -> Between:
    """The network that paints frames between frames, on a device."""
    tool = enhancer(where)
    from soracli.sampling.pixels import to_numpy, to_torch

    def run(before: Picture, after: Picture, share: float) -> Picture:
        first, second = (to_torch(frame[None])[0, :, 0] for frame in (before, after))
        found: Picture = to_numpy(tool.between(first, second, share)[None, :, None])[0]
        return found

    return run


def device(name: str, threads: int | None) -> str:
    """Resolve `auto`, refuse a GPU that is not there, and set the number of threads."""
    import torch

    if threads is not None:
        torch.set_num_threads(threads)
    present = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if name == "auto" and present > 1 and os.environ.get("LOCAL_RANK", "").isdigit():  # one process per GPU
        return f"cuda:{int(os.environ['LOCAL_RANK']) % present}"
    if name == "auto":
        return "cuda" if present else "cpu"
    if name.startswith("cuda") and int(name.partition(":")[2] or 0) >= present:
        raise UsageError(f"--device {name}: no such GPU here ({present} found); use --device cpu", "bad_device")
    return name
