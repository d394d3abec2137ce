"""`sora batch`: a list of calls, one load of the model. What is finished is remembered, and not done again."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import sys
import traceback
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from soracli import media
from soracli.console import output
from soracli.console.output import StdoutClosed
from soracli.console.progress import Talk
from soracli.errors import SoraError, UsageError, understood
from soracli.formatting import amount, printable
from soracli.options import calls, defaults, parse
from soracli.options.calls import Call, Origin
from soracli.options.flags import TalkFlags
from soracli.pipeline import deliver, model_cache, output_paths
from soracli.pipeline.sources import digest, named
from soracli.state import runs
from soracli.state.ledger import Entry, Ledger, Result, entry
from soracli.state.runs import Item, Run
from soracli.system import parsing, part_files

MAX_JOBS = 100_000
MAX_LIST = 200_000_000  # bytes
_REFUSED = dict.fromkeys(calls.TALK, "is for the whole batch; give it to sora batch")


@dataclass(frozen=True)
class Plan:
    """How a list is done. shard: `I/N` as typed."""

    continue_on_error: bool = False
    shard: str | None = None


@dataclass(frozen=True)
class Job:
    """One line. call: what it asks for, or what is wrong with it. id: of its run, the same whenever it is read.

    assumed: arguments that the line leaves to a preset or the settings -> where they stand. notes: on those.
    """

    line: int
    call: Call | SoraError
    id: str = ""
    assumed: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def batch(path: str, plan: Plan, flags: TalkFlags) -> int:
    """Do the jobs of a file (`-`: of standard input); returns how many failed."""
    talk = Talk.of(flags)
    jobs = _shard(read(path), plan.shard)
    if not plan.continue_on_error:
        for job in jobs:
            if isinstance(job.call, SoraError):
                raise job.call
    for note in dict.fromkeys(note for job in jobs for note in job.notes):
        talk.note(note)
    ends: Counter[str] = Counter()
    book = Ledger()
    with model_cache.keeping_models():
        for number, job in enumerate(jobs, 1):
            talk.say(f"job {number}/{len(jobs)} (line {job.line})")
            end = _do(job, flags, talk, book, path)
            ends[end] += 1
            if end == "failed" and not plan.continue_on_error:
                talk.say("stopped there; --continue-on-error would go on")
                break
    counts = ", ".join(f"{ends[end]} {end}" for end in ("done", "done before", "failed") if ends[end])
    left = len(jobs) - ends.total()
    talk.say(f"{len(jobs)} jobs: {counts or 'nothing to do'}{f', {left} not begun' if left else ''}")
    return ends["failed"]


def _do(job: Job, flags: TalkFlags, talk: Talk, book: Ledger, path: str) -> str:
    """Do one job of the list in `path`, or say what is wrong with it. Returns how it ended."""
    try:
        if isinstance(job.call, SoraError):
            raise job.call
        inputs = tuple(digest(path) for path in calls.files(job.call))
        if not flags.dry_run and (run := _known(job, inputs, book, talk)) is not None:
            _repeat(run, flags)
            return "done before"
        origin = Origin(run=job.id, assumed=job.assumed, source=path)
        job.call.run(origin=origin, **{name: getattr(flags, name) for name in calls.TALK})
        _note(job, inputs, book)
    except (StdoutClosed, BrokenPipeError):
        raise
    except Exception as error:
        if flags.debug:
            traceback.print_exc()
        details = {**understood(error).details(), "line": job.line}
        talk.fail({**details, "message": f"line {job.line}: {details['message']}"} if job.id else details)
        if flags.json:
            output.print_out(json.dumps({"ok": False, "error": details}) + "\n")
        return "failed"
    return "done"


def _known(job: Job, inputs: tuple[str, ...], book: Ledger, talk: Talk) -> Run | None:
    """The run of a job that is done, or what the ledger knows of one that was forgotten.

    Of one that is done in part, the run is left as it is for the job to go on with. What was changed counts as missing.
    """
    assert isinstance(job.call, Call)
    run, noted = runs.find(job.id), book.find(job.id)
    if run is not None and _reads_others(run):
        runs.remove(run)
        return None
    if noted is not None and noted.inputs == inputs:
        for result in noted.results:
            _set_aside(result, talk)
    if run is None:
        if noted is None or noted.inputs != inputs:
            return None
        run = _restored(job.id, job.call, noted)
        if run.pending:
            runs.begin(run, job.id).release()
    if run.recheck():
        return None
    if run.state not in ("done", "running"):  # it was killed between its last result and its end
        run.end("done")
    if noted is None or noted.inputs != inputs:
        _note(job, inputs, book)
    return run


def _set_aside(result: Result, talk: Talk) -> None:
    """An output that is not as it was made is somebody's work: it is kept under another name."""
    path = Path(result.path)
    if not path.exists() or result.intact:
        return
    other = output_paths.free(path.with_name(f"{path.stem}.changed{path.suffix}"))
    part_files.settle(path, other)
    talk.note(
        f"{printable(output_paths.shown(path))} was changed since it was made; "
        f"kept as {printable(output_paths.shown(other))}."
    )


