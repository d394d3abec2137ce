"""Benchmarks measure what ships, with nobody's settings."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile


def of_nobody() -> None:
    """An empty folder of settings, for this process and those that it starts, until it ends."""
    folder = tempfile.mkdtemp(prefix="settings-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    os.environ["XDG_CONFIG_HOME"] = folder
