"""Threads of torch."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


def alone(work: Callable[P, R]) -> Callable[P, R]:
    """The same function with one thread of torch, for many operations on little: threads that wait for each other take
    longer than the work, and the other processors have frames to encode. Results do not depend on it.
    """

    @functools.wraps(work)
    def run(*args: P.args, **named: P.kwargs) -> R:
        import torch

        before = torch.get_num_threads()
        torch.set_num_threads(1)
        try:
            return work(*args, **named)
        finally:
            torch.set_num_threads(before)

    return run
