"""benchmarks/gpu.py on tiny networks: it runs on a CPU, and what it compares are the same pictures."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from typing import Any

import oracle
import pytest

oracle.needed()
pytestmark = pytest.mark.filterwarnings("ignore")


def benchmark() -> Any:
    place = Path(__file__).parents[2] / "benchmarks" / "gpu.py"
    spec = importlib.util.spec_from_file_location("gpu_benchmark", place)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look there
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("model", ["wan-1.3b", "wan-vace-1.3b", "ltx-2b"])
def test_it_compares(model: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["gpu.py", model, "--toy", "--device", "cpu", "--repeats", "1"])
    benchmark().main()
    found = json.loads(capsys.readouterr().out)
    assert found["latents_apart"] < 2e-5
    for key in ("step_seconds", "their_step_seconds", "clip_seconds", "their_clip_seconds", "matrix_rate"):
        assert found[key] > 0, key
    assert found["speed"] == pytest.approx(found["their_clip_seconds"] / found["clip_seconds"], rel=0.1)
    assert 0 < found["share_of_matrix_rate"] < 1


def test_the_setups_are_the_real_ones() -> None:
    import torch

    module = benchmark()
    billions = {"wan-1.3b": 1.42, "wan-14b": 14.29, "wan-vace-1.3b": 2.15, "ltx-2b": 1.92, "ltx-13b": 13.04}
    assert set(module.SETUPS) == set(billions)
    for name, setup in module.SETUPS.items():
        kind = module.WanTransformer if setup.family == "wan" else module.LtxTransformer
        with torch.device("meta"):
            count = sum(tensor.numel() for tensor in kind(setup.network).parameters())
        assert count / 1e9 == pytest.approx(billions[name], abs=0.01)
