"""The lists of docs/faults.md: whether the tests that are named for each fault are there, and whether they pass.

python benchmarks/faults.py                 all of them, in one run of pytest
python benchmarks/faults.py F32 C6 O4       some rows
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as xml
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[1]
TABLE = ROOT / "docs/faults.md"
LISTS = {"F": 42, "C": 22, "O": 12, "S": 67}  # faults in each
PLACES = {path.name: path for path in (ROOT / "tests").rglob("test_*.py")}
_ROW = re.compile(r"\| ([A-Z]\d+) \| (.+?) \| ([^|]+) \|")


def rows() -> dict[str, tuple[str, list[str]]]:
    """Row -> (fault, its tests as `file.py::function`)."""
    found = {
        match[1]: (match[2], match[3].split()) for match in map(_ROW.fullmatch, TABLE.read_text().splitlines()) if match
    }
    for name, count in LISTS.items():
        assert [row for row in found if row[0] == name] == [f"{name}{i + 1}" for i in range(count)], name
    return found


def missing(tests: list[str]) -> list[str]:
    """Those that are not there."""
    return [test for test in tests if not _is_there(*test.split("::"))]


def _is_there(file: str, function: str) -> bool:
    path = PLACES.get(file)
    return path is not None and f"\ndef {function}(" in path.read_text()


def _node(test: str) -> str:
    file, _, function = test.partition("::")
    return f"{PLACES[file]}::{function}"


def outcomes(tests: list[str]) -> dict[str, bool]:
    """Whether all cases of each test pass; a test without a case that ran does not."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", "-q", f"--junitxml={report}", *map(_node, tests)]
        subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, check=False)
        cases = list(xml.parse(report).iter("testcase"))
    good, bad = Counter[str](), Counter[str]()
    for case in cases:
        name = f"{case.attrib['classname'].rpartition('.')[2]}.py::{case.attrib['name'].partition('[')[0]}"
        failed = any(part.tag in ("failure", "error") for part in case)
        (bad if failed else good)[name] += not any(part.tag == "skipped" for part in case)
    return {test: good[test] > 0 and not bad[test] for test in tests}


def main(wanted: list[str]) -> int:
    found = {row: told for row, told in rows().items() if not wanted or row in wanted}
    passed = outcomes(sorted({test for _, tests in found.values() for test in tests}))
    green = {row: all(passed[test] for test in tests) for row, (_, tests) in found.items()}
    for row, (fault, tests) in found.items():
        print(f"{'ok  ' if green[row] else 'FAIL'}  {row:<4} {fault}; {', '.join(tests)}")
    for name in LISTS:
        of = [row for row in found if row[0] == name]
        if of:
            print(f"{name}: {sum(green[row] for row in of)} of {len(of)}")
    return int(not all(green.values()))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
