"""What a request says, as a call of a verb. Nothing in it names a file of this computer."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request

from soracli.errors import MediaError, UsageError
from soracli.formatting import suggest
from soracli.system import parsing
from soracli.weights import manifest

MAX_UPLOAD = 256_000_000  # bytes of one request
MAX_FIELDS = 40
LONGEST_PROMPT = 10_000  # characters
# Names of models that clients of OpenAI's API send when nobody chose; they mean the server's own.
_THEIRS = re.compile(r"sora-2(-pro)?(-\d{4}-\d\d-\d\d)?|gpt-image-[\w.-]+|chatgpt-image-latest|dall-e-[23]")
_CAST = re.compile(r"characters(\[\d*\])?(\[id\])?")  # a list of objects with an id as multipart has it
EXTRA = ("seed", "steps", "guidance", "negative", "fps", "camera", "motion", "style")  # flags of ours that may be given
EDIT_EXTRA = ("seed", "steps", "guidance", "negative", "strength")
# How files begin that our readers know: kind and suffix.
_BEGINNINGS = (
    (rb"\x89PNG\r\n\x1a\n", "picture", ".png"),
    (rb"\xff\xd8\xff", "picture", ".jpg"),
    (rb"GIF8[79]a", "picture", ".gif"),
    (rb"RIFF....WEBP", "picture", ".webp"),
    (rb"....ftypavif", "picture", ".avif"),
    (rb"....ftyp", "clip", ".mp4"),
    (rb"\x1a\x45\xdf\xa3", "clip", ".webm"),
)


@dataclass(frozen=True)
class Upload:
    """data: the bytes. kind: `picture` or `clip`. suffix: by its beginning; the name it came with is not used."""

    data: bytes
    kind: str
    suffix: str


@dataclass
class Form:
    """The fields of a request, JSON or multipart. Every one that is taken is struck off; `close` refuses the rest."""

    fields: dict[str, Any]
    uploads: dict[str, Upload] = field(default_factory=dict)

    def text(self, name: str, *, needed: bool = False) -> str | None:
        """A text or a number. Raises UsageError."""
        value = self.fields.pop(name, None)
        if value is None or value == "":
            if needed:
                raise UsageError(f"{name}: is missing", "missing_parameter")
            return None
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise UsageError(f"{name}: must be a text or a number", "bad_parameter")
        return str(value)

    def prompt(self) -> str:
        text = self.text("prompt", needed=True) or ""
        if text.strip() == "-" or len(text) > LONGEST_PROMPT:
            raise UsageError(f"prompt: must be words, at most {LONGEST_PROMPT:,} characters", "bad_prompt")
        return text

    def reference(self, name: str) -> str | None:
        """The `id` of an object, which multipart writes as `name[id]`."""
        value = self.fields.pop(name, None)
        found = value.get("id") if isinstance(value, dict) else self.fields.pop(f"{name}[id]", value)
        if found is not None and not isinstance(found, str):
            raise UsageError(f'{name}: must be {{"id": ...}} or a file', "bad_parameter")
        return found

    def extra(self, names: tuple[str, ...]) -> dict[str, str]:
        """Flags of ours."""
        found = {name: self.text(name) for name in names}
        return {name: value for name, value in found.items() if value is not None}

    def close(self) -> None:
        """Raises UsageError for what nobody asked for: it would be dropped in silence."""
        left = [name for name, value in self.fields.items() if value not in (None, "", [])] + list(self.uploads)
        if left:
            raise UsageError(f"{left[0]}: no such parameter here{suggest(left[0], EXTRA)}", "unknown_parameter")


async def read(request: Request) -> Form:
    """The form of a request. Raises UsageError, or MediaError for an upload that is no picture or clip."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        async with request.form(max_files=2, max_fields=MAX_FIELDS) as form:
            return await _of_form(form)
    if kind != "application/json":
        raise UsageError(f"content-type {kind!r}: must be application/json or multipart/form-data", "bad_request")
    try:
        data = parsing.from_json(await request.body() or b"{}")
    except ValueError as error:
        raise UsageError(f"is not JSON ({error})", "bad_request") from None
    if not isinstance(data, dict):
        raise UsageError("must be a JSON object", "bad_request")
    return _with_pictures(Form(data))


async def _of_form(given: FormData) -> Form:
    form = Form({})
    for name, value in given.multi_items():
        if isinstance(value, str) and _CAST.fullmatch(name):
            form.fields.setdefault("characters", []).append(value)
            continue
        if name in form.fields or name in form.uploads:
            raise UsageError(f"{name}: is given twice", "bad_parameter")
        if isinstance(value, UploadFile):
            form.uploads[name] = upload(name, await value.read())
        else:
            form.fields[name] = value
    return _with_pictures(form)


