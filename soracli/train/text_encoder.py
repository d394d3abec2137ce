"""Build the shipped text encoder: the published all-MiniLM-L6-v2 weights renamed, folded, rounded to int8, sharded."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import NamedTuple

import torch.nn.functional as F

from soracli.errors import WeightsError
from soracli.models.common import quantise
from soracli.models.spark.text import LIMIT, TextEncoder

STEM = "minilm-l6-int8"
TOKENIZER = "minilm-tokenizer.json"
RENAME = (
    (r"^embeddings\.word_embeddings\.", "words."),
    (r"^embeddings\.LayerNorm\.", "norm."),
    (r"^encoder\.layer\.", "layers."),
    (r"\.attention\.self\.", "."),
    (r"\.attention\.output\.dense\.", ".join."),
    (r"\.attention\.output\.LayerNorm\.", ".norm_attention."),
    (r"\.intermediate\.dense\.", ".widen."),
    (r"\.output\.dense\.", ".narrow."),
    (r"\.output\.LayerNorm\.", ".norm_mlp."),
)
PROBES = (
    "a red fox running through a snowy forest at sunset",
    "Cinematic tracking shot of a dog driving a tractor from left to right across a meadow",
    "two penguins slide to the left on the ice while snow falls, pixel art",
    "a helicopter hovers over a city street at night, neon style, handheld camera",
    "volcano, night, zoom in",
)


class Built(NamedTuple):
    """files: what was written. size: bytes of all files. cosine: lowest of a probe token's state against float32."""

    files: list[Path]
    size: int
    cosine: float


def rename(published: quantise.State) -> quantise.State:
    """Published BERT names to ours; drops the pooler, folds the first segment embedding into the used positions."""
    state: quantise.State = {}
    for name, tensor in published.items():
        if name.startswith("pooler.") or name == "embeddings.position_ids" or "type_embeddings" in name:
            continue
        if name == "embeddings.position_embeddings.weight":
            state["positions.weight"] = tensor[:LIMIT] + published["embeddings.token_type_embeddings.weight"][0]
            continue
        for pattern, ours in RENAME:
            name = re.sub(pattern, ours, name)
        state[name] = tensor
    return state


def build_text_encoder(folder: Path, out: Path) -> Built:
    """Turn `folder`'s model.safetensors and tokenizer.json (all-MiniLM-L6-v2) into the shipped files in `out`."""
    source, words = folder / "model.safetensors", folder / "tokenizer.json"
    for path in (source, words):
        if not path.is_file():
            raise WeightsError(
                f"{path}: file is missing; point --from at an all-MiniLM-L6-v2 folder", "weights_missing"
            )
    state = rename(quantise.load([source]))
    files = quantise.save(quantise.quantise(state), out, STEM)
    tokenizer = out / TOKENIZER
    shutil.copyfile(words, tokenizer)
    encoder = TextEncoder.load(files, tokenizer)
    ours = encoder(PROBES)
    encoder.load_state_dict(state)
    exact = encoder(PROBES)
    cosine = F.cosine_similarity(ours.states, exact.states, dim=-1)[exact.mask].min()  # over real tokens
    files = [*files, tokenizer]
    return Built(files, sum(path.stat().st_size for path in files), float(cosine))


def report(built: Built) -> str:
    """One line for people."""
    return f"{len(built.files)} files, {built.size / 1e6:.1f} MB, token cosine at least {built.cosine:.4f}"
