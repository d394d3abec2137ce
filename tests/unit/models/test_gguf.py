"""GGUF files: every way of packing gives what ggml's own dequantiser gives, and damaged files are refused."""

from __future__ import annotations

import struct
from functools import partial
from pathlib import Path
from typing import Any

import open_folder
import pytest
import torch
from torch import Tensor

from soracli.errors import WeightsError
from soracli.models.common import gguf, gguf_tensors, t5
from soracli.models.common.loading import LoadOptions, load
from soracli.models.common.t5 import T5, T5Config
from soracli.models.wan import key_map
from soracli.models.wan.transformer import WanConfig, WanTransformer

NUMBERS = {kind: number for number, (kind, _, _) in gguf.TYPES.items()}
WAN = WanConfig(16, 16, 2, 16, 2, 64, 32, 32)


def text(value: str) -> bytes:
    return struct.pack("<Q", len(value.encode())) + value.encode()


def written(
    path: Path, tensors: dict[str, tuple[str, list[int], bytes]], table: dict[str, list[int]] | None = None
) -> Path:
    """A file of tensors: type, shape and bytes of each. table: lists of numbers at its beginning."""
    rows, data = b"", b""
    for name, (kind, shape, content) in tensors.items():
        data += b"\0" * (-len(data) % 32)
        rows += text(name) + struct.pack(f"<I{len(shape)}QIQ", len(shape), *shape[::-1], NUMBERS[kind], len(data))
        data += content
    told = text("general.architecture") + struct.pack("<I", 8) + text("wan")
    for name, values in (table or {}).items():
        told += text(name) + struct.pack(f"<IIQ{len(values)}i", 9, 5, len(values), *values)
    head = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), 1 + len(table or {})) + told + rows
    path.write_bytes(head + b"\0" * (-len(head) % 32) + data)
    return path


def packed_q8(tensor: Tensor) -> tuple[bytes, Tensor]:
    """Q8_0 as ggml packs it: 32 numbers and their scale; and what it stands for."""
    blocks = tensor.reshape(-1, 32)
    scale = (blocks.abs().amax(1, keepdim=True) / 127).half()
    codes = (blocks / scale.float()).nan_to_num().round().clamp(-127, 127).to(torch.int8)
    raw = torch.cat([scale.view(torch.uint8).view(len(blocks), 2), codes.view(torch.uint8)], 1)
    return bytes(raw.flatten().tolist()), (scale.float() * codes).view(tensor.shape)


def plain(tensor: Tensor) -> tuple[str, list[int], bytes]:
    return "F32", list(tensor.shape), bytes(tensor.contiguous().view(-1).view(torch.uint8).tolist())


def as_gguf(path: Path, state: dict[str, Tensor], table: dict[str, list[int]] | None = None) -> dict[str, Tensor]:
    """A file whose matrices are Q8_0; returns what it stands for."""
    tensors, stands = {}, {}
    for name, tensor in state.items():
        tensors[name], stands[name] = plain(tensor), tensor
        if tensor.ndim == 2 and tensor.shape[1] % 32 == 0:
            content, stands[name] = packed_q8(tensor)
            tensors[name] = ("Q8_0", list(tensor.shape), content)
    written(path, tensors, table)
    return stands


@pytest.mark.parametrize("kind", sorted(gguf_tensors.UNPACKED))
def test_every_way_of_packing_equals_ggmls(kind: str) -> None:
    theirs = pytest.importorskip("gguf")
    _, count, width = gguf.TYPES[NUMBERS[kind]]
    blocks = torch.randint(0, 256, (7, width), generator=torch.Generator().manual_seed(1), dtype=torch.uint8)
    for at in {"Q2_K": (80, 82), "Q3_K": (108,), "Q6_K": (208,)}.get(kind, (0, 2) if kind[-1] in "1K" else (0,)):
        blocks[:, at : at + 2] = torch.linspace(-2, 2, 7).half().view(torch.uint8).view(7, 2)  # scales that are finite
    found = gguf_tensors.UNPACKED[kind](blocks)
    wanted = theirs.quants.dequantize(blocks.numpy(), theirs.GGMLQuantizationType[kind])
    assert found.shape == (7, count)
    torch.testing.assert_close(found, torch.from_numpy(wanted).view(7, count), atol=0, rtol=1e-6)


def original(name: str) -> str:
    from soracli.models.common.loading import renamed

    return renamed(name, key_map.TRANSFORMER.originals)