def _with_pictures(form: Form) -> Form:
    """`input_reference` as an object: its picture stands in a data URL. Others are not fetched."""
    value = form.fields.pop("input_reference", None)
    if isinstance(value, dict) and set(value) != {"image_url"}:
        others = ", ".join(map(str, value)) or "nothing"
        raise UsageError(f"input_reference: has {others}; give a file or its image_url as a data: URL", "bad_parameter")
    url = value["image_url"] if isinstance(value, dict) else form.fields.pop("input_reference[image_url]", value)
    if url is not None:
        if "input_reference" in form.uploads:
            raise UsageError("input_reference: is given twice", "bad_parameter")
        match = re.fullmatch(r"data:image/[a-z+.-]{1,20};base64,(.*)", str(url), re.DOTALL)
        if not match:
            raise UsageError("input_reference: must be a file or a data: URL; no other place is read", "bad_parameter")
        try:
            data = base64.b64decode(match[1], validate=True)
        except ValueError:
            raise UsageError("input_reference: is not base64", "bad_parameter") from None
        form.uploads["input_reference"] = upload("input_reference", data)
    return form


def upload(name: str, data: bytes) -> Upload:
    """What somebody sends, as far as its beginning tells. It is decoded in the worker's process, never in ours."""
    for beginning, kind, suffix in _BEGINNINGS:
        if re.match(beginning, data, re.DOTALL):
            return Upload(data, kind, suffix)
    raise MediaError(f"{name}: is no picture or clip that is known here; give PNG, JPEG, WebP, GIF, MP4 or WebM",
                     "bad_upload")  # fmt: skip


def model(form: Form, default: str | None) -> str:
    """The name of a listed model. Raises UsageError: a path is no name."""
    name = form.text("model")
    if name is None or _THEIRS.fullmatch(name):
        return manifest.card(default).name
    if name not in manifest.cards():
        raise UsageError(f"model {name}: no such model{suggest(name, manifest.cards())}; see: GET /v1/models",
                         "unknown_model")  # fmt: skip
    return name


def size(form: Form) -> dict[str, str]:
    """The field `size` as the flag of that name; empty = the model's own. Raises UsageError."""
    text = form.text("size")
    if text in (None, "auto"):
        return {}
    if not re.fullmatch(r"[0-9]{1,5}x[0-9]{1,5}", str(text)):
        raise UsageError(f"size {text}: must be WIDTHxHEIGHT", "bad_size")
    return {"size": str(text)}


def seconds(form: Form, key: str, *, needed: bool = False) -> dict[str, str]:
    """The field `seconds` as an argument `key`; empty = none was sent. Raises UsageError."""
    text = form.text("seconds", needed=needed)
    if text is None:
        return {}
    if not re.fullmatch(r"[0-9]{1,4}(\.[0-9]{1,3})?", text):
        raise UsageError(f"seconds {text}: must be a number of seconds", "bad_duration")
    return {key: f"{text}s"}


def whole(name: str, text: str | None, default: int, most: int) -> int:
    """A whole number 1..most."""
    if text is None:
        return default
    if not re.fullmatch(r"[0-9]{1,6}", text) or not 1 <= int(text) <= most:
        raise UsageError(f"{name} {text}: must be a whole number 1..{most}", "bad_parameter")
    return int(text)


def create(form: Form, default: str | None) -> dict[str, Any]:
    """The call of a request for a new video, without its picture."""
    return {
        "verb": "generate", "prompt": form.prompt(), "model": model(form, default), **size(form),
        **seconds(form, "duration"), **form.extra(EXTRA),
    }  # fmt: skip


def change(form: Form, default: str | None, verb: str) -> dict[str, Any]:
    """The call of a request that makes a video from another, without that one. verb: edit or extend."""
    call = {"verb": verb, "prompt": form.prompt(), "model": model(form, default)}
    if verb == "extend":
        return call | seconds(form, "by", needed=True) | form.extra(("seed", "steps", "guidance", "negative"))
    return call | form.extra(EDIT_EXTRA)


def pictures(form: Form, default: str | None) -> tuple[dict[str, Any], str]:
    """The call of a request for pictures, and whether they are wanted as `b64_json` or by `url`."""
    wanted = form.text("response_format") or "b64_json"
    if wanted not in ("b64_json", "url"):
        raise UsageError(f"response_format {wanted}: must be b64_json or url", "bad_parameter")
    suffix = form.text("output_format") or "png"
    if suffix not in ("png", "webp"):
        raise UsageError(f"output_format {suffix}: must be png or webp", "bad_parameter")
    if (background := form.text("background")) not in (None, "auto", "opaque"):
        raise UsageError(f"background {background}: pictures are opaque here; leave it out", "bad_parameter")
    if form.fields.pop("stream", None):
        raise UsageError("stream: pictures come whole here; leave it out", "bad_parameter")
    for name in ("quality", "moderation", "user", "safety_identifier"):  # what clients send, and has no meaning here
        form.text(name)
    if form.fields.get("style") in ("vivid", "natural"):  # of OpenAI's own model
        del form.fields["style"]
    count = whole("n", form.text("n"), 1, 10)
    call = {"verb": "image", "prompt": form.prompt(), "model": model(form, default), "format": suffix, **size(form)}
    extra = form.extra(("seed", "steps", "guidance", "negative", "style"))
    return call | ({"count": str(count)} if count > 1 else {}) | extra, wanted


def one_seed(call: Mapping[str, Any]) -> None:
    """Raises UsageError for several seeds: a video is one result."""
    if "seed" in call and not re.fullmatch(r"[0-9]{1,10}", str(call["seed"])):
        raise UsageError(f"seed {call['seed']}: must be one whole number", "bad_seed")
