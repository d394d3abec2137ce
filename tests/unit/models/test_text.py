"""The storage format and the bundled text encoder."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from soracli.errors import WeightsError
from soracli.models.common import quantise
from soracli.models.spark.text import LIMIT, WIDTH, TextEncoder
from soracli.prompts import rewrite
from soracli.prompts.sentence_encoder import Sentences
from soracli.train.text_encoder import build_text_encoder, rename
from soracli.weights import manifest

BUNDLED = Path(quantise.__file__).parents[2] / "bundled"
SHARDS = [BUNDLED / f"minilm-l6-int8-0000{i}-of-00002.safetensors" for i in (1, 2)]
TOKENIZER = BUNDLED / "minilm-tokenizer.json"
# first eight numbers of [CLS] and of "fox" from an independent float32 run of the published weights
REFERENCE = [
    [0.307, -0.038, -0.037, 0.774, 0.088, -0.231, -0.026, -0.148],
    [0.469, -0.609, -0.408, 0.175, 0.898, -0.447, -0.624, -1.015],
]


@pytest.fixture(scope="module")
def encoder() -> TextEncoder:
    return TextEncoder.load(SHARDS, TOKENIZER)


@pytest.fixture(scope="module")
def sentences() -> Sentences:
    return Sentences.shared(tuple(SHARDS), TOKENIZER)


def state() -> quantise.State:
    generator = torch.Generator().manual_seed(0)
    return {
        "big.weight": torch.randn(300, 256, generator=generator) * torch.logspace(-4, 2, 300)[:, None],
        "big.bias": torch.randn(300, generator=generator),
        "norm.scale": torch.rand(256, generator=generator),
        "count": torch.arange(3),
    }


def test_quantise_keeps_every_row_within_half_a_step() -> None:
    before, packed = state(), quantise.quantise(state())
    assert packed["big.weight"].dtype == torch.int8
    assert packed["big.weight.scale"].dtype == torch.float32
    assert packed["big.bias"].dtype == torch.float16
    after = quantise.dequantise(packed)
    assert set(after) == set(before)
    step = before["big.weight"].abs().amax(1, keepdim=True) / 127
    assert ((after["big.weight"] - before["big.weight"]).abs() <= 0.501 * step).all()
    torch.testing.assert_close(after["norm.scale"], before["norm.scale"], atol=1e-3, rtol=0)
    assert torch.equal(after["count"], before["count"])


def test_quantise_survives_rows_of_zeros_and_small_matrices() -> None:
    packed = quantise.quantise({"zero": torch.zeros(256, 256), "small": torch.ones(4, 4)})
    assert packed["small"].dtype == torch.float16
    assert torch.equal(quantise.dequantise(packed)["zero"], torch.zeros(256, 256))


def test_shards_hold_everything_once_and_stay_small(tmp_path: Path) -> None:
    packed = quantise.quantise(state())
    paths = quantise.save(packed, tmp_path, "model", shard=70_000)
    assert [path.name for path in paths] == ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"]
    back = quantise.load(paths)
    assert set(back) == set(packed)
    assert all(torch.equal(back[name], packed[name]) for name in packed)


def test_missing_and_damaged_files_say_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="file is missing; reinstall"):
        quantise.load([tmp_path / "no.safetensors"])
    broken = tmp_path / "broken.safetensors"
    broken.write_bytes(SHARDS[1].read_bytes()[:1000])
    with pytest.raises(WeightsError, match="cannot be read"):
        quantise.load([broken])
    with pytest.raises(WeightsError, match="do not fit"):
        TextEncoder.load(SHARDS[:1], TOKENIZER)
    with pytest.raises(WeightsError, match="not a tokenizer"):
        TextEncoder.load(SHARDS, broken)
    with pytest.raises(WeightsError, match="point --from"):
        build_text_encoder(tmp_path, tmp_path)


def test_context_has_the_promised_shapes(encoder: TextEncoder) -> None:
    context = encoder(["a dog walks to the right", "", "yacht " * 90])
    assert context.states.shape == (3, LIMIT, WIDTH)
    assert context.states.dtype == torch.float32
    assert context.mask.sum(1).tolist() == [8, 2, LIMIT]
    assert context.dropped == (0, 0, 28)
    assert not context.states[~context.mask].any()


def test_states_may_feed_layers_that_train(encoder: TextEncoder) -> None:
    layer = torch.nn.Linear(WIDTH, 1)
    layer(encoder(["a dog"]).states).sum().backward()
    assert layer.weight.grad is not None


def test_padding_does_not_change_a_prompt(encoder: TextEncoder) -> None:
    alone, beside = encoder(["a car drives left"]), encoder(["a car drives left", "a cow " * 20])
    torch.testing.assert_close(beside.states[0, : alone.states.shape[1]], alone.states[0], atol=1e-5, rtol=0)


def test_states_are_those_of_the_published_model(encoder: TextEncoder) -> None:
    states = encoder(["a red fox running through a snowy forest at sunset"]).states[0]
    expected = torch.tensor(REFERENCE)
    assert F.cosine_similarity(states[[0, 3], :8], expected, dim=-1).min() > 0.99
    torch.testing.assert_close(states[[0, 3], :8], expected, atol=0.06, rtol=0)


def test_sentences_are_the_means_of_the_states(encoder: TextEncoder, sentences: Sentences) -> None:
    """Without torch, and to 1e-4: texts of all lengths, empty and cut off, more than fit into a batch."""
    texts = ["", "a dog", "yacht " * 90, *(f"{'he walks on, ' * i}{i} zebras" for i in range(40))]
    states, mask, _ = encoder(texts)
    expected = F.normalize(states.sum(1) / mask.sum(1, keepdim=True), dim=1)
    np.testing.assert_allclose(sentences(texts), expected.numpy(), atol=1e-4)


def test_meaning_is_near(sentences: Sentences) -> None:
    yacht, sailboat, parliament = sentences(["a yacht", "a sailboat", "a parliament"])
    assert yacht @ sailboat > 0.6
    assert yacht @ parliament < 0.4


def test_sentences_of_damaged_files_say_what_to_do(tmp_path: Path) -> None:
    broken = tmp_path / "broken.safetensors"
    broken.write_bytes(SHARDS[1].read_bytes()[:1000])
    with pytest.raises(WeightsError, match="cannot be read"):
        Sentences.shared((SHARDS[0], broken), TOKENIZER)
    with pytest.raises(WeightsError, match="do not fit"):
        Sentences.shared((SHARDS[1],), TOKENIZER)
    with pytest.raises(WeightsError, match="not a tokenizer"):
        Sentences.shared(tuple(SHARDS), broken)


def test_rename_folds_the_segment_and_drops_the_pooler() -> None:
    published = {
        "pooler.dense.weight": torch.ones(2),
        "embeddings.position_ids": torch.arange(2),
        "embeddings.position_embeddings.weight": torch.ones(512, 4),
        "embeddings.token_type_embeddings.weight": torch.tensor([[1.0] * 4, [9.0] * 4]),
        "encoder.layer.3.attention.output.LayerNorm.bias": torch.zeros(4),
        "encoder.layer.3.output.dense.weight": torch.zeros(4),
    }
    ours = rename(published)
    assert set(ours) == {"positions.weight", "layers.3.norm_attention.bias", "layers.3.narrow.weight"}
    assert torch.equal(ours["positions.weight"], torch.full((LIMIT, 4), 2.0))


def test_words_in_another_script_are_told_and_others_are_not() -> None:
    """The embedded model reads English; an open model's text encoder reads many languages."""
    card = manifest.card("tiny")
    (note,) = rewrite.scripts(card, "a dog \u72d7 and a \u0441\u043e\u0431\u0430\u043a\u0430 \U0001f415")
    assert note.startswith("tiny reads English, and cannot read '\u72d7', '\u0441\u043e\u0431\u0430\u043a\u0430', ")
    assert rewrite.scripts(card, "a caf\u00e9 \u2013 \u201cat night\u201d, 24\u00b0, na\u00efve") == ()
    assert rewrite.scripts(replace(card, arch="wan"), "\u72d7") == ()
