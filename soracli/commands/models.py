"""The bodies of `sora model pull` and `sora model rm`."""

from __future__ import annotations

import sys

from soracli.card import Card, WeightFile
from soracli.console.output import emit, print_out
from soracli.console.progress import Talk
from soracli.errors import UsageError
from soracli.formatting import amount
from soracli.weights import download, hub, manifest
from soracli.weights.download import DownloadPlan

MEGA = 1_000_000


def pull(name: str, *, dry_run: bool, agreed: bool, quiet: bool, as_json: bool) -> None:
    """Fetch what is lacking; paths go to standard output."""
    card, talk = manifest.stored(name), Talk(quiet=quiet)
    if not any(file.repo for file in card.files):
        _report(card, [], "is inside the package; nothing to fetch", talk, as_json)
        return
    plan = DownloadPlan.of(card)
    if dry_run:
        _say_plan(card, plan, as_json)
        return
    if plan.files and not hub.accepted(card):
        _ask(card, talk, agreed)
    if plan.files:
        talk.say(f"{card.name}: {_size(plan)} to fetch into {hub.cache()}")
    with talk.meter() as meter:
        shown = {"at": ("", -1)}

        def watch(file: WeightFile, done: int) -> None:
            mega = (file.name, done // MEGA)
            if mega != shown["at"]:
                shown["at"] = mega
                meter.step("download", mega[1], max(1, file.size // MEGA))

        fetched = download.pull(card, watch)
    _report(card, [str(path) for path in fetched], "is here and checked", talk, as_json)


def _report(card: Card, fetched: list[str], state: str, talk: Talk, as_json: bool) -> None:
    talk.say(f"{card.name} {state}")
    if as_json:
        emit({"name": card.name, "fetched": fetched, "weights": manifest.digest(card)})
        return
    for path in fetched:
        print_out(f"{path}\n")


def _size(plan: DownloadPlan) -> str:
    return amount(plan.need) + (" and files of unknown size" if plan.unsized else "")


def _say_plan(card: Card, plan: DownloadPlan, as_json: bool) -> None:
    """What a pull would do, without doing it."""
    if as_json:
        rows = [
            {
                "repo": file.repo,
                "revision": file.revision,
                "path": file.path,
                "bytes": file.size,
                "here": hub.bytes_present(file),
            }
            for file in plan.files
        ]
        emit({
            "name": card.name, "licence": card.licence, "terms": card.terms, "accepted": hub.accepted(card),
            "files": rows, "bytes": plan.need, "free": plan.free, "folder": str(hub.cache()),
        })  # fmt: skip
        return
    print_out(f"licence  {card.licence}{'' if hub.accepted(card) else ', to be accepted: ' + card.terms}\n")
    for file in plan.files:
        size = amount(file.size) if file.size else "size unknown"
        begun = f", {amount(hub.bytes_present(file))} of it here" if hub.bytes_present(file) else ""
        print_out(f"fetch    {file.repo}: {file.path}, {size}{begun}\n")
    print_out(f"in all   {_size(plan)} into {hub.cache()}, {amount(plan.free)} free\n")


def _ask(card: Card, talk: Talk, agreed: bool) -> None:
    """A licence that does not let anyone do anything is shown, and agreed to once."""
    talk.say(f"{card.name} is under the {card.licence}: {card.terms}")
    if not agreed and sys.stdin.isatty() and sys.stderr.isatty():
        sys.stderr.write("sora: do you agree? [y/N] ")
        sys.stderr.flush()
        agreed = sys.stdin.readline().strip().lower() in ("y", "yes")
    if not agreed:
        raise UsageError(
            f"model '{card.name}': its licence has to be agreed to; read it and add --accept-licence", "licence"
        )
    hub.accept(card)


def remove(name: str, *, as_json: bool) -> None:
    """Delete what was fetched; files that another model needs as well stay."""
    card = manifest.stored(name)
    if not any(file.repo for file in card.files):
        raise UsageError(f"model '{card.name}': was not fetched, so there is nothing to delete", "not_fetched")
    every = (*manifest.cards().values(), *manifest.adapters().values(), *manifest.previews().values())
    others = [other for other in every if other.name != card.name]
    keep = {hub.location(file) for other in others if not hub.missing_files(other) for file in other.files if file.repo}
    freed = hub.remove(card, keep)
    if as_json:
        emit({"name": card.name, "freed": freed})
        return
    print_out(f"{card.name}: {amount(freed)} freed\n")
