"""Reads a SentencePiece `.model` file into a `tokenizers` tokenizer, without sentencepiece or protobuf.

The file is one protobuf message (sentencepiece_model.proto): field 1 repeats the pieces (1 text, 2 score, 3 type),
field 3 is the normaliser (2 = its precompiled character map).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from soracli.errors import WeightsError, is_of_the_system

if TYPE_CHECKING:
    from tokenizers import Tokenizer

VARINT, DOUBLE, BLOB, FLOAT = 0, 1, 2, 5  # protobuf's wire types
UNKNOWN, BYTE = 2, 6  # types of pieces
EXTRA = 100  # T5's <extra_id_N>, which the file lacks
SPACE = "\u2581"


def load(path: Path, extra: int = EXTRA) -> Tokenizer:
    """A tokenizer that ends every text with </s>, as T5 wants. Raises WeightsError if the file is something else."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

    try:
        vocabulary, unknown, bytewise, charsmap = _read(path.read_bytes())
    except (OSError, IndexError, KeyError, TypeError, ValueError, AttributeError, struct.error) as error:
        if is_of_the_system(error):
            raise
        raise WeightsError(
            f"{path}: is not a SentencePiece model; run: sora model verify", "weights_damaged"
        ) from error
    vocabulary += [(f"<extra_id_{i}>", 0.0) for i in range(extra - 1, -1, -1)]
    tokenizer = Tokenizer(models.Unigram(vocabulary, unk_id=unknown, byte_fallback=bytewise))
    if charsmap:
        tokenizer.normalizer = normalizers.Precompiled(charsmap)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace(replacement=SPACE, prepend_scheme="always")]
    )
    end = next(i for i, (text, _) in enumerate(vocabulary) if text == "</s>")
    tokenizer.post_processor = processors.TemplateProcessing(single="$A </s>", special_tokens=[("</s>", end)])
    return tokenizer


def _read(data: bytes) -> tuple[list[tuple[str, float]], int, bool, bytes]:
    """(pieces with scores, number of the unknown one, whether rare characters fall back to bytes, character map)."""
    vocabulary: list[tuple[str, float]] = []
    charsmap, unknown, bytewise = b"", 0, False
    for number, value in _fields(data):
        if number == 1:
            piece = dict(_fields(value))
            kind = piece.get(3)
            unknown = len(vocabulary) if kind == UNKNOWN else unknown
            bytewise |= kind == BYTE
            vocabulary.append((piece[1].decode(), float(piece.get(2, 0.0))))
        elif number == 3:
            charsmap = dict(_fields(value)).get(2, b"")
    if not any(text == "</s>" for text, _ in vocabulary):
        raise KeyError("</s>")
    return vocabulary, unknown, bytewise, charsmap


def _fields(data: bytes) -> Iterator[tuple[int, Any]]:
    """(number, value) of every field of a message."""
    at = 0

    def varint() -> int:
        nonlocal at
        shift = value = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value
            if shift > 63:
                raise ValueError("a number of more than 64 bits")

    while at < len(data):
        tag = varint()
        number, kind = tag >> 3, tag & 7
        if kind == VARINT:
            yield number, varint()
        elif kind == FLOAT:
            yield number, float(struct.unpack_from("<f", data, at)[0])
            at += 4
        elif kind == DOUBLE:
            yield number, float(struct.unpack_from("<d", data, at)[0])
            at += 8
        elif kind == BLOB:
            length = varint()
            if at + length > len(data):
                raise IndexError(at)
            yield number, data[at : at + length]
            at += length
        else:
            raise KeyError(kind)
