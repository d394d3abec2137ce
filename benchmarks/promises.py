"""What soracli promises about files, keys, weights and prompts: a row each, with what was just measured or tested.

`trust.py --only promises` prints the table. Tests are run by their node ids in one process; what a row needs beside
them is measured here, or by a part of trust.py of its own. `LACKS` says what a promise does not hold for.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
import refusals

from soracli import cli, media
from soracli.errors import MediaError

ROOT = Path(__file__).resolve().parents[1]
TINY = ("-m", "tiny", "--seed", "1", "-d", "1s", "--steps", "2", "--progress", "none")
CUTS = 50  # places at which a file of each kind is cut off, all over it and again in its last twentieth


@dataclass(frozen=True)
class Promise:
    """said: what is promised. tests: `test_file::test_function`, all of its cases. measure: a figure beside them."""

    said: str
    tests: tuple[str, ...]
    measure: Callable[[], str] | None = None


# --- measured here ----------------------------------------------------------------------------------------------------


def sora(*arguments: str, before: Sequence[str] = ()) -> subprocess.CompletedProcess[str]:
    """`sora` in a process of its own. before: a command that runs it."""
    env = {**os.environ, "PYTHONPATH": str(Path(cli.__file__).parents[2]), "SORA_SOCKET": ""}
    command = [*before, sys.executable, "-m", "soracli", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=env, check=False)


def watched() -> str:
    """Look at the final name all the while that a call writes it anew."""
    looks: Counter[str] = Counter()
    for name in ("watched.mp4", "watched.webm"):
        env = {**os.environ, "PYTHONPATH": str(Path(cli.__file__).parents[2]), "SORA_SOCKET": ""}
        command = [sys.executable, "-m", "soracli", "generate", "x", *TINY, "-o", name]
        for force in ((), ("--force",)):
            with subprocess.Popen(
                [*command, *force], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=env
            ) as run:
                while run.poll() is None:
                    looks[_seen(name)] += 1
                    time.sleep(0.001)
            looks[_seen(name)] += 1
    return f"looked at {looks.total():,} times: {looks['none']:,} none, {looks['whole']:,} whole, {looks['half']} half"


def _seen(name: str) -> str:
    if not os.path.exists(name):
        return "none"
    try:
        return "whole" if len(media.read(name).frames) == 16 else "half"
    except MediaError:
        return "half"


def without_network() -> str:
    """Verbs in a namespace that has no network at all."""
    isolated = ("unshare", "--user", "--map-root-user", "--net")
    with contextlib.suppress(OSError):
        if subprocess.run([*isolated, "true"], capture_output=True, check=False).returncode == 0:
            calls = (
                ("generate", "x", *TINY, "-o", "apart.mp4"),
                ("extend", "apart.mp4", *TINY[:4], "--by", "8f", "--steps", "1", "-o", "longer.mp4"),
                ("verify", "longer.mp4"),
                ("detect", "longer.mp4"),
                ("info", "longer.mp4"),
            )
            codes = [sora(*call, before=isolated).returncode for call in calls]
            return f"{codes.count(0)} of {len(codes)} verbs end well without any network"
    return "no network namespaces here: not measured"


def refused_soon() -> str:
    """From the start of a process to its end, for bad input of every sort."""
    return refusals.told(refusals.measured())


def cuts() -> str:
    """Files of each kind, cut at places all over them: refused, or all frames there."""
    noise = np.random.default_rng(0).integers(0, 256, (24, 64, 64, 3), np.uint8)
    ends: Counter[str] = Counter()
    most = 0
    for suffix in ("mp4", "mov", "mkv", "webm", "gif", "webp"):
        whole, name = Path(f"whole.{suffix}"), Path(f"cut.{suffix}")
        with media.Writer(whole, 64, 64, Fraction(12), force=True) as writer:
            writer.add(noise)
        data = whole.read_bytes()
        starts = (1, len(data) * 19 // 20)
        for place in np.concatenate([np.linspace(start, len(data) - 1, CUTS) for start in starts]).astype(int).tolist():
            name.write_bytes(data[:place])
            try:
                lost = len(noise) - len(media.read(name).frames)
                ends["shortened" if lost else "all there"] += 1
                most = max(most, lost)
            except MediaError:
                ends["refused"] += 1
    short = f"{ends['shortened']} shortened" + (f", by at most {most} of {len(noise)} frames" if most else "")
    return f"{ends.total()} cut files: {ends['refused']} refused, {ends['all there']} read whole, {short}"


def same_again() -> str:
    """The digest of the frames of one seed of the default model, made three times."""
    found = []
    for threads in ("1", "1", "4"):
        call = ("generate", "a dog", "--seed", "3", "-d", "8f", "--steps", "2", "--threads", threads, "-f", "--json")
        with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(io.StringIO()):
            code = cli.run([*call, "-o", "same.mp4"])
        found.append(json.loads(out.getvalue())["data"][media.DIGEST] if code == 0 else f"exit code {code}")
    said = ["the same" if digest == found[0] else "OTHER" for digest in found]
    return f"spark's frames again: {said[1]}; with 4 threads for 1: {said[2]}"


# --- the table --------------------------------------------------------------------------------------------------------

PROMISES: dict[int, Promise] = {
    1: Promise(
        "An existing output file is never damaged by a failed run",
        ("test_faults::test_killed_before_it_has_its_name", "test_faults::test_a_full_disk",
         "test_faults::test_control_c", "test_media::test_failure_keeps_the_old_file",
         "test_faults::test_a_failed_export_keeps_the_old_file", "test_review::test_an_older_file_stays",
         "test_batch::test_killed_at_twenty_moments",
         "test_trust::test_a_failed_replacement_leaves_file_and_credential_as_they_were"),
    ),
    2: Promise(
        "Output appears complete or not at all",
        ("test_faults::test_killed_at_random", "test_faults::test_a_name_is_given_to_what_was_written",
         "test_faults::test_what_killed_runs_leave_is_cleared_away", "test_faults::test_no_credential_without_its_file",
         "test_media::test_failure_leaves_nothing",
         "test_media::test_full_disk"),
        watched,
    ),
    3: Promise("Inputs are never written, also when -o is one of them", ("test_hostile::test_what_is_no_input",)),
    4: Promise(
        "No overwrite without --force",
        ("test_faults::test_of_two_without_force_one_wins", "test_media::test_of_two_writers_one_wins",
         "test_media::test_no_overwrite", "test_trust::test_an_old_sidecar_is_not_overwritten"),
    ),
    5: Promise(
        "Ctrl-C ends within 2 s with exit code 130 and leaves no part file",
        ("test_faults::test_control_c", "test_faults::test_a_second_control_c_ends_it_at_once",
         "test_faults::test_control_c_before_anything_has_begun", "test_runs::test_control_c",
         "test_serve::test_control_c_is_passed_on"),
    ),
    6: Promise(
        "A full disk is reported as such and loses nothing",
        ("test_faults::test_a_full_disk", "test_faults::test_a_disk_that_is_full_everywhere",
         "test_faults::test_a_record_that_cannot_be_written", "test_faults::test_latents_that_cannot_be_written",
         "test_faults::test_standard_output_on_a_full_disk", "test_media::test_full_disk",
         "test_hub::test_a_full_disk_is_said_before"),
    ),
    7: Promise(
        "What was painted survives a failing last step",
        ("test_runs::test_a_failing_end_loses_nothing", "test_faults::test_a_full_disk",
         "test_trust::test_a_full_disk_while_signing_loses_nothing"),
    ),
    8: Promise(
        "Every output carries readable content credentials",
        ("test_trust::test_every_container_is_signed", "test_trust::test_every_picture_is_signed",
         "test_trust::test_every_verb_says_what_it_did"),
    ),
    9: Promise("A changed byte is noticed", ("test_trust::test_a_flipped_bit_is_noticed",)),
    10: Promise(
        "Where inputs came from is kept and checked",
        ("test_trust::test_a_chain_keeps_its_history", "test_trust::test_a_tampered_input_is_warned_of"),
    ),
    11: Promise(
        "Works without network; verifying sends nothing", ("test_trust::test_nothing_is_fetched",), without_network
    ),
    12: Promise(
        "The mark is found after H.264 and halving, and only where it is",
        ("test_watermark::test_found_after_compression_and_halving", "test_watermark::test_other_keys_find_nothing"),
    ),
    13: Promise(
        "The mark is found when the metadata are gone",
        ("test_trust::test_detect_says_each_thing_on_its_own",
         "test_watermark::test_a_crop_and_a_mirror_are_found_by_search"),
    ),
    14: Promise(
        "What policy forbids is refused before weights load, in under 1 s",
        ("test_policy::test_refused_without_importing_torch", "test_policy::test_every_text_is_screened",
         "test_policy::test_meaning_is_screened_before_the_painter_is_loaded"),
        refused_soon,
    ),
    15: Promise(
        "Every frame is looked at before the file is to be seen",
        ("test_review::test_one_frame_is_enough", "test_review::test_all_frames_are_seen"),
    ),
    16: Promise(
        "A cut or damaged input is never silently shortened",
        ("test_hostile::test_no_cut_is_silent", "test_hostile::test_no_cut_near_the_end_is_silent",
         "test_media::test_truncation_is_never_silent"),
        cuts,
    ),
    17: Promise("No input hangs or crashes the program", ("test_hostile::test_a_bad_file_has_its_line",)),
    18: Promise("Memory is bounded by limits, not by the input", ("test_hostile::test_bombs_fit_into_a_small_memory",)),
    19: Promise(
        "A file cannot make us read other files or the network",
        ("test_hostile::test_a_bad_file_has_its_line", "test_trust::test_nothing_is_fetched"),
    ),
    20: Promise(
        "Weights are exactly those that are listed",
        ("test_weights::test_truncated", "test_weights::test_one_wrong_bit", "test_weights::test_missing",
         "test_hub::test_a_wrong_bit_is_never_used", "test_hub::test_damage_on_the_disk_is_found_and_mended",
         "test_cli::test_wrong_weights"),
    ),
    21: Promise(
        "Downloads go on where they were stopped",
        ("test_hub::test_a_killed_download_goes_on", "test_hub::test_cut_lines_cost_nothing",
         "test_hub::test_a_server_without_ranges"),
    ),
    22: Promise(
        "The same seed on the same machine makes the same frames",
        ("test_cli::test_seeds_make_the_frames", "test_runs::test_every_verb_is_made_again"),
        same_again,
    ),
    23: Promise(
        "Standard output carries nothing but data",
        ("test_streams::test_standard_output_is_a_whole_file", "test_streams::test_a_reader_that_leaves",
         "test_streams::test_a_clip_goes_in_and_out_by_pipe",
         "test_cli::test_json_is_all_there_is_on_standard_output"),
    ),
}  # fmt: skip
LACKS = {
    1: "killed between two renames: of frames the older folder is aside as .sora-*.old; of mkv and webm the credential "
    "beside an older file is the newer one's",
    5: "while a time-stamp authority is waited for, the first Ctrl-C waits too; the second ends at once",
    6: "help on a full disk: said, but not of which output",
    9: "bytes of the credential itself, padding and labels, and `ftyp`",
    12: "figures by clip and attack: --only mark",
    13: "figures by clip and attack: --only mark",
    14: "what is only hinted at, and other languages: docs/safety.md",
    16: "a live stream (Matroska without sizes, MP4 in pieces, FLV) that ends exactly between two pieces; a transport "
    "stream or Ogg, which state no length: of the first it is noted if it ends within a packet",
}


def promises(told: Mapping[int, str], wanted: Collection[int] = ()) -> int:
    """Print the table. told: figures of other parts. wanted: rows; none = all. Returns how many are not kept."""
    rows = {number: PROMISES[number] for number in sorted(wanted or PROMISES)}
    found = tested({test for promise in rows.values() for test in promise.tests})
    broken = 0
    print(f"{'promises':<70} {'tests passed':>14}")
    for number, promise in rows.items():
        passed, failed, skipped = (
            sum(found[test][end] for test in promise.tests) for end in ("passed", "failed", "skipped")
        )
        empty = [test for test in promise.tests if not found[test].total()]
        broken += bool(failed or empty)
        ends = f"{passed} of {passed + failed}" + (f", {skipped} skipped" if skipped else "")
        print(f"  {number:>2} {promise.said:<65} {ends:>14}", flush=True)
        figures = [told[number]] if number in told else []
        figures += [promise.measure()] if promise.measure else []
        for line in [*figures, *(f"NOT RUN: {test}" for test in empty)]:
            print(f"       {line}", flush=True)
        if number in LACKS:
            print(f"       not: {LACKS[number]}")
    print(f"  {len(rows) - broken} of {len(rows)} kept\n")
    return broken


def tested(tests: Collection[str]) -> dict[str, Counter[str]]:
    """How the cases of each test ended."""
    places = {path.stem: path.relative_to(ROOT).as_posix() for path in (ROOT / "tests").rglob("test_*.py")}
    nodes = sorted(f"{places[file]}::{name}" for file, _, name in (test.partition("::") for test in tests))
    with tempfile.TemporaryDirectory(prefix="sora-tests-") as folder:
        report = Path(folder) / "report.xml"
        command = [
            sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "not gpu and not network",
            f"--junitxml={report}", *nodes,
        ]  # fmt: skip
        alone = {**os.environ, "OMP_NUM_THREADS": "1"}  # some fork, and threads do not come along
        ran = subprocess.run(command, cwd=ROOT, env=alone, stdout=sys.stderr, check=False)  # dots as they go
        if not report.is_file():
            raise SystemExit(f"pytest ended with exit code {ran.returncode}")
        cases = list(xml.etree.ElementTree.parse(report).iter("testcase"))
    found: dict[str, Counter[str]] = {test: Counter() for test in tests}
    for case in cases:
        name = f"{case.attrib['classname'].rpartition('.')[2]}::{case.attrib['name'].partition('[')[0]}"
        kinds = {child.tag for child in case}
        end = "failed" if kinds & {"failure", "error"} else "skipped" if "skipped" in kinds else "passed"
        if name in found:
            found[name][end] += 1
    return found
