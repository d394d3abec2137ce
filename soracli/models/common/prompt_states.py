"""States of prompts for the open models: remembered, found on disk, or made by a text encoder that is loaded for it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

from soracli.card import Card
from soracli.errors import WeightsError
from soracli.models.common import t5
from soracli.models.common.components import Components
from soracli.models.common.t5 import T5
from soracli.state import prompt_cache

if TYPE_CHECKING:
    from tokenizers import Tokenizer

VERSION = 1  # of what is kept
STATES = "states"


def identity(card: Card, paths: Mapping[str, Sequence[Path]], device: str) -> str:
    """A digest of all that makes the states what they are: the files, how they are packed, and where they work.

    A file of the user's own goes by its place and time as well: its digest does not cover all of it.
    """
    own = {str(path): path.stat().st_mtime_ns for role in ("text", "tokenizer") for path in paths[role]}
    files = [[file.role, file.sha256] for file in card.files if file.role in ("text", "tokenizer")]
    places = {} if all(file.repo for file in card.files if file.role == "text") else own
    about = [VERSION, files, places, card.params.get("text"), card.options.packing or None, device.partition(":")[0]]
    return hashlib.sha256(json.dumps(about, sort_keys=True).encode()).hexdigest()


@dataclass
class Prompts:
    """parts: holds the encoder as `text`. encoder: its identity. tokens: of a prompt at most. clean: what is done to
    prompts first, as the model's own code does.
    """

    parts: Components
    tokenizer: Tokenizer
    encoder: str
    tokens: int
    device: str
    clean: Callable[[str], str] = str
    known: dict[str, Tensor] = field(default_factory=dict)

    def states(self, prompt: str) -> Tensor:
        """(1, L, D) for the L tokens of a prompt, without padding: that changes nothing for those before it."""
        prompt = self.clean(prompt)
        if prompt not in self.known:
            path = prompt_cache.place(f"{self.tokens} {prompt}", self.encoder)
            found = self._kept(path)
            if found is None:
                ids, mask = t5.tokens(self.tokenizer, prompt, self.tokens)
                if int(ids.max()) >= len(self.parts.get("text", T5).shared.weight):
                    raise WeightsError(
                        "the tokenizer knows more words than the text encoder; take the model's own", "weights_damaged"
                    )
                ids, mask = (x[:, : int(mask.sum())].to(self.device) for x in (ids, mask))
                found = self.parts.get("text", T5)(ids, mask)
                prompt_cache.write(path, save({STATES: found.cpu().contiguous()}))
            self.known[prompt] = found
        return self.known[prompt]

    def _kept(self, path: Path) -> Tensor | None:
        data = prompt_cache.read(path)
        try:
            return None if data is None else load(data)[STATES].to(self.device)
        except (SafetensorError, KeyError):  # not ours, or cut off; it is made anew
            return None


def padded(states: Tensor, tokens: int) -> Tensor:
    """(1, L, D) -> (1, tokens, D), with nothing in the rest."""
    return torch.nn.functional.pad(states, (0, 0, 0, tokens - states.shape[1]))
