"""The bodies of `sora runs`."""

from __future__ import annotations

import re
import sys
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, cast

from soracli.console.output import emit, print_out
from soracli.errors import UsageError
from soracli.formatting import amount, printable
from soracli.state import ledger, prompt_cache, runs
from soracli.state.runs import Run
from soracli.system import part_files

if TYPE_CHECKING:
    from soracli.commands.output_types.runs import Pruned, RunState

_AGE = re.compile(r"([0-9]{1,6})\s*([mhdw])")
_UNITS = {"m": 60, "h": 3600, "d": 86400, "w": 604800}


def runs_list(*, as_json: bool) -> None:
    """Print the runs that are remembered, the last first."""
    found = list(runs.latest())
    if as_json:
        emit([run.as_data() for run in found])
        return
    for run in found:
        done = f"{len(run.items) - len(run.pending)}/{len(run.items)}"
        print_out(f"{run.id:<16}  {_when(run)}  {run.state:<11}  {done:>5}  {printable(_asked(run))}\n")


def runs_show(name: str | None, *, as_json: bool) -> None:
    """Print one run; None = the last unfinished one. Raises UsageError if there is none."""
    run = runs.named(name)
    kept = {item.seed: path for item in run.items if (path := run.latents(item.seed)) and path.is_file()}
    if as_json:
        emit(run.as_data() | {"latents": {str(seed): str(path) for seed, path in kept.items()}})
        return
    rows = [("run", run.id), ("state", run.state + (f": {run.message}" if run.message else "")), ("begun", _when(run))]
    rows += [(key, str(value)) for key, value in run.call.items()]
    rows.append(("in", run.cwd))
    for item in run.items:
        where = item.path or "standard output"
        rows.append((f"seed {item.seed}", f"{where}, {'done' if item.data is not None else 'not done'}"))
        if item.seed in kept:
            rows.append(("latents", str(kept[item.seed])))
    if run.pending:
        rows.append(("go on", f"sora resume {run.id}"))
    width = max(len(key) for key, _ in rows)
    print_out("".join(f"{key:<{width}}  {printable(value)}\n" for key, value in rows))


def runs_prune(older: str, *, unfinished: bool, yes: bool, as_json: bool) -> None:
    """Forget runs, and remove part files that killed ones left where their results were to go.

    Asks on a terminal; elsewhere --yes has to be given.
    """
    match = _AGE.fullmatch(older.strip())
    if not match:
        raise UsageError(f"--older {older}: must be a number and m, h, d or w, such as 30d", "bad_age")
    before = time.time() - int(match[1]) * _UNITS[match[2]]
    old = [run for run in runs.latest() if run.started <= before and run.state != "running"]
    found = [run for run in old if unfinished or run.state == "done"]
    prompts = prompt_cache.unused(before)
    sizes = {run.id: runs.size(run) for run in old}
    if found and not yes:
        _ask(found, sum(sizes[run.id] for run in found) + sum(size for _, size in prompts))
    folders = {Path(item.path).parent for run in runs.latest() for item in run.items if item.path is not None}
    leftovers = sum(map(part_files.sweep, folders))
    gone = [run for run in found if runs.remove(run)]
    freed = sum(sizes[run.id] for run in gone) + sum(
        part_files.drop(path, prompt_cache.folder()) for path, _ in prompts
    )
    ledger.prune(before)
    told: Pruned = {
        "removed": [run.id for run in gone], "prompts": len(prompts), "leftovers": leftovers, "bytes": freed,
        "kept": [
            {"id": run.id, "state": cast("RunState", run.state), "bytes": sizes[run.id]}
            for run in old
            if run not in gone
        ],
        "unreadable": [str(path) for path in runs.unreadable()],
        "parts": [str(path) for folder in sorted(folders) for path in part_files.left(folder)],
    }  # fmt: skip
    if as_json:
        emit(told)
    else:
        print_out("".join(printable(line) + "\n" for line in _pruned(told)))


def _pruned(told: Pruned) -> list[str]:
    """What was removed, in a line, and a line for each thing that stays."""
    also = f" and {told['prompts']} encoded prompts" if told["prompts"] else ""
    more = f"; {told['leftovers']} part files of killed runs removed" if told["leftovers"] else ""
    lines = [f"{len(told['removed'])} runs{also} forgotten, {amount(told['bytes'])}{more}"]
    for run in told["kept"]:
        why = "sora runs prune --all forgets it too" if run["state"] != "done" else "its folder cannot be removed"
        lines.append(f"stays: run {run['id']}, {run['state']}, {amount(run['bytes'])} ({why})")
    lines += [f"stays: {path}, a record that cannot be read; remove that folder" for path in told["unreadable"]]
    lines += [f"stays: {path}, a part file of a living run or of another computer" for path in told["parts"]]
    return lines


def _ask(found: list[Run], freed: int) -> None:
    states = ", ".join(f"{count} {state}" for state, count in Counter(run.state for run in found).items())
    if not (sys.stdin and sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError(f"runs prune: would forget {len(found)} runs ({states}); say --yes to do it", "not_confirmed")
    sys.stderr.write(f"Forget {len(found)} runs ({states}, {amount(freed)})? [y/N] ")
    sys.stderr.flush()
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise UsageError("runs prune: nothing was done", "not_confirmed")


def _when(run: Run) -> str:
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(run.started))


def _asked(run: Run) -> str:
    """A call in short: its verb, and what tells it from others."""
    words = [str(run.call.get(key)) for key in ("clip", "image", "a", "b", "prompt") if run.call.get(key)]
    text = " ".join([str(run.call.get("verb")), *words])
    return text if len(text) <= 60 else text[:57] + "..."
