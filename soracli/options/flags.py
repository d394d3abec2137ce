"""The flags that verbs share, as data: what was typed, unparsed. Meaning: `parse`; help: `cli.flag_options`."""

from __future__ import annotations

from dataclasses import dataclass, field

from soracli.console.report import Reporter, Shell
from soracli.options.calls import Origin


@dataclass(frozen=True, kw_only=True)
class TalkFlags:
    """What was typed about the talk. origin: not a flag, how the call came about."""

    dry_run: bool = False
    json: bool = False
    print0: bool = False
    progress: str = "auto"
    color: str = "auto"
    quiet: bool = False
    verbose: bool = False
    debug: bool = False
    origin: Origin = field(default_factory=Origin)

    @property
    def reporter(self) -> Reporter:
        """Who is told how the call goes: the shell, unless the call came about otherwise."""
        return self.origin.reporter or Shell(self)


@dataclass(frozen=True, kw_only=True)
class FileFlags(TalkFlags):
    """The same with what says where the result goes, unparsed. `parse` and `output_paths` give it meaning."""

    output: str | None = None
    format: str | None = None
    quality: str = "good"
    force: bool = False
    device: str = "auto"
    threads: str | None = None


@dataclass(frozen=True, kw_only=True)
class OutputFlags(FileFlags):
    """The same with what every verb that renders takes."""

    preset: str | None = None
    fps: str | None = None
    audio: str | None = None
    no_audio: bool = False
    keep_held: bool = False


@dataclass(frozen=True, kw_only=True)
class Flags(OutputFlags):
    """The same with what says how to paint; None = left to the model's card."""

    preview: str | None = None
    save_latents: bool = False
    no_prompt_metadata: bool = False
    size: str | None = None
    duration: str | None = None
    model: str | None = None
    lora: list[str] | None = None
    weights: str | None = None
    tiles: str | None = None
    guide: str | None = None
    cache: str | None = None
    compile: bool = False
    seed: str | None = None
    count: str | None = None
    steps: str | None = None
    guidance: str | None = None
    negative: str | None = None
    max_memory: str | None = None
    expand: bool = False
    prompt_file: str | None = None
