"""Characters: pictures under names, for scenes to play in."""

from __future__ import annotations

import contextlib
import json
import re
import secrets
import time
from pathlib import Path
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from soracli.errors import PolicyError, UsageError
from soracli.server.http import forms, store
from soracli.server.http.worker import Failed, Worker
from soracli.system import parsing, part_files
from soracli.weights import manifest

_NAME = re.compile(r"char_[0-9a-f]{24}")
CLERK = 60.0  # seconds that a check, a still or a draft may take
CUT = "cut-out.safetensors"  # what `sora train lora` makes of a character: it plays in scenes


class Characters:
    """home: their folder. clerk: takes pictures from clips. bound: bytes; over it the oldest go."""

    def __init__(self, home: Path, clerk: Worker, bound: int) -> None:
        self.home, self.clerk, self.bound = home, clerk, bound

    async def create(self, request: Request) -> Response:
        """A picture, or the first frame of a clip, that plays in scenes under a name."""
        form = await forms.read(request)
        name, sent = form.text("name", needed=True) or "", form.uploads.pop("video", None)
        form.close()
        if sent is None or not re.fullmatch(r"[\w][\w ]{0,39}", name):
            raise UsageError("characters: need a name of letters and a file `video`", "bad_parameter")
        home = self.home / f"char_{time.time_ns():016x}{secrets.token_hex(4)}"
        home.mkdir(mode=0o700)
        path = home / f"input{sent.suffix}"
        part_files.put(path, sent.data, mode=0o600)
        try:
            path = await self._looked_at(home, path, name, sent.kind == "clip")
        except BaseException as error:
            part_files.drop_folder(home, self.home)
            if isinstance(error, Failed):
                raise Failed(store.without(error.details, home)) from None
            raise
        told = {"id": home.name, "name": name, "created_at": int(time.time()), "picture": path.name}
        part_files.put(home / "name.json", json.dumps(told).encode(), mode=0o600)
        self._prune()
        return JSONResponse(told)

    async def _looked_at(self, home: Path, path: Path, name: str, is_clip: bool) -> Path:
        """The picture of what was sent, which is cut out beside it if that can be done. Raises Failed."""
        await self.clerk.do({"arguments": ["info", "--json", "--", str(path)]}, limit=CLERK)
        try:
            cut = ["train", "lora", "--name", name, "-o", str(home / CUT), "--json", "--", str(home)]
            await self.clerk.do({"arguments": cut}, limit=CLERK)
        except Failed as failed:  # it has no outline that can be found: some models are shown the picture as it is
            if failed.details.get("exit_code") == PolicyError.exit_code:
                raise
        if not is_clip:
            return path  # one that has an outline keeps it
        first = ["frame", "--json", "--at", "first", "-o", str(home / "picture.png"), "--", str(path)]
        await self.clerk.do({"arguments": first}, limit=CLERK)
        part_files.drop(path, home)
        return home / "picture.png"

    def _prune(self) -> None:
        """Remove the oldest but the latest until they are within the bound."""
        found = sorted(path for path in self.home.iterdir() if _NAME.fullmatch(path.name))
        sizes = [store.size(path) for path in found]
        over = sum(sizes) - self.bound
        for path, size in zip(found[:-1], sizes, strict=False):
            if over <= 0:
                return
            part_files.drop_folder(path, self.home)
            over -= size

    async def retrieve(self, request: Request) -> Response:
        """GET: a character by id."""
        return JSONResponse(self.find(request.path_params["id"]))

    def find(self, id: str) -> dict[str, Any]:
        """What is known of one. Raises HTTPException."""
        home = self.home / id
        with contextlib.suppress(OSError, ValueError):
            if _NAME.fullmatch(id):
                found = parsing.from_json(parsing.read(home / "name.json"))
                if isinstance(found, dict) and found.get("id") == id and _told(found):
                    return found
        raise HTTPException(404, f"{id}: no such character")

    def subject(self, given: Any, model: str) -> str:
        """A character as `--subject` of a model has it: cut out where it is to play in scenes, else its picture."""
        told = self.find(str(given.get("id")) if isinstance(given, dict) else str(given))
        home = self.home / told["id"]
        plays = manifest.card(model).arch == "spark" and (home / CUT).is_file()
        return f"{home / (CUT if plays else told['picture'])}:{told['name']}"


def _told(found: dict[str, Any]) -> bool:
    """Whether a record has what `subject` needs, and its picture lies beside it."""
    name, picture = found.get("name"), found.get("picture")
    return isinstance(name, str) and isinstance(picture, str) and Path(picture).name == picture