def test_a_network_is_read(tmp_path: Path) -> None:
    """In original names, as they are published; one tensor laid flat, as this format has no fifth dimension."""
    state = {original(name): tensor for name, tensor in open_folder.settled(WanTransformer(WAN), 1).items()}
    path, flat = tmp_path / "a.gguf", "patch_embedding.weight"
    shape = list(state[flat].shape)
    told = {f"comfy.gguf.orig_shape.{flat}": shape}
    stands = as_gguf(path, state | {flat: state[flat].reshape(shape[0], -1).contiguous()}, told)
    stands[flat] = stands[flat].view(shape)
    found = load(
        partial(WanTransformer, WAN), [path], key_map.TRANSFORMER, LoadOptions(dtype=torch.float32)
    ).state_dict()
    assert all(torch.equal(found[name], stands[original(name)].view(found[name].shape)) for name in found)
    packed = load(partial(WanTransformer, WAN), [path], key_map.TRANSFORMER, LoadOptions(packing="int8"))
    assert packed.get_submodule("blocks.0.attn1.to_q").weight.dtype == torch.int8
    assert gguf.shapes(path)[flat] == shape


def test_a_text_encoder_is_read(tmp_path: Path) -> None:
    """Under the names that GGUF files give its layers."""
    config = T5Config(64, 32, 8, 4, 64, 2, True)
    state = open_folder.settled(T5(config), 1)
    layers = {"SelfAttention.relative_attention_bias": "attn_rel_b", "SelfAttention.layer_norm": "attn_norm",
              **{f"SelfAttention.{each}": f"attn_{each}" for each in "qkvo"}, "DenseReluDense.wi_0": "ffn_gate",
              "DenseReluDense.wi_1": "ffn_up", "DenseReluDense.wo": "ffn_down"}  # fmt: skip

    def theirs(name: str) -> str:
        name = name.replace("shared", "token_embd").replace("encoder.final_layer_norm", "enc.output_norm")
        name = name.replace("layer.0.layer_norm", "attn_norm").replace("layer.1.layer_norm", "ffn_norm")
        name = name.replace("encoder.block", "enc.blk").replace("layer.0.", "").replace("layer.1.", "")
        for ours, short in layers.items():
            name = name.replace(ours + ".", short + ".")
        return name

    stands = as_gguf(tmp_path / "t5.gguf", {theirs(name): tensor for name, tensor in state.items()})
    found = load(partial(T5, config), [tmp_path / "t5.gguf"], t5.FORM, LoadOptions(dtype=torch.float32)).state_dict()
    assert all(torch.equal(found[name], stands[theirs(name)]) for name in found)


MATRIX = ("F32", [2, 3], b"\0" * 24)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda data: b"GGML" + data[4:], "it is not GGUF"),
        (lambda data: data[:4] + struct.pack("<I", 9) + data[8:], "it is of version 9"),
        (lambda data: data[:8] + struct.pack("<Q", 2**60) + data[16:], "the header is longer than the file"),
        (lambda data: data[:16] + struct.pack("<Q", 2**60) + data[24:], "the header is longer than the file"),
        (lambda data: data[:-8], "a does not fit into it"),
        (lambda data: data[:40], "the header is longer than the file"),
        (lambda data: data.replace(struct.pack("<IQQI", 2, 3, 2, 0), struct.pack("<IQQI", 2, 3, 2, 39)),
         "a is quantised in a way of number 39; there are F32, F16"),
        (lambda data: data.replace(struct.pack("<IQQI", 2, 3, 2, 0), struct.pack("<IQQI", 2, 3, 2, 12)),
         "a does not fit into it"),
        (lambda data: data.replace(struct.pack("<IQQI", 2, 3, 2, 0), struct.pack("<IQQI", 99, 3, 2, 0)),
         "a tensor has 99 dimensions"),
    ],
)  # fmt: skip
def test_damaged_files(spoil: Any, message: str, tmp_path: Path) -> None:
    path = written(tmp_path / "a.gguf", {"a": MATRIX})
    path.write_bytes(spoil(path.read_bytes()))
    with pytest.raises(WeightsError, match=message) as caught:
        load(partial(WanTransformer, WAN), [path], key_map.TRANSFORMER)
    assert caught.value.exit_code == 5


@pytest.mark.parametrize("kind", [6, 7, 10], ids=["float", "bool", "large"])
def test_shapes_that_are_no_whole_numbers_are_refused(kind: int, tmp_path: Path) -> None:
    """`comfy.gguf.orig_shape` as a list of numbers of other kinds than lengths have."""
    path = written(tmp_path / "a.gguf", {"a": MATRIX}, {"comfy.gguf.orig_shape.a": [2, 3]})
    own = struct.pack("<IIQ2i", 9, 5, 2, 2, 3)
    odd = {6: struct.pack("<IIQ2f", 9, 6, 2, 2, 3), 7: struct.pack("<IIQ2?", 9, 7, 2, True, True),
           10: struct.pack("<IIQ2Q", 9, 10, 2, 2**63, 3)}[kind]  # fmt: skip
    data = path.read_bytes()
    assert own in data
    path.write_bytes(data.replace(own, odd) + b"\0" * 64)
    with pytest.raises(ValueError, match=r"a has two shapes|does not fit"):
        gguf.entries(path)
