"""soracli: make and remake video. `import soracli` is cheap; NumPy and torch load on first use.

The names below are the whole public interface; docs/python.md tells of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from soracli.api import Model as Model
    from soracli.api import OutputSettings as OutputSettings
    from soracli.api import Result as Result
    from soracli.api import Seam as Seam
    from soracli.api import Settings as Settings
    from soracli.api import StageProgress as StageProgress
    from soracli.api import detect as detect
    from soracli.api import info as info
    from soracli.api import list_models as list_models
    from soracli.api import load as load
    from soracli.api import read as read
    from soracli.api import verify as verify
    from soracli.errors import CapacityError as CapacityError
    from soracli.errors import CheckError as CheckError
    from soracli.errors import MediaError as MediaError
    from soracli.errors import NetworkError as NetworkError
    from soracli.errors import PolicyError as PolicyError
    from soracli.errors import SoraError as SoraError
    from soracli.errors import UsageError as UsageError
    from soracli.errors import WeightsError as WeightsError
    from soracli.types import Canvas as Canvas
    from soracli.types import Clip as Clip
    from soracli.types import SamplingOptions as SamplingOptions

_HOMES = {  # module -> its public names
    "api": (
        "Model", "OutputSettings", "Result", "Seam", "Settings", "StageProgress", "detect", "info", "list_models",
        "load", "read", "verify",
    ),
    "errors": (
        "CapacityError", "CheckError", "MediaError", "NetworkError", "PolicyError", "SoraError", "UsageError",
        "WeightsError",
    ),
    "types": ("Canvas", "Clip", "SamplingOptions"),
}  # fmt: skip
_HOME = {name: module for module, names in _HOMES.items() for name in names}

__all__ = sorted([*_HOME, "__version__"])


def __getattr__(name: str) -> Any:
    """Public names are imported when they are first asked for (PEP 562)."""
    if name not in _HOME:
        raise AttributeError(f"module 'soracli' has no attribute {name!r}")
    from importlib import import_module

    found = globals()[name] = getattr(import_module(f"soracli.{_HOME[name]}"), name)
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
