"""What verbs print with `--json`, as types: `sora schema` is made from them, and tests hold the output to them."""

from __future__ import annotations

from typing import Any

from soracli.commands.output_types import (
    curation,
    drawn,
    models,
    prompts,
    provenance,
    rendered,
    runs,
    settings,
    training,
)
from soracli.media import MediaInfo

Results = rendered.Rendered | list[rendered.Rendered]

# What every verb prints; those that render, RENDERS.
RENDERS = Results | rendered.Planned
OF: dict[str, Any] = {
    "batch": Results,
    "resume": Results,
    "decode": Results,
    "serve": models.Engine | models.Door,
    "info": MediaInfo,
    "verify": provenance.Verified,
    "detect": list[provenance.Detected],
    "frame": drawn.Framed,
    "sheet": drawn.Sheet,
    "compare": drawn.Compared,
    "animatic": drawn.Animatic,
    "scene": prompts.Read,
    "recaption": prompts.Recaptioned,
    "cast list": prompts.Drawings,
    "cast show": prompts.Drawing,
    "cast search": prompts.Hits,
    "keys show": provenance.Keys,
    "keys new": provenance.Keys,
    "keys export": provenance.Exported | provenance.Certificate,
    "doctor": models.Doctor | models.Calibrated,
    "help": settings.Topic,
    "schema": settings.SchemaShown,
    "curate": curation.Curation,
    "train lora": training.TrainedLora | training.TrainingPlan,
    "config list": list[settings.Setting],
    "config get": settings.Setting,
    "config set": settings.SetTo,
    "config path": settings.ConfigPaths,
    "preset list": settings.Presets,
    "preset show": settings.Preset,
    "preset save": settings.Saved,
    "model list": list[models.ModelRow],
    "model show": models.Model,
    "model pull": models.Fetched | models.Outlook,
    "model rm": models.Freed,
    "model verify": list[models.Status],
    "model path": list[str],
    "runs list": list[runs.RunRow],
    "runs show": runs.RunRow,
    "runs prune": runs.Pruned,
    "policy check": provenance.Passed,
    "policy show": provenance.PolicyShown,
}
