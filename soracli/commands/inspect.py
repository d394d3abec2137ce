"""The bodies of the verbs that only look: `info`, `doctor`, `model`. What they print is their result."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

from soracli.card import Card
from soracli.commands.output_types.models import ModelRow
from soracli.console.output import emit, print_out, print_rows
from soracli.console.progress import Talk
from soracli.errors import WeightsError
from soracli.formatting import amount, printable
from soracli.resources import doctor as doctors
from soracli.system import machine
from soracli.weights import hub, manifest


def _table(rows: list[tuple[str, str]]) -> None:
    width = max(len(name) for name, _ in rows)
    print_rows(((name, f" {value}") for name, value in rows), width)


def info(file: str, *, as_json: bool) -> None:
    """What a file is, and its recipe."""
    from soracli import media

    found = media.info(file)
    if as_json:
        emit(dataclasses.asdict(found) | {"fps": str(found.fps)})
        return
    rows = [
        ("file", printable(found.path)),
        ("format", f"{found.format}, {found.codec}, {found.pixels}, {amount(found.bytes)}"),
        ("size", f"{found.width}x{found.height}"),
    ]
    if found.fps:
        rows.append(("length", f"{found.seconds:.2f} s, {found.frames} frames at {float(found.fps):.6g} fps"))
        rows.append(("sound", found.sound or "none"))
    rows += [("note", f"{note}.") for note in found.notes]
    rows += [(printable(key), _value(value)) for key, value in (found.recipe or {}).items() if value != ""]
    if found.recipe is None:
        rows.append(("recipe", "none: sora did not make this file, or its tags were taken out"))
    _table(rows)


def _value(value: object) -> str:
    """A value of a recipe, on one line."""
    return printable(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


def doctor(*, as_json: bool) -> int:
    """Print every finding; returns how many are problems."""
    found = doctors.examine()
    problems = sum(not finding.ok for finding in found)
    if as_json:
        emit({"problems": problems, "findings": [dataclasses.asdict(finding) for finding in found]})
        return problems
    topic, wide = "", max(len(finding.name) for finding in found)
    for finding in found:
        if finding.topic != topic:
            topic = finding.topic
            print_out(f"{topic}\n")
        mark = " " if finding.ok else "!"
        remedy = f"; {finding.remedy}" if finding.remedy else ""
        print_rows([(f"{mark} {finding.name:<{wide}}", f"{finding.value}{remedy}")])
    return problems


def calibrate(threads: str | None, *, as_json: bool) -> None:
    """Measure this machine, keep what was found, and print it."""
    from soracli.options import parse
    from soracli.resources import calibrate as calibration

    count = None if threads is None else parse.whole("--threads", threads, 1, 1024)
    Talk("plain").say("measuring this machine; a few seconds")
    found = calibration.measure("cpu", count)
    path = machine.keep_rates(found, count or machine.cores())
    kept = {"cpu": found}
    if threads is None and machine.gpu():
        kept["gpu"] = calibration.measure("cuda")
        machine.keep_rates(kept["gpu"], None)
    if as_json:
        emit({"path": str(path), **{name: dataclasses.asdict(rates) for name, rates in kept.items()}})
        return
    for name, rates in kept.items():
        _table([
            (name, f"{count or machine.cores()} threads" if name == "cpu" else "one"),
            ("products", f"{rates.products / 1e9:.1f} GFLOP/s"), ("attention", f"{rates.attention / 1e9:.1f} GFLOP/s"),
            ("convolutions", f"{rates.convolutions / 1e9:.1f} GFLOP/s"),
            ("scaling", f"{rates.scaling / 1e6:.1f} Mpx/s"), ("saving", f"{rates.saving / 1e6:.1f} Mpx/s"),
            ("start", f"{rates.start:.1f} s"), ("kept in", str(path)),
        ])  # fmt: skip


def models() -> list[ModelRow]:
    """Every model, adapter and decoder for previews of weights.toml."""
    rows: list[ModelRow] = []
    for card in (*manifest.cards().values(), *manifest.adapters().values(), *manifest.previews().values()):
        here = all(status.state == "ok" for status in manifest.check_sizes(card))
        rows.append({
            "name": card.name, "default": card.name == manifest.default(), "here": here, "bytes": card.size,
            "licence": card.licence, "about": card.about, "remote": any(file.repo for file in card.files),
            "unsized": any(not file.size for file in map(hub.known, card.files)),
            "adapter": card.name in manifest.adapters(), "preview": card.name in manifest.previews(),
        })  # fmt: skip
    return rows


def model_list(*, as_json: bool) -> None:
    """Print every model of `weights.toml`, a line each, or as `ModelRow`s."""
    rows = models()
    if as_json:
        emit(rows)
        return
    wide = max(len(str(row["name"])) for row in rows)
    for row in rows:
        verb = "pull" if row["remote"] else "verify"
        state = "here" if row["here"] else f"not here; run: sora model {verb} {row['name']}"
        star = "*" if row["default"] else " "
        size = amount(row["bytes"]) + ("+" if row["unsized"] else "") if row["bytes"] else "?"
        kind = "For --lora. " if row["adapter"] else "For --preview. " if row["preview"] else ""
        print_rows([(f"{star} {row['name']:<{wide}}", f"{size:>8}  {state}  {kind}{row['about']}")])


def model_show(name: str | None, *, as_json: bool) -> None:
    """Print what is known of a model; None = the default one. Raises UsageError for a name that is none."""
    card = manifest.stored(name)
    if as_json:
        emit(_card_data(card))
        return
    rows = [("name", card.name), ("about", card.about), ("licence", card.licence), ("architecture", card.arch)]
    if card.name not in manifest.adapters() | manifest.previews():
        rows.append(("grid", "x".join(map(str, card.stride)) + " (frames x height x width per token)"))
    rows += [("adapters", ", ".join(card.adapters) + " (--lora NAME)")] if card.adapters else []
    rows += [("default " + key, str(value)) for key, value in card.defaults.items()]
    rows += [("limit " + key, str(value)) for key, value in card.limits.items()]
    rows += [(file.role, f"{file.name}, {amount(file.size) if file.size else 'size unknown'}") for file in card.files]
    rows.append(("weights", f"{manifest.digest(card)}, {amount(card.size)}"))
    _table(rows)


def _card_data(card: Card) -> dict[str, Any]:
    data = dataclasses.asdict(card)
    del data["options"]  # of a request
    return data | {"folder": str(card.folder), "bytes": card.size, "weights": manifest.digest(card)}


def model_verify(name: str | None, *, as_json: bool) -> None:
    """Raises WeightsError if a file is not what it should be."""
    card = manifest.stored(name)
    found = manifest.verify(card)
    bad = [status for status in found if status.state != "ok"]
    if bad:
        raise WeightsError(manifest.describe(card, bad[0]), "weights_damaged")
    if as_json:
        emit([{"name": status.file.name, "path": str(status.path), "state": status.state} for status in found])
        return
    _table([(status.state, f"{status.file.name}, {status.file.sha256}") for status in found])


def model_path(name: str | None, *, as_json: bool) -> None:
    """Print the paths of a model's files, whether they are there or not."""
    paths = [status.path for status in manifest.check_sizes(manifest.stored(name))]
    if as_json:
        emit([str(path) for path in paths])
        return
    for path in paths:
        print_out(f"{path}\n")
