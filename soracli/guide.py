"""`sora help`: topics, each a text file in soracli/help whose first line says what it is about."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from soracli.errors import UsageError
from soracli.wording import printable, suggest

FOLDER = Path(__file__).resolve().parent / "help"
FIRST = ("start", "prompts", "sizes", "seeds")  # the others follow by name


def topics() -> dict[str, str]:
    """Every topic and what it is about."""
    names = sorted(path.stem for path in FOLDER.glob("*.txt"))
    ordered = [*FIRST, *(name for name in names if name not in FIRST)]
    return {name: text(name).partition("\n")[0] for name in ordered}


def text(name: str) -> str:
    return (FOLDER / f"{name}.txt").read_text(encoding="utf-8")


def overview() -> str:
    """All topics, a line each."""
    found = topics()
    wide = max(map(len, found))
    lines = [f"  {name:<{wide}}  {about}" for name, about in found.items()]
    return "\n".join(["Topics (sora help TOPIC):", *lines, "", "Every verb has its own: sora help VERB", ""])


def show(topic: str | None, helps: Callable[[], dict[str, str]]) -> str:
    """The text of a topic, or of a verb. helps: gives the help of every verb by its name."""
    if topic is None:
        return overview()
    name = topic.lower().replace(" ", "-")
    if name in topics():
        return text(name)
    verbs = helps()
    if name in verbs:
        return verbs[name]
    known = [*topics(), *verbs]
    raise UsageError(
        f"help {printable(topic)}: no such topic{suggest(name, known)}; there are {', '.join(topics())}",
        "unknown_topic",
    )
