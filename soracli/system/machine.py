"""What this machine is: cores, memory, disk, and how fast it calculates. Nothing slow is imported."""

from __future__ import annotations

import contextlib
import json
import os
import platform
import re
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path

from soracli.system import parsing, part_files

_CGROUP = Path("/sys/fs/cgroup")


@dataclass(frozen=True)
class Rates:
    """How fast a machine works in practice, for estimates.

    products, attention, convolutions: FLOP per second. scaling, saving: pixels per second. start: seconds until a
    model is loaded. measured: the day on which `sora doctor --calibrate` found them; empty = a guess.
    """

    products: float = 4.0e10
    attention: float = 3.0e10
    convolutions: float = 4.0e10
    scaling: float = 1.0e7
    saving: float = 1.5e7
    start: float = 3.0
    measured: str = ""

    def times(self, factor: float) -> Rates:
        """The same for `factor` times as many threads. Reading files and writing video gain nothing."""
        return Rates(
            self.products * factor, self.attention * factor, self.convolutions * factor, self.scaling * factor,
            self.saving, self.start, self.measured,
        )  # fmt: skip


_GPU = Rates(5.0e13, 5.0e13, 2.0e13, 5.0e8, 1.5e7, 5.0)  # a guess


def cache_folder() -> Path:
    """Where things are kept that can be made again."""
    import platformdirs

    return platformdirs.user_cache_path("soracli", appauthor=False)


def calibration_file() -> Path:
    """Where measured rates are kept."""
    return cache_folder() / "machine.json"


def rates(threads: int | None) -> Rates:
    """Of so many threads of the CPU, None = an accelerator: as measured on this machine, or a guess."""
    known = _calibrations()
    if threads is None:
        return known.get("gpu", _GPU)
    if str(threads) in known:
        return known[str(threads)]
    counted = {int(name): row for name, row in known.items() if re.fullmatch("[1-9][0-9]{0,3}", name)}
    if not counted:
        return Rates().times(threads)
    nearest = min(counted, key=lambda count: abs(count - threads))
    return counted[nearest].times(threads / nearest)


def keep_rates(found: Rates, threads: int | None) -> Path:
    """Store what was measured, beside what was measured for other numbers of threads."""
    path = calibration_file()
    known = {name: asdict(row) for name, row in _calibrations().items()}
    known["gpu" if threads is None else str(threads)] = asdict(found)
    path.parent.mkdir(parents=True, exist_ok=True)
    part_files.put(path, json.dumps({"cpu": cpu(), "rates": known}, indent=1).encode())
    return path


def _calibrations() -> dict[str, Rates]:
    """Measured rates by number of threads; none if they are of another processor, or cannot be read."""
    with contextlib.suppress(OSError, ValueError, TypeError, KeyError, AttributeError):
        table = parsing.from_json(parsing.read(calibration_file()))
        if table["cpu"] == cpu():
            found = {name: Rates(**row) for name, row in table["rates"].items()}
            return {
                name: row
                for name, row in found.items()
                if all(v > 0 for k, v in asdict(row).items() if k != "measured")
            }
    return {}


def cores() -> int:
    """CPU cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def cpu() -> str:
    """The processor's name, as well as it can be known."""
    for line in _lines("/proc/cpuinfo"):
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def gpu() -> bool:
    """Whether an NVIDIA driver reports a GPU; a guess for plans, made without importing torch."""
    folder = Path("/proc/driver/nvidia/gpus")
    return folder.is_dir() and any(folder.iterdir())


def gpu_memory() -> tuple[int, int]:
    """(total, free) bytes of the first GPU, as its driver's own tool says; (0, 0) if unknown."""
    import subprocess

    command = ["nvidia-smi", "--query-gpu=memory.total,memory.free", "--format=csv,noheader,nounits", "--id=0"]
    try:
        ran = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True)
        total, free = (int(number) << 20 for number in ran.stdout.split(",", 1))
        return total, free
    except (OSError, subprocess.SubprocessError, ValueError):
        return 0, 0


def memory() -> tuple[int, int]:
    """(total, available) bytes, a container's limit included; (0, 0) if unknown."""
    table = {line.split(":")[0]: line.split() for line in _lines("/proc/meminfo")}
    if "MemTotal" in table and "MemAvailable" in table:
        total, free = (int(table[key][1]) * 1024 for key in ("MemTotal", "MemAvailable"))
    elif hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        total = free = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    else:
        return 0, 0
    limit, used = (_number(_CGROUP / name) for name in ("memory.max", "memory.current"))
    if limit is not None and used is not None and limit < total:
        total, free = limit, min(free, max(0, limit - used))
    return total, free


def disk(folder: Path) -> int:
    """Free bytes where `folder` is; 0 if unknown."""
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return 0


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []


def _number(path: Path) -> int | None:
    try:
        return int(path.read_text())
    except (OSError, ValueError):
        return None
