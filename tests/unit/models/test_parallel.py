"""One clip in several processes: what comes out is what one process makes."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import open_folder
import pytest
import torch
from conftest import Sora
from torch import Tensor

from soracli import media
from soracli.card import Card, ModelOptions
from soracli.errors import UsageError
from soracli.models.common import parallel
from soracli.models.common.parallel import Share
from soracli.weights import manifest

PACKAGE = Path(__file__).parents[3]
PATIENCE = 300  # seconds

# Argument: folders. The first process paints from each by itself, then with the others, and prints how far that is.
SCRIPT = """
import os, sys
from pathlib import Path
import torch
from open_models import canvas, frames_of, loaded, painted, request
from soracli.pipeline import model_cache as engine; from soracli.weights import hub_folder as local
from soracli.models.common import parallel as ranks

torch.set_num_threads(1)

def latents(model, kind):
    given = {} if kind == "vace" else {0: frames_of(1, 96, 96, seed=1)}
    size = (9, 96, 96)
    options = request(model, size, 8, steps=2, guidance=2.0)
    return painted(model, canvas(size, 8, given), "a red fox", options).latents

folders = [Path(name) for name in sys.argv[1:]]
leads = os.environ["RANK"] == "0"
alone = [latents(loaded(folder), folder.name) for folder in folders if leads]

def main():
    for folder, one in zip(folders, alone):
        model = engine.load(local.card(str(folder)), "cpu")
        both = latents(model, folder.name)
        network = model.parts.get("transformer", torch.nn.Module)
        print(folder.name, float((both - one).abs().max()), float(one.std()), network.share.total % 2)
    sys.exit(0)

ranks.run(main)
"""


def together(count: int, *command: str) -> list[subprocess.CompletedProcess[str]]:
    """Python in so many processes of this machine, as torchrun starts and ends them."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    env = os.environ | {
        "PYTHONPATH": f"{PACKAGE}:{PACKAGE / 'tests' / 'support'}", "OMP_NUM_THREADS": "1", "SORA_SOCKET": "",
        "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port, "WORLD_SIZE": str(count),
    }  # fmt: skip
    running = [
        subprocess.Popen(
            [sys.executable, *command], env=env | {"RANK": str(i), "LOCAL_RANK": str(i)},
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for i in range(count)
    ]  # fmt: skip
    try:
        spoken = [process.communicate(timeout=PATIENCE) for process in running]
        return [
            subprocess.CompletedProcess([], process.returncode, *said)
            for process, said in zip(running, spoken, strict=True)
        ]
    finally:
        for process in running:
            process.kill()


def test_two_processes_make_what_one_makes(tmp_path: Path) -> None:
    """VACE has its branch of control; of 2.2 5B and LTX every token has a time of its own. Two do not divide 27."""
    folders = [str(open_folder.write(tmp_path / kind, kind)) for kind in ("vace", "ti2v", "ltx")]
    ran = together(2, "-c", SCRIPT, *folders)
    assert [one.returncode for one in ran] == [0, 0], ran[0].stderr + ran[1].stderr
    assert ran[1].stdout == ""
    found = [line.split() for line in ran[0].stdout.splitlines()]
    assert [name for name, *_ in found] == ["vace", "ti2v", "ltx"]
    for _, away, spread, _ in found:
        assert float(away) <= 1e-5 < 0.1 < float(spread)
    assert {odd for *_, odd in found} == {"0", "1"}


def test_the_first_process_alone_speaks_and_writes(tmp_path: Path, sora: Sora, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    open_folder.write(Path("vace"), "vace")
    call = ("generate", "a red fox", "-m", "./vace", "-s", "64x32", "-d", "5f", "--fps", "4", "--steps", "1",
            "--device", "cpu", "--seed", "3", "--quality", "lossless")  # fmt: skip
    ran = together(2, "-m", "soracli", *call, "-o", "two.mkv")
    assert [one.returncode for one in ran] == [0, 0], ran[0].stderr
    assert (ran[0].stdout, ran[1].stdout, ran[1].stderr) == ("two.mkv\n", "", "")
    assert sora(*call, "-o", "one.mkv").code == 0
    one, two = (media.read_source(name).clip.frames.astype(int) for name in ("one.mkv", "two.mkv"))
    assert abs(one - two).max() <= 1
    assert sorted(path.name for path in Path().glob("*.mkv")) == ["one.mkv", "two.mkv"]


@pytest.mark.parametrize(
    ("card", "message"),
    [
        (
            manifest.card("tiny"),
            "torchrun: model 'tiny' paints in one process; run sora by itself, or many clips with: sora batch",
        ),
        (
            replace(manifest.card("ltx-2b"), options=ModelOptions(cache=0.1)),
            "--cache: works in one process; leave it out, or run sora by itself",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_shared_is_said(card: Card, message: str, monkeypatch: pytest.MonkeyPatch) -> None:
    parallel.announce(card, {}, "cuda:7")  # one process may
    monkeypatch.setattr(parallel, "size", lambda: 2)
    with pytest.raises(UsageError) as caught:
        parallel.announce(card, {}, "cpu")
    assert (str(caught.value), caught.value.code) == (message, "one_process")


def test_processes_that_train_together_share_no_tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each has examples of its own: one that waited for the others' tokens would wait for ever."""
    monkeypatch.setattr(torch.distributed, "is_initialized", lambda: True)
    monkeypatch.setattr(torch.distributed, "get_world_size", lambda: 2)
    assert parallel.size() == 1
    network = parallel.spread(lambda: torch.nn.Linear(1, 1), "transformer")
    assert not hasattr(network, "share")


def test_each_process_has_its_own_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[object, ...]] = []
    monkeypatch.setattr(parallel, "size", lambda: 2)
    monkeypatch.setattr(parallel, "_own", lambda: "cuda:0")
    monkeypatch.setattr(parallel, "_order", lambda *order: told.append(order))
    card = manifest.card("ltx-2b")
    for where in ("cpu", "cuda", "cuda:0"):
        parallel.announce(card, {}, where)
    assert told == [(parallel.LOAD, card, {}, where) for where in ("cpu", "cuda", "cuda:0")]
    with pytest.raises(UsageError, match="--device cuda:1: torchrun gives each process a GPU of its own; leave it out"):
        parallel.announce(card, {}, "cuda:1")


@pytest.mark.parametrize("total", [1, 7, 8])
def test_shares_are_put_together_again(total: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every token once and in order, whatever divides them; what is one for all tokens is no one's share."""
    whole, shares = torch.arange(2.0 * total * 3).view(2, total, 3), [Share(i, 3) for i in range(3)]
    for share in shares:
        share.total = total
    parts = [share.part(whole) for share in shares]
    assert {part.shape[1] for part in parts} == {-(-total // 3)}

    def gather(found: list[Tensor], mine: Tensor) -> None:
        for place, part in zip(found, parts, strict=True):
            place.copy_(part)

    monkeypatch.setattr("torch.distributed.all_gather", gather)
    for share, part in zip(shares, parts, strict=True):
        assert torch.equal(share.whole(part), whole)
        if total > 1:
            one: Any = torch.ones(2, 1, 3)
            assert share.part(one) is one
