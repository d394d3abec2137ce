"""`--model FOLDER`: a folder laid out as on the hub (model_index.json and a folder per component), opened as it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from soracli import parsing
from soracli.errors import WeightsError
from soracli.footprint import Counted, ltx_costs, numbers, wan_costs
from soracli.single import EARLY_LTX, shapes_of, sketch
from soracli.types import Card, WeightFile
from soracli.wording import printable, short

INDEX = "model_index.json"
MOST_BLOCKS, MOST = 1000, 1_000_000  # of a network, and of any other number in a configuration

# field of ours -> key in a component's config.json
_T5 = {
    "vocabulary": "vocab_size", "width": "d_model", "head": "d_kv", "heads": "num_heads", "hidden": "d_ff",
    "depth": "num_layers",
}  # fmt: skip
_WAN = {
    "channels_in": "in_channels", "channels": "out_channels", "heads": "num_attention_heads",
    "head": "attention_head_dim", "depth": "num_layers", "hidden": "ffn_dim", "text": "text_dim",
    "frequencies": "freq_dim", "vace": "vace_layers", "control": "vace_in_channels", "image": "image_dim",
    "places": "pos_embed_seq_len",
}  # fmt: skip
_WAN_VAE = {
    "base": "base_dim", "decoder_base": "decoder_base_dim", "channels": "z_dim", "widths": "dim_mult",
    "blocks": "num_res_blocks", "in_time": "temperal_downsample", "residual": "is_residual", "patch": "patch_size",
    "mean": "latents_mean", "std": "latents_std",
}  # fmt: skip
_VISION = {
    "width": "hidden_size", "heads": "num_attention_heads", "hidden": "intermediate_size", "depth": "num_hidden_layers",
    "patch": "patch_size", "side": "image_size", "activation": "hidden_act",
}  # fmt: skip
_LTX = {
    "channels": "in_channels", "heads": "num_attention_heads", "head": "attention_head_dim", "depth": "num_layers",
    "text": "caption_channels",
}  # fmt: skip
_LTX_VAE = {
    "channels": "latent_channels", "encoder": "block_out_channels", "encoder_blocks": "layers_per_block",
    "decoder": "decoder_block_out_channels", "decoder_blocks": "decoder_layers_per_block",
    "timed": "timestep_conditioning", "grain": "decoder_inject_noise",
}  # fmt: skip
_EARLY_LTX_VAE = {  # what 0.9.0's does not say
    "strided": True, "timed": False, "decoder": (128, 256, 512, 512), "decoder_blocks": (4, 3, 3, 3, 4),
    "grain": (False,) * 5,
}  # fmt: skip
_SHIFTING = {
    "low": "base_shift", "high": "max_shift", "few": "base_image_seq_len", "many": "max_image_seq_len",
    "last": "shift_terminal",
}  # fmt: skip
_TOKENIZERS = ("tokenizer.json", "spiece.model")


def is_path(name: str) -> bool:
    """Whether a model's name means a folder or a file."""
    return "/" in name or "\\" in name or Path(name).exists()


def card(name: str) -> Card:
    """What a folder holds. Raises WeightsError if it is not a model that we can run."""
    folder = Path(name)
    index = _json(folder / INDEX, name)
    kind = str(index.get("_class_name", ""))
    if kind.startswith("Wan"):
        return _wan(folder, index, name)
    if kind.startswith("LTX") and not kind.startswith("LTX2"):
        return _ltx(folder, name)
    raise WeightsError(
        f"{printable(name)}: is a {printable(kind) or 'nameless pipeline'}; this version runs Wan and LTX-Video",
        "unknown_architecture",
    )


def _wan(folder: Path, index: dict[str, Any], name: str) -> Card:
    transformer, vae, scheduler = (_config(folder, part, name) for part in ("transformer", "vae", "scheduler"))
    shift = scheduler.get("flow_shift", scheduler.get("shift", 3.0))
    configured = _picked(transformer, _WAN)
    way = "replaced"
    if transformer.get("vace_layers"):
        way = "control"
    elif transformer["in_channels"] > transformer["out_channels"]:
        way = "channels"
    elif index.get("expand_timesteps"):
        way = "tokens"
    sees = ("vision",) if transformer.get("image_dim") else ()
    low = ("low",) if (folder / "transformer_2").is_dir() else ()
    params: dict[str, Any] = {
        "transformer": configured, "vae": _picked(vae, _WAN_VAE), "text": _text(folder, name), "way": way,
        "boundary": index.get("boundary_ratio") or 0.0,
    }  # fmt: skip
    side = int(vae.get("scale_factor_spatial") or 8)
    counted = _counted(folder)
    params["cost"] = wan_costs(counted, configured, params["text"], side)
    if sees:
        params["vision"] = _picked(_config(folder, "image_encoder", name), _VISION)
    if low:  # as Wan's own configuration of 2.2 has them: guidance of 4 and 3 for text, one for pictures
        params["low_share"] = 1.0 if way == "channels" else 0.75
    guidance = (3.5 if way == "channels" else 4.0) if low else 5.0
    defaults = {
        "width": 832, "height": 480, "seconds": 5, "fps": 16, "steps": 40 if low else 50, "guidance": guidance,
        "shift": float(shift), "solver": "unipc" if "flow_shift" in scheduler else "euler",
    }  # fmt: skip
    return Card(
        name=folder.name, arch="wan", about=f"A Wan model in {folder}.", licence="", stride=(4, side, side),
        files=_files(folder, name, ("transformer", *low, "vae", "text", "tokenizer", *sees)), defaults=defaults,
        params=params, limits={"max_side": 2048, "window": 21}, folder=folder, causal=True, patch=2,
    )  # fmt: skip


