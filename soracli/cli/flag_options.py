"""The options that verbs share: the form and the help of each field of `options.flags`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import typer

from soracli.cli import completion
from soracli.cli.options import DEBUG, JSON, OPEN, OUTPUT, PICTURE, SAMPLING, TALK, option


def _choose(context: typer.Context, preset: str | None) -> str | None:
    """Called before all other flags are looked at."""
    choose = getattr(context.default_map, "choose", None)
    if preset is not None and choose is not None:
        choose(preset)
    return preset


# The form of each field of `options.flags`.
OPTIONS: Mapping[str, Any] = {
    "dry_run": option(TALK, "Say what would be done, with time and memory, and stop.", "--dry-run"),
    "json": JSON,
    "print0": option(TALK, "End each printed path with NUL, for xargs -0.", "--print0"),
    "progress": option(
        TALK, "Progress on standard error: auto (default), plain, json or none.", "--progress", metavar="HOW"
    ),
    "color": option(
        TALK,
        "Colours: auto (default: on terminals, unless NO_COLOR is set), always or never.",
        "--color",
        metavar="WHEN",
    ),
    "quiet": option(TALK, "Print paths and errors only.", "-q", "--quiet"),
    "verbose": option(TALK, "Say more: the plan and the time of each stage.", "-v", "--verbose"),
    "debug": DEBUG,
    "output": option(
        OUTPUT,
        "File, folder or '-' (standard output). May hold {slug} {seed} {n} {model} {width} {height} {ext}. "
        "Default: {slug}-{seed}.{ext} here.",
        "-o",
        "--output",
        metavar="PATH",
    ),
    "format": option(
        OUTPUT,
        "mp4, mov, webm, mkv, gif, webp, avif, png or frames (a folder). Default: by suffix.",
        "--format",
        metavar="NAME",
        complete=completion.formats,
    ),
    "quality": option(
        OUTPUT,
        "draft, good (default), lossless, or a CRF number (lower is better).",
        "--quality",
        metavar="LEVEL",
        complete=completion.qualities,
    ),
    "force": option(OUTPUT, "Replace the output if it exists.", "-f", "--force"),
    "device": option(SAMPLING, "Where it runs: auto (default), cpu, cuda or cuda:N.", "--device", metavar="NAME"),
    "threads": option(SAMPLING, "CPU threads. Default: all cores.", "--threads", metavar="N"),
    "preset": typer.Option(
        "-p",
        "--preset",
        help="A named set of flags; see sora preset list.",
        rich_help_panel=OUTPUT,
        metavar="NAME",
        show_default=False,
        is_eager=True,
        callback=_choose,
        autocompletion=completion.presets,
    ),
    "fps": option(PICTURE, "Frames per second.", "--fps", metavar="RATE"),
    "audio": option(
        OUTPUT, "Music beneath the result: cut to its length, faded, levelled (EBU R128).", "--audio", metavar="SOUND"
    ),
    "no_audio": option(OUTPUT, "Leave out the sound of the inputs.", "--no-audio"),
    "keep_held": option(
        OUTPUT, "Keep a result that the safety review withholds, as NAME.held; see sora help safety.", "--keep-held"
    ),
    "preview": option(
        OUTPUT,
        "A small picture of the work so far, in this file or on the terminal.",
        "--preview",
        metavar="PATH|term",
    ),
    "save_latents": option(
        OUTPUT,
        "Keep the latents, what is painted before decoding, for sora decode; see sora runs show.",
        "--save-latents",
    ),
    "no_prompt_metadata": option(
        OUTPUT, "Keep texts and file names out of the result; its credentials stay.", "--no-prompt-metadata"
    ),
    "size": option(
        PICTURE,
        "WIDTHxHEIGHT, a shape such as 16:9, or 480p / 720p.",
        "-s",
        "--size",
        metavar="SIZE",
        complete=completion.sizes,
    ),
    "duration": option(PICTURE, "Seconds (4s, 2.5s) or frames (96f).", "-d", "--duration", metavar="TIME"),
    "model": option(
        SAMPLING,
        "Which model paints; see sora model list.",
        "-m",
        "--model",
        metavar="NAME",
        complete=completion.models,
    ),
    "lora": option(
        OPEN,
        "An adapter, by its file or its name in sora model list; may be repeated.",
        "--lora",
        metavar="FILE[:SCALE]",
        complete=completion.adapters,
    ),
    "weights": option(
        OPEN,
        "Precision of the weights: whole (default), or int8 or fp8, with half the memory and nearly the same pictures.",
        "--weights",
        metavar="KIND",
        complete=completion.packings,
    ),
    "tiles": option(
        OPEN,
        "Decode in tiles of so many pixels, for less memory; 0 = whole. Default: as memory allows.",
        "--tiles",
        metavar="PIXELS",
    ),
    "guide": option(
        OPEN,
        "Noise levels at which --guidance applies, such as 0.2..0.9; steps at others take half the time.",
        "--guide",
        metavar="LOW..HIGH",
    ),
    "cache": option(
        OPEN,
        "Reuse a step's result if the next would change less than this, such as 0.1: faster, less exact. Default: 0.",
        "--cache",
        metavar="SHARE",
    ),
    "compile": option(OPEN, "Compile the network with torch.compile: a slow first step, faster others.", "--compile"),
    "seed": option(
        SAMPLING,
        "Random seed: N, several N,N or a range N..M, one result each. Default: a random one.",
        "--seed",
        metavar="N",
    ),
    "count": option(SAMPLING, "How many results, with seeds counting up.", "-n", "--count", metavar="N"),
    "steps": option(SAMPLING, "Solver steps: more is slower and finer.", "--steps", metavar="N"),
    "guidance": option(
        SAMPLING, "Guidance scale, how closely to follow the prompt; 1 = off.", "-g", "--guidance", metavar="X"
    ),
    "negative": option(SAMPLING, "What not to show.", "-N", "--negative", metavar="TEXT"),
    "max_memory": option(
        SAMPLING,
        "Refuse what needs more memory than this, such as 6G. Default: what is free.",
        "--max-memory",
        metavar="SIZE",
    ),
    "expand": option(
        SAMPLING, "Fill in what a short prompt leaves open, as sora recaption does.", "-e", "--expand/--no-expand"
    ),
    "prompt_file": option(
        SAMPLING, "Read the prompt from a file, or '-' for standard input.", "--prompt-file", metavar="FILE"
    ),
}
