"""`--model FOLDER`: a folder laid out as on the hub (model_index.json and a folder per component), opened as it is."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from soracli.card import Card, WeightFile
from soracli.errors import WeightsError, is_of_the_system
from soracli.formatting import printable, short
from soracli.models.common import gguf
from soracli.models.common.memory import Counted, ltx_costs, numbers, svd_costs, wan_costs
from soracli.models.common.single_file import EARLY_LTX, LATER_LTX, distilled, held, shapes_of, sketch
from soracli.system import opening, parsing
from soracli.weights import hub_configs as configs

INDEX = "model_index.json"
_TOKENIZERS = ("tokenizer.json", "spiece.model")
_USUAL, _INDEX = ("diffusion_pytorch_model", "model"), ".index.json"  # names of files of weights, of what lists them


def is_path(name: str) -> bool:
    """Whether a model's name means a folder or a file."""
    return "/" in name or "\\" in name or Path(name).exists()


def card(name: str) -> Card:
    """What a folder holds. Raises WeightsError if it is not a model that we can run."""
    folder = Path(name)
    index = _json(folder / INDEX, name)
    kind = str(index.get("_class_name", ""))
    if kind.startswith("Wan"):
        return distilled(_wan(folder, index, name), called(folder))
    if kind.startswith("LTX") and not kind.startswith("LTX2"):
        return distilled(_ltx(folder, name), called(folder))
    if kind == "StableVideoDiffusionPipeline":
        return _svd(folder, name)
    raise WeightsError(
        f"{printable(name)}: is a {short(kind) or 'nameless pipeline'}; this version runs Wan, LTX-Video and SVD",
        "unknown_architecture",
    )


def _wan(folder: Path, index: dict[str, Any], name: str) -> Card:
    transformer, vae, scheduler = (_config(folder, part, name) for part in ("transformer", "vae", "scheduler"))
    uni = "flow_shift" in scheduler
    told = {"shift": ("flow_shift" if uni else "shift", configs.NUMBER)}
    shift = configs.read(scheduler, told, f"{name}: scheduler", "scheduler" if uni else "").get("shift", 3.0)
    configured = configs.read(transformer, configs.WAN, f"{name}: transformer", "wan")
    way = "replaced"
    if configured.get("vace"):
        way = "control"
    elif configured["channels_in"] > configured["channels"]:
        way = "channels"
    elif index.get("expand_timesteps"):
        way = "tokens"
    sees = ("vision",) if configured.get("image") else ()
    low = ("low",) if (folder / "transformer_2").is_dir() else ()
    params: dict[str, Any] = {
        "transformer": configured, "vae": configs.read(vae, configs.WAN_VAE, f"{name}: vae", "wan vae"),
        "text": _text(folder, name), "way": way,
        "boundary": configs.read(index, {"at": ("boundary_ratio", configs.NUMBER)}, name).get("at", 0.0),
    }  # fmt: skip
    side = configs.read(vae, {"side": ("scale_factor_spatial", configs.COUNT)}, f"{name}: vae").get("side", 8)
    if side not in (8, 16):
        raise configs.unsupported(f"{name}: vae", "scale_factor_spatial", side, "8 or 16")
    counted = _counted(folder, name)
    params["cost"] = wan_costs(counted, configured, params["text"], side)
    if sees:
        params["vision"] = configs.read(
            _config(folder, "image_encoder", name), configs.VISION, f"{name}: image_encoder"
        )
    if low:  # as Wan's own configuration of 2.2 has them: guidance of 4 and 3 for text, one for pictures
        params["low_share"] = 1.0 if way == "channels" else 0.75
    guidance = (3.5 if way == "channels" else 4.0) if low else 5.0
    large = way == "tokens"  # the 5B model of 2.2, the only one of its kind
    width, height, frames, fps = (1280, 704, 121, 24) if large else (832, 480, 81, 16)
    defaults = {
        "width": width, "height": height, "seconds": f"{frames}/{fps}", "fps": fps, "steps": 40 if low else 50,
        "guidance": guidance, "shift": float(shift), "solver": "unipc" if uni else "euler",
    }  # fmt: skip
    return Card(
        name=printable(folder.name), arch="wan", about=f"A Wan model in {printable(folder)}.", licence="",
        stride=(4, side, side),
        files=_files(folder, name, ("transformer", *low, "vae", "text", "tokenizer", *sees)), defaults=defaults,
        params=params, limits={"max_side": 2048, "window": 21}, folder=folder, causal=True, patch=2,
    )  # fmt: skip


