"""What this machine is: cores, memory, disk. Standard library only."""

from __future__ import annotations

import os
import platform
import shutil
from pathlib import Path

_CGROUP = Path("/sys/fs/cgroup")


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
