"""The arguments of `python -m soracli.train`: a command per network, and those that make or publish what they need."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from soracli.train import enhance
from soracli.train.networks import BUNDLED


def parser() -> argparse.ArgumentParser:
    """The command line of `python -m soracli.train`."""
    about = "Train every network that ships, and publish what was trained."
    root = argparse.ArgumentParser(prog="python -m soracli.train", description=about)
    commands = root.add_subparsers(dest="command", required=True)

    def command(name: str, about: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=about, description=about)
        sub.add_argument("--run", type=Path, required=True, help="folder of this run: checkpoint, log, cache")
        sub.add_argument("--threads", type=int, default=0, help="CPU threads (0 = all)")
        sub.add_argument("--seed", type=int, default=0)
        return sub

    for group in (_material, _transformer, _drafts, _few_steps, _others):
        group(command)
    return root


Command = Callable[[str, str], argparse.ArgumentParser]  # name, what it does -> its parser


def world(sub: argparse.ArgumentParser) -> None:
    """Add the arguments that say which clips the world makes."""
    sub.add_argument("--assets", type=Path, required=True, help="folder of the training material")
    sub.add_argument("--actors", type=int, default=24, help="take the first N of the core actors")
    sub.add_argument("--corpus", choices=("core", "full"), default="core")
    sub.add_argument("--others", type=float, default=0.0, help="share of panorama, solid and studio scenes")
    sub.add_argument("--only", default="", help="comma-separated; only these of the actors lead")
    sub.add_argument("--cameras", default="", help="comma-separated; only these camera moves")
    sub.add_argument("--directions", default="", help="comma-separated; performers go only these ways")
    sub.add_argument("--without", default="", help="comma-separated verbs to leave out")
    sub.add_argument("--styles", default="", help="comma-separated; every clip in one of these looks")
    sub.add_argument("--spread", type=float, default=1.0, help="0 = performances are laid out alike .. 1 = as usual")


def _material(command: Command) -> None:
    """What is trained on, and the compression network that its latents come from."""
    sub = command("cast", "Pack the drawings of the training material into the library of pictures that ships.")
    sub.add_argument("--assets", type=Path, required=True, help="folder of the training material")
    sub.add_argument("--out", type=Path, default=BUNDLED, help="folder of the shards")
    sub.add_argument("--drawn", action="store_true", help="only index anew what code draws")

    sub = command("fit", "Fit the compression network's linear path (closed form).")
    world(sub)
    sub.add_argument("--clips", type=int, default=160)
    sub.add_argument("--channels", type=int, default=512)
    sub.add_argument("--whitening", type=float, default=0.5)

    sub = command("autoencoder", "Train the compression network's decoder over its linear path.")
    world(sub)
    sub.add_argument("--minutes", type=float, default=20)
    sub.add_argument("--lr", type=float, default=1e-3)
    sub.add_argument(
        "--painter", type=float, default=0.0, metavar="TEMPERATURE", help="also mend what the run's transformer paints"
    )
    sub.add_argument("--fresh", action="store_true", help="begin with a residual that does nothing")
    sub.add_argument("--places", action="store_true", help="mostly stills of all places, painted from sketches")
    sub.add_argument("--perceptual", type=float, default=0.0, help="weight of LPIPS beside the distance of pixels")
    sub.add_argument("--contrast", type=float, default=0.0, help="weight of the contrast of regions beside it")

    sub = command("cache", "Render scenes and keep their latents.")
    world(sub)
    sub.add_argument("--clips", type=int, default=1000)
    sub.add_argument("--index", type=int, default=0, help="number of this process, when several render side by side")
    sub.add_argument("--device", default="cpu")
    sub.add_argument("--batch", type=int, default=16, help="clips rendered together")


def _transformer(command: Command) -> None:
    sub = command("transformer", "Train the transformer on cached latents.")
    sub.add_argument("--cache", type=Path, action="append", help="folder of shards (default RUN/cache); repeatable")
    sub.add_argument("--depth", type=int, default=8, help="the one dial")
    sub.add_argument("--leads", default="", help="comma-separated; only clips led by these actors")
    sub.add_argument("--init", type=Path, help="checkpoint, or folder of published weights, to start from")
    sub.add_argument("--behind", type=float, default=0.0, help="share of the curriculum that --init has been through")
    sub.add_argument("--peer", type=Path, help="folder of another such run, to meet halfway at every checkpoint")
    sub.add_argument("--minutes", type=float, default=60, help="of the whole schedule, over all sittings")
    sub.add_argument("--sitting", type=float, default=0.0, help="stop this sitting after so many minutes (0 = never)")
    sub.add_argument("--tokens", type=int, default=1600, help="per step")
    sub.add_argument("--lr", type=float, default=1.5e-3)
    sub.add_argument("--muon-lr", type=float, default=0.0)
    sub.add_argument("--shift", type=float, default=4.0, help="of the noise levels: higher = more layout, less detail")
    sub.add_argument("--device", default="cpu")
    sub.add_argument("--compile", action="store_true", help="torch.compile the network")
    sub.add_argument("--half", action="store_true", help="bfloat16 products on a CPU too: 1.6 x with AVX-512 BF16")


def _drafts(command: Command) -> None:
    sub = command("pieces", "Render clips told apart into draft and plate, and keep their latents.")
    sub.add_argument("--assets", type=Path, required=True, help="folder of the training material")
    sub.add_argument("--shards", type=int, default=100, help="of 8 clips each")
    sub.add_argument("--stills", type=int, default=0, help="film shards of so many stills of empty places instead")
    sub.add_argument("--aside", default="", help="comma-separated actors that are kept from training")
    sub.add_argument("--only-aside", action="store_true", help="film these alone, for the line of validation")

    sub = command("drafts", "Teach a transformer to paint behind and around drafts, from the run's pieces.")
    sub.add_argument("--init", type=Path, help="checkpoint, or folder of published weights, to start from")
    sub.add_argument("--depth", type=int, default=6, help="the one dial")
    sub.add_argument("--minutes", type=float, default=60, help="of the whole schedule, over all sittings")
    sub.add_argument("--sitting", type=float, default=0.0, help="stop this sitting after so many minutes (0 = never)")
    sub.add_argument("--tokens", type=int, default=1024, help="per step")
    sub.add_argument("--lr", type=float, default=6e-4)
    sub.add_argument("--shift", type=float, default=2.5, help="of the noise levels: higher = more layout, less detail")
    sub.add_argument("--device", default="cpu")


def _few_steps(command: Command) -> None:
    sub = command(
        "trajectories", "Let the run's transformer, or the model that ships, paint what few steps are learnt from."
    )
    sub.add_argument("--cache", type=Path, action="append", help="folder of shards (default RUN/cache); repeatable")
    sub.add_argument("--leads", default="", help="comma-separated; only clips led by these actors")
    sub.add_argument("--minutes", type=float, default=10)
    sub.add_argument("--index", type=int, default=0, help="number of this process, when several paint side by side")
    sub.add_argument("--device", default="cpu")

    sub = command(
        "fewstep", "Turn that transformer into a few-step one with guidance inside, from the run's trajectories."
    )
    sub.add_argument("--minutes", type=float, default=30)
    sub.add_argument("--peer", type=Path, help="folder of another such run, to meet halfway at every checkpoint")
    sub.add_argument("--lr", type=float, default=4e-4)
    sub.add_argument("--device", default="cpu")
    sub.add_argument("--half", action="store_true", help="bfloat16 products on a CPU too: 1.6 x with AVX-512 BF16")


def _others(command: Command) -> None:
    """Networks beside the transformer, and what becomes of a run."""
    sub = command("probe", "Train the classifier that scores clips (benchmarks/tasks.py).")
    world(sub)
    sub.add_argument("--clips", type=int, default=2400, help="to film")
    sub.add_argument("--minutes", type=float, default=8)
    sub.add_argument("--begin", type=Path, help="a probe to start from")
    sub.add_argument("--out", type=Path, required=True)

    sub = command("enhance", "Train a network that makes clips larger, or smoother.")
    world(sub)
    sub.add_argument("--what", choices=tuple(enhance.RECIPES), required=True)
    sub.add_argument("--clips", type=int, default=32, help="in a pool of films")
    sub.add_argument("--minutes", type=float, default=15)
    sub.add_argument("--lr", type=float, default=1e-3)

    sub = command("publish", "Write the run's averaged weights as the model's files.")
    sub.add_argument("--out", type=Path, default=BUNDLED)
    sub.add_argument("--what", choices=("model", "enhance"), default="model")
    sub.add_argument("--keep", type=float, default=0.0, help="share of the base's weights there that stays")

    sub = command("text", "Build the int8 text encoder from a folder with model.safetensors and tokenizer.json.")
    sub.add_argument("--source", type=Path, required=True)
    sub.add_argument("--out", type=Path, default=BUNDLED)

    sub = command("plot", "Draw the run's loss curves.")
    sub.add_argument("--out", type=Path, required=True)