def _ltx(folder: Path, name: str) -> Card:
    transformer, vae, scheduler = (_config(folder, part, name) for part in ("transformer", "vae", "scheduler"))
    early = "LTXVideo095DownBlock3D" not in str(vae.get("down_block_types"))  # before 0.9.5
    params: dict[str, Any] = {
        "transformer": configs.read(transformer, configs.LTX, f"{name}: transformer", "ltx"),
        "vae": (configs.EARLY_LTX_VAE if early else {}) | configs.read(vae, configs.LTX_VAE, f"{name}: vae", "ltx vae"),
        "text": _text(folder, name), "lag": 0 if early else 7,
    }  # fmt: skip
    if scheduler.get("use_dynamic_shifting"):
        params["shifting"] = configs.read(scheduler, configs.SHIFTING, f"{name}: scheduler")
    params["cost"] = ltx_costs(_counted(folder, name), params["transformer"], params["text"])
    return Card(
        name=printable(folder.name), arch="ltx", about=f"An LTX-Video model in {printable(folder)}.", licence="",
        stride=(8, 32, 32),
        files=_files(folder, name, ("transformer", "vae", "text", "tokenizer")),
        defaults=EARLY_LTX if early else LATER_LTX, params=params,
        limits={"max_side": 2048, "window": 33}, folder=folder, causal=True,
    )  # fmt: skip


def _svd(folder: Path, name: str) -> Card:
    unet, vae, vision = (_config(folder, part, name) for part in ("unet", "vae", "image_encoder"))
    configs.read(_config(folder, "scheduler", name), {}, f"{name}: scheduler", "svd scheduler")
    frames = configs.read(unet, {"frames": ("num_frames", configs.COUNT)}, f"{name}: unet").get("frames", 25)
    params: dict[str, Any] = {
        "unet": configs.read(unet, configs.UNET, f"{name}: unet", "unet"),
        "vae": configs.read(vae, configs.SVD_VAE, f"{name}: vae", "svd vae"),
        "vision": configs.read(vision, configs.VISION, f"{name}: image_encoder"), "tiles": 0,
    }  # fmt: skip
    files = _files(folder, name, ("unet", "vae", "vision"))
    counts = {file.role: numbers(shapes_of(folder / file.name, name)) for file in files}
    params["cost"] = svd_costs(counts, params["unet"])
    return Card(
        name=printable(folder.name), arch="svd", about=f"A Stable Video Diffusion model in {printable(folder)}.",
        licence="", stride=(1, 8, 8), files=files, params=params, folder=folder, causal=True,
        defaults={
            "width": 1024, "height": 576, "seconds": f"{frames}/7", "fps": 7, "steps": 25, "guidance": 3.0,
        },
        limits={"max_side": 2048, "window": frames},
    )  # fmt: skip


_FOLDERS = {
    "unet": "unet",
    "transformer": "transformer",
    "low": "transformer_2",
    "vae": "vae",
    "text": "text_encoder",
    "vision": "image_encoder",
}


def called(folder: Path) -> str:
    """What a folder is called: in the hub's cache, where its own name is a revision, as its repository."""
    whole = opening.real(folder)
    return whole.parents[1].name if whole.parent.name == "snapshots" else whole.name


def _files(folder: Path, name: str, roles: tuple[str, ...]) -> tuple[WeightFile, ...]:
    """What lies there for each role. The digest of a local file is `single_file.sketch`."""
    found = []
    for role in roles:
        if role == "tokenizer":
            paths = [folder / role / file for file in _TOKENIZERS if (folder / role / file).is_file()][:1]
        else:
            paths = shards(folder / _FOLDERS[role], f"{name}: {_FOLDERS[role]}")
        if not paths:
            raise WeightsError(f"{printable(name)}: has no {role}; download all of the model", "weights_missing")
        found += [WeightFile(role, str(path.relative_to(folder)), path.stat().st_size, sketch(path)) for path in paths]
    return tuple(found)