def _restored(id: str, call: Call, noted: Entry) -> Run:
    """A run that was forgotten, as far as its results tell of themselves."""
    run = Run(id, calls.lasting(call).as_data(), os.getcwd(), noted.format, noted.at, "interrupted")
    for result in noted.results:
        data = None
        if os.path.exists(result.path):
            data = {"path": output_paths.shown(Path(result.path)), "format": noted.format}
            with contextlib.suppress(SoraError):
                data |= media.info(result.path).recipe or {}
        run.items.append(Item(result.seed, result.path, data))
    return run


def _note(job: Job, inputs: tuple[str, ...], book: Ledger) -> None:
    """Note a job that is done, unless that is known already."""
    run = runs.find(job.id)
    found = None if run is None else entry(job.id, inputs, run)
    if found is not None and found != book.find(job.id):
        book.add(found)


def _reads_others(run: Run) -> bool:
    """Whether a finished job's inputs have changed since."""
    now = named(*calls.files(calls.parse(run.call)))
    return any(item.data is not None and item.data["inputs"] != now for item in run.items)


def _repeat(run: Run, flags: TalkFlags) -> None:
    """Print what a finished job printed."""
    if flags.json:
        output.emit(deliver.results(run))
    for item in run.items:
        if item.path is not None:
            output.print_path(output_paths.shown(Path(item.path)), flags)


# --- the list ---------------------------------------------------------------------------------------------------------


def read(path: str) -> list[Job]:
    """Every job of a list, checked. Empty lines are passed over; a line that is wrong is a job that fails."""
    seen: Counter[str] = Counter()
    jobs = []
    lines = parsing.lines(_text(path))
    if len(lines) > MAX_JOBS:
        raise UsageError(
            f"{_shown(path)}: {len(lines):,} jobs; the limit is {MAX_JOBS:,}, so split it", "too_many_jobs"
        )
    for line, text in lines:
        try:
            call, assumed, notes = _call(text)
            same = _identity(call)
            jobs.append(Job(line, call, _name(same, seen[same]), assumed, notes))
            seen[same] += 1
        except SoraError as error:
            jobs.append(Job(line, type(error)(f"{_shown(path)} line {line}: {error}", error.code)))
    if not jobs:
        raise UsageError(f'{_shown(path)}: no jobs; each line is one, {{"verb": "generate", "prompt": ...}}', "no_jobs")
    return jobs


def _shown(path: str) -> str:
    return "standard input" if path == "-" else printable(path)


def _text(path: str) -> str:
    if path == "-" and (sys.stdin is None or sys.stdin.isatty()):
        raise UsageError("JOBS '-': standard input is a terminal; pipe jobs in, or give a file", "empty_stdin")
    try:
        with contextlib.nullcontext(sys.stdin.buffer) if path == "-" else Path(path).open("rb") as file:
            data = file.read(MAX_LIST + 1)
        if len(data) > MAX_LIST:
            raise UsageError(f"{_shown(path)}: over {amount(MAX_LIST)}; split it", "too_many_jobs")
        return data.decode("utf-8-sig")
    except OSError as error:
        raise UsageError(f"{printable(path)}: {(error.strerror or 'cannot be read').lower()}", "no_file") from None
    except UnicodeDecodeError:
        raise UsageError(f"{_shown(path)}: is not UTF-8 text; save it as UTF-8", "bad_job") from None


def _call(text: str) -> tuple[Call, Mapping[str, str], tuple[str, ...]]:
    try:
        data = parsing.from_json(text, once=True)
    except ValueError as error:
        raise UsageError(f"is not JSON ({error})", "bad_job") from None
    call, assumed, notes = defaults.filled(calls.parse(data, _REFUSED))
    prompt = [call.arguments.get(name) for name in ("prompt", "prompt_file", "output")]
    if "-" in [*prompt, *calls.files(call)]:
        raise UsageError("'-': a job cannot use standard input or output; give it files", "two_stdin")
    return call, assumed, notes


def _identity(call: Call) -> str:
    """What makes two jobs the same: what they ask for, and where; a prompt and adapters that stand in files by what
    those hold.
    """
    told, adapters = call.arguments.get("prompt_file"), call.arguments.get("lora", ())
    text = None if told is None else parse.prompt(call.arguments.get("prompt"), told)
    held = [found for one in adapters for name in (one, one.rpartition(":")[0]) if (found := digest(name))]
    return json.dumps([calls.lasting(call, text).as_data(), os.getcwd(), *held], sort_keys=True)


def _name(identity: str, count: int) -> str:
    """Of the run of a job. count: how many jobs before it in the list are the same."""
    return "b" + hashlib.sha256(f"{count} {identity}".encode()).hexdigest()[:15]


def _shard(jobs: list[Job], text: str | None) -> list[Job]:
    """The jobs that are this process's."""
    if text is None and int(os.environ.get("WORLD_SIZE", "1")) > 1:
        text = f"{int(os.environ.get('RANK', '0')) + 1}/{os.environ['WORLD_SIZE']}"
    if text is None:
        return jobs
    match = re.fullmatch(r"([0-9]{1,6})/([0-9]{1,6})", text)
    if not match or not 1 <= int(match[1]) <= int(match[2]):
        raise UsageError(f"--shard {text}: must be I/N with I from 1 to N, such as 2/4", "bad_shard")
    return jobs[int(match[1]) - 1 :: int(match[2])]
