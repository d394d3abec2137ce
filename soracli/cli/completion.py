"""What a shell may complete: values of flags that are one of a few. Everything is imported when it is asked for."""

from __future__ import annotations

from collections.abc import Iterable

SIZES = ("16:9", "9:16", "1:1", "4:3", "21:9", "256x256", "480p", "720p", "1080p")


def _starting(words: Iterable[str], start: str) -> list[str]:
    return [word for word in words if word.startswith(start)]


def models(incomplete: str) -> list[str]:
    """Names of models, for `--model`."""
    from soracli.weights import manifest

    return _starting(manifest.cards(), incomplete)


def adapters(incomplete: str) -> list[str]:
    """Names of adapters in `weights.toml`, for `--lora`."""
    from soracli.weights import manifest

    return _starting(manifest.adapters(), incomplete)


def presets(incomplete: str) -> list[str]:
    """Names of presets, for `--preset`."""
    from soracli.errors import SoraError
    from soracli.options import presets

    try:
        return _starting(presets.every(), incomplete)
    except SoraError:  # a broken file is said when it is used, not while typing
        return _starting(presets.BUILT_IN, incomplete)


def styles(incomplete: str) -> list[str]:
    """Styles of the training world, for `--style` of what is painted."""
    from soracli.world.language.surroundings import STYLES

    return _starting((name.replace(" ", "-") for name in STYLES), incomplete)


def looks(incomplete: str) -> list[str]:
    """Looks that are laid over footage, for `--style` of `sora edit`."""
    from soracli.prompts.modifiers import LOOKS

    return _starting(LOOKS, incomplete)


def cameras(incomplete: str) -> list[str]:
    """Camera moves, for `--camera`."""
    from soracli.world.language.surroundings import CAMERAS

    return _starting((name.replace(" ", "-") for name in CAMERAS), incomplete)


def sizes(incomplete: str) -> list[str]:
    """Common sizes and shapes, for `--size`."""
    return _starting(SIZES, incomplete)


def formats(incomplete: str) -> list[str]:
    """File formats, for `--format`."""
    return _starting(("mp4", "mov", "webm", "mkv", "gif", "webp", "avif", "png", "frames"), incomplete)


def qualities(incomplete: str) -> list[str]:
    """Named qualities, for `--quality`."""
    return _starting(("draft", "good", "lossless"), incomplete)


def packings(incomplete: str) -> list[str]:
    """Number types of weights, for `--weights`."""
    return _starting(("whole", "int8", "fp8"), incomplete)


def keys(incomplete: str) -> list[str]:
    """Keys of the configuration, for `sora config`."""
    from soracli.options.settings import KEYS

    return _starting(KEYS, incomplete)


def topics(incomplete: str) -> list[str]:
    """Topics, for `sora help`."""
    from soracli.cli import manual

    return _starting(manual.topics(), incomplete)