def shards(folder: Path, where: str) -> list[Path]:
    """The files of weights of a component that count, in order; none if there are none.

    An index says which; else it is the file of the usual name, or the one set of numbered files, or the only file.
    Others beside them are left alone, such as the same in another precision. where: for messages.
    """
    every = sorted(path for path in folder.glob("*") if path.suffix in (".safetensors", gguf.SUFFIX))
    for index in (folder / f"{name}.safetensors{_INDEX}" for name in _USUAL):
        if index.is_file():
            return _indexed(index, where)
    if found := [path for path in every if path.name in [f"{name}.safetensors" for name in _USUAL]]:
        return found[:1]
    if len(others := sorted(folder.glob(f"*.safetensors{_INDEX}"))) == 1:
        return _indexed(others[0], where)
    sets: dict[str, list[Path]] = {}
    for path in every:
        sets.setdefault(re.sub(r"-\d{5}-of-(\d{5})\.", r"-of-\1.", path.name), []).append(path)
    if len(sets) > 1:
        raise WeightsError(
            f"{printable(where)}: holds {len(sets)} sets of weights ({', '.join(map(printable, list(sets)[:3]))}); "
            "keep one, or an index that says which",
            "weights_damaged",
        )
    (key, paths), *_ = sets.items() if sets else (("", every),)
    count = re.search(r"-of-(\d{5})\.", key)
    if count and int(count[1]) != len(paths):
        raise WeightsError(
            f"{printable(where)}: has {len(paths)} of {int(count[1])} files of weights; download all of the model",
            "weights_missing",
        )
    return paths


def _indexed(index: Path, where: str) -> list[Path]:
    """The files that an index names."""
    table = _json(index, where).get("weight_map")
    names = sorted(set(map(str, table.values()))) if isinstance(table, dict) else []
    if not names or any(Path(name).name != name or not name.endswith(".safetensors") for name in names):
        raise WeightsError(f"{printable(where)}: {index.name} names no files beside it; download it again",
                           "weights_damaged")  # fmt: skip
    if lacking := [name for name in names if not (index.parent / name).is_file()]:
        raise WeightsError(
            f"{printable(where)}: lacks {printable(lacking[0])}, which {index.name} names; download all of the model",
            "weights_missing",
        )
    return [index.parent / name for name in names]


def _counted(folder: Path, name: str) -> Counted:
    """Numbers of each component; none of those that are not there, which `_files` says."""
    found = {}
    for part in ("transformer", "text_encoder", "vae", "image_encoder"):
        paths = shards(folder / part, f"{name}: {part}")
        found[part] = sum(numbers(shapes_of(path, str(path))) for path in paths), sum(map(held, paths))
    return Counted(found["transformer"][0], *found["text_encoder"], found["vae"][0] + found["image_encoder"][0])


def _text(folder: Path, name: str) -> dict[str, Any]:
    config = _config(folder, "text_encoder", name)
    return {
        **configs.read(config, configs.T5, f"{name}: text_encoder", "t5"),
        "own_positions": config.get("model_type") == "umt5",
    }


def _config(folder: Path, part: str, name: str) -> dict[str, Any]:
    return _json(folder / part / ("scheduler_config.json" if part == "scheduler" else "config.json"), name)


def _json(path: Path, name: str) -> dict[str, Any]:
    try:
        found = parsing.from_json(parsing.read(path, 20 * parsing.MOST))
    except (OSError, ValueError) as error:
        if is_of_the_system(error):
            raise
        raise WeightsError(
            f"{printable(name)}: {path.name} cannot be read ({error.__class__.__name__}); "
            f"give a folder with a {INDEX} and a folder per component",
            "weights_missing",
        ) from error
    if not isinstance(found, dict):
        raise WeightsError(f"{printable(name)}: {path.name} is not an object; download it again", "weights_damaged")
    return found