def _ltx(folder: Path, name: str) -> Card:
    transformer, vae, scheduler = (_config(folder, part, name) for part in ("transformer", "vae", "scheduler"))
    early = "LTXVideo095DownBlock3D" not in (vae.get("down_block_types") or ())  # before 0.9.5
    params: dict[str, Any] = {
        "transformer": _picked(transformer, _LTX),
        "vae": {**(_EARLY_LTX_VAE if early else {}), **_picked(vae, _LTX_VAE)},
        "text": _text(folder, name), "lag": 0 if early else 7,
    }  # fmt: skip
    if scheduler.get("use_dynamic_shifting"):
        params["shifting"] = _picked(scheduler, _SHIFTING)
    params["cost"] = ltx_costs(_counted(folder), params["transformer"], params["text"])
    later = {"width": 1216, "height": 704, "seconds": 4, "fps": 30, "steps": 40, "guidance": 3.0, "solver": "euler"}
    return Card(
        name=folder.name, arch="ltx", about=f"An LTX-Video model in {folder}.", licence="", stride=(8, 32, 32),
        files=_files(folder, name, ("transformer", "vae", "text", "tokenizer")),
        defaults=EARLY_LTX if early else later, params=params,
        limits={"max_side": 2048, "window": 33}, folder=folder, causal=True,
    )  # fmt: skip


_FOLDERS = {
    "transformer": "transformer",
    "low": "transformer_2",
    "vae": "vae",
    "text": "text_encoder",
    "vision": "image_encoder",
}


def _files(folder: Path, name: str, roles: tuple[str, ...]) -> tuple[WeightFile, ...]:
    """What lies there for each role. The digest of a local file is that of its name, size and header alone."""
    found = []
    for role in roles:
        if role == "tokenizer":
            paths = [folder / role / file for file in _TOKENIZERS if (folder / role / file).is_file()][:1]
        else:
            paths = sorted((folder / _FOLDERS[role]).glob("*.safetensors"))
        if not paths:
            raise WeightsError(f"{printable(name)}: has no {role}; download all of the model", "weights_missing")
        found += [WeightFile(role, str(path.relative_to(folder)), path.stat().st_size, sketch(path)) for path in paths]
    return tuple(found)


def _counted(folder: Path) -> Counted:
    """Numbers of each component; none of those that are not there, which `_files` says."""
    found = {}
    for part in ("transformer", "text_encoder", "vae", "image_encoder"):
        paths = sorted((folder / part).glob("*.safetensors"))
        found[part] = sum(numbers(shapes_of(path, str(path))) for path in paths), sum(p.stat().st_size for p in paths)
    return Counted(found["transformer"][0], *found["text_encoder"], found["vae"][0] + found["image_encoder"][0])


def _text(folder: Path, name: str) -> dict[str, Any]:
    config = _config(folder, "text_encoder", name)
    return {**_picked(config, _T5), "own_positions": config.get("model_type") == "umt5"}


def _picked(config: dict[str, Any], keys: dict[str, str]) -> dict[str, Any]:
    found = {ours: config[theirs] for ours, theirs in keys.items() if config.get(theirs) is not None}
    for key, value in found.items():  # a network is built from these before its file is read
        for number in value if isinstance(value, list) else [value]:
            if isinstance(number, int | float) and not abs(number) <= (MOST_BLOCKS if key == "depth" else MOST):
                raise WeightsError(
                    f"{keys[key]} is {short(number, 40)}, which no model has; download it again", "weights_damaged"
                )
    return found


def _config(folder: Path, part: str, name: str) -> dict[str, Any]:
    return _json(folder / part / ("scheduler_config.json" if part == "scheduler" else "config.json"), name)


def _json(path: Path, name: str) -> dict[str, Any]:
    try:
        found = parsing.from_json(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise WeightsError(
            f"{printable(name)}: {path.name} cannot be read ({error.__class__.__name__}); "
            f"give a folder with a {INDEX} and a folder per component",
            "weights_missing",
        ) from error
    if not isinstance(found, dict):
        raise WeightsError(f"{printable(name)}: {path.name} is not an object; download it again", "weights_damaged")
    return found
