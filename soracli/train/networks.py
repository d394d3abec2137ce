"""The networks of a run, a folder with a checkpoint per stage, and those that ship."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import torch

from soracli.errors import UsageError
from soracli.models.common import quantise
from soracli.models.spark.dit import Dit, DitConfig
from soracli.models.spark.text import TextEncoder
from soracli.models.spark.vae import Vae, VaeConfig
from soracli.train.run import say
from soracli.weights import manifest

SHARDS = {"transformer": "spark-base", "fewstep": "spark-few", "drafts": "spark-drafts"}  # files of a stage
BUNDLED = Path(__file__).parent.parent / "bundled"


def load_vae(run: Path) -> Vae:
    """The compression network of a run: refined if it was trained, else as fitted, else the one that ships."""
    trained, fitted = run / "autoencoder" / "checkpoint.pt", run / "linear.pt"
    if trained.exists() or fitted.exists():
        state = torch.load(trained if trained.exists() else fitted, map_location="cpu", weights_only=True)
        weights = state["ema"] if "ema" in state else state["module"]
    else:
        weights = quantise.dequantise(quantise.load(sorted(BUNDLED.glob("spark-vae-*.safetensors"))))
    basis = weights["linear.cell_basis"].shape
    vae = Vae(VaeConfig(channels=basis[1], block=weights["linear.block_basis"].shape[1]))
    vae.load_state_dict(weights)
    return vae


def load_text(device: str = "cpu") -> TextEncoder:
    """The text encoder that ships."""
    shards = sorted(BUNDLED.glob("minilm-l6-int8-*.safetensors"))
    return TextEncoder.load(shards, BUNDLED / "minilm-tokenizer.json", device)


def published(folder: Path) -> dict[str, torch.Tensor]:
    """Weights of the transformer in a folder where `publish` wrote them, before they were made few-step."""
    return quantise.dequantise(quantise.load(sorted(folder.glob(f"{SHARDS['drafts']}-*.safetensors"))))


def initialise(dit: Dit, source: Path, *, spectrum: bool = False) -> None:
    """Take every weight that has the same name and shape. spectrum: that too, else that of the data at hand is kept.

    source: a checkpoint of a run (its averaged weights), or a folder with published weights.
    """
    known = published(source) if source.is_dir() else torch.load(source, map_location="cpu", weights_only=True)["ema"]
    own = dit.state_dict()
    fits = {k: v for k, v in known.items() if k in own and own[k].shape == v.shape}
    taken = {k: v for k, v in fits.items() if spectrum or k != "spectrum"}
    dit.load_state_dict({**own, **taken})
    if "inlet.weight" not in taken:
        raise UsageError(f"{source}: holds no weights that fit a network of depth {dit.config.depth}")
    say(f"{source}: took {len(taken)} of {len(own)} tensors; what does not fit starts fresh")


def trained(run: Path, stage: str, temperature: float = 1.0) -> tuple[Dit, int]:
    """The averaged network of a run's stage (a key of `SHARDS`), and its step."""
    path = run / stage / "checkpoint.pt"
    if not path.exists():
        raise UsageError(f"{path}: there is no checkpoint; run the {stage} command first")
    state = torch.load(path, map_location="cpu", weights_only=True)
    channels = state["ema"]["spectrum"].numel()
    depth = sum(name.endswith(".modulation") for name in state["ema"])
    control = "steering.draft.weight" in state["ema"]
    config = DitConfig(channels, depth, few=stage == "fewstep", temperature=temperature, control=control)
    dit = Dit(config)
    dit.load_state_dict(state["ema"])
    return dit, state["step"]


def taught(run: Path) -> Dit:
    """The network whose sampling few steps are to do: the run's transformer if it has one, else the one that ships."""
    config = DitConfig(**manifest.card("spark").params["dit"])
    if (run / "transformer" / "checkpoint.pt").exists():
        return trained(run, "transformer", config.temperature)[0]
    dit = Dit(replace(config, few=False))
    dit.load_state_dict(published(BUNDLED))
    return dit


def blend(dit: Dit, source: Path, share: float) -> None:
    """Move a network that went on from published weights back towards them.

    What was learnt lately is mostly kept, and what was known is known better than at either end (Wortsman et al. 2022,
    "Robust fine-tuning of zero-shot models"). share: of the published weights in the folder `source`.
    """
    known = published(source)
    own = dit.state_dict()
    if {name: value.shape for name, value in known.items()} != {name: value.shape for name, value in own.items()}:
        raise UsageError(f"{source}: its weights are not those of a network like this one; publish without --keep")
    for name, value in own.items():
        if value.is_floating_point():
            value.lerp_(known[name].to(value.dtype), share)
