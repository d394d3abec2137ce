"""The page at `/`: its parts, and what they may load."""

from __future__ import annotations

from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

HOME = Path(__file__).with_name("page_parts")
PARTS = {
    "/": ("index.html", "text/html"),
    "/page.css": ("page.css", "text/css"),
    "/page.js": ("page.js", "text/javascript"),
}
POLICY = "; ".join((
    "default-src 'none'", "style-src 'self' 'unsafe-inline'", "script-src 'self'", "connect-src 'self'",
    "img-src 'self' blob: data:", "media-src 'self' blob:", "base-uri 'none'", "form-action 'none'",
    "frame-ancestors 'none'",
))  # fmt: skip


async def part(request: Request) -> Response:
    """The file of the page that a path of `PARTS` names."""
    name, kind = PARTS[request.url.path]
    headers = {"content-security-policy": POLICY, "cache-control": "no-cache", "x-content-type-options": "nosniff"}
    return Response((HOME / name).read_text(encoding="utf-8"), media_type=kind, headers=headers)
