"""Whole files of kinds that are rare and allowed: uneven and negative times, delays, colour tags, profiles, tracks.

They are no damage: what `info` says of one is what is read. By a number, so that each can be made again.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
from PIL import Image, ImageCms, features

from soracli.types import Frames

SIZE, MOST = 32, 8  # pixels of a side, frames
MUXERS: dict[str, tuple[str, tuple[str, ...], dict[str, str]]] = {  # suffix -> name, codecs, options
    "mp4": ("mp4", ("libx264", "mpeg4"), {"use_editlist": "1"}),
    "mov": ("mov", ("libx264", "mjpeg", "png", "prores_ks"), {}),
    "frag.mp4": ("mp4", ("libx264",), {"movflags": "frag_keyframe+empty_moov+default_base_moof"}),
    "mkv": ("matroska", ("libx264", "ffv1", "mjpeg", "libvpx-vp9"), {}),
    "webm": ("webm", ("libvpx-vp9", "libvpx"), {}),
    "avi": ("avi", ("mpeg4", "mjpeg"), {}),
    "ts": ("mpegts", ("libx264",), {}),
    "flv": ("flv", ("libx264",), {}),
}
PIXELS = {"mjpeg": "yuvj420p", "png": "rgb24", "prores_ks": "yuv422p10le", "ffv1": "yuv420p10le"}
VPX = {"lag-in-frames": "0", "auto-alt-ref": "0", "deadline": "realtime", "cpu-used": "8"}
OPTIONS = {"libx264": {"bf": "0", "preset": "ultrafast"}, "libvpx": VPX, "libvpx-vp9": VPX}  # a packet for a frame
BASES = (Fraction(1, 1000), Fraction(1, 90000), Fraction(1, 25), Fraction(1001, 30000), Fraction(1, 1))
LAYOUTS = ("plain", "plain", "sound", "late sound", "early sound", "two pictures", "cover", "two sounds", "rotated")


class Strange(NamedTuple):
    """name: says what it is and has its suffix."""

    name: str
    data: bytes


def strange(number: int) -> Strange:
    rng = np.random.default_rng([2, number])
    kinds: tuple[Callable[[np.random.Generator], Strange], ...] = (_film, _film, _animation, _still)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = kinds[number % 4](rng)
    return Strange(f"{number:06}-{found.name}", found.data)


def _frames(rng: np.random.Generator, count: int) -> Frames:
    small = rng.integers(0, 256, (count, 4, 4, 3), np.uint8)
    return small.repeat(SIZE // 4, 1).repeat(SIZE // 4, 2)


def _any(rng: np.random.Generator, found: Any) -> Any:
    return list(found)[int(rng.integers(len(found)))]


# --- films ------------------------------------------------------------------------------------------------------------


def times(rng: np.random.Generator, count: int, least: int | None = None) -> tuple[str, list[int]]:
    """(what they are like, ticks of each frame): rising, from anywhere. least: None = before 0, too."""
    step = int(_any(rng, (1, 2, 40, 3003)))
    kind = _any(rng, ("even", "even", "uneven", "burst", "gap", "rounded"))
    gaps = {
        "even": [step] * count,
        "uneven": [int(gap) for gap in rng.integers(1, 4 * step + 1, count)],
        "burst": [1 if i % 4 else 8 * step for i in range(count)],
        "gap": [step * (60 if i == count // 2 else 1) for i in range(count)],
        "rounded": [step + i % 2 for i in range(count)],
    }[kind]
    first = int(_any(rng, (0, 0, -step, -10 * step, 7 * step, 100000)))
    first = first if least is None else max(first, least)
    return f"{kind}-from{first}", [first + sum(gaps[:i]) for i in range(count)]


def _film(rng: np.random.Generator) -> Strange:
    """The layout, codec or times that a container does not take are left out, never the film."""
    suffix = _any(rng, MUXERS)
    _, codecs, _ = MUXERS[suffix]
    base, codec, layout = _any(rng, BASES), _any(rng, codecs), _any(rng, LAYOUTS)
    count = int(rng.integers(1, MOST + 1))
    told, ticks = times(rng, count, least=0 if suffix in ("ts", "flv") else None)
    tags = {name: int(rng.integers(0, 19)) for name in ("colorspace", "color_trc", "color_primaries", "color_range")}
    tags = {} if rng.random() < 0.5 else {**tags, "color_range": tags["color_range"] % 3}
    seed = int(rng.integers(1 << 30))
    tries = (
        (layout, tags, base, ticks), ("plain", tags, base, ticks), ("plain", {}, base, ticks),
        ("plain", {}, Fraction(1, 25), list(range(count))),
    )  # fmt: skip
    why: Exception | None = None
    for number, (tracks, colours, unit, when) in enumerate(tries):
        try:
            data = _muxed(np.random.default_rng(seed), suffix, codec, unit, when, colours, tracks)
        except (OSError, ValueError, RuntimeError) as error:  # FFmpeg's own errors among them
            why = error
            continue
        name = f"{codec}-{tracks}-{told if number < 3 else 'plain'}{'-tagged' if colours else ''}"
        return Strange(f"{name.replace(' ', '-')}.{suffix}", data)
    raise AssertionError(f"{suffix} takes no {codec}") from why


def _muxed(
    rng: np.random.Generator, suffix: str, codec: str, base: Fraction, ticks: list[int], tags: dict[str, int],
    layout: str,
) -> bytes:  # fmt: skip
    import av
    from av.stream import Disposition

    muxer, _, options = MUXERS[suffix]
    out, frames = io.BytesIO(), _frames(rng, len(ticks))
    options = {**options, "avoid_negative_ts": str(_any(rng, ("auto", "disabled")))}
    with av.open(out, "w", format=muxer, options=options) as target:
        stream: Any = target.add_stream(codec, rate=25)
        stream.width = stream.height = SIZE
        stream.pix_fmt = PIXELS.get(codec, "yuv420p")
        stream.options = OPTIONS.get(codec, {})
        if rng.random() < 0.3:
            stream.codec_context.sample_aspect_ratio = Fraction(*map(int, rng.integers(1, 17, 2)))
        for name, value in tags.items():
            setattr(stream.codec_context, name, value)
        if layout == "rotated":
            stream.metadata["rotate"] = str(_any(rng, (90, 180, 270, 45)))
        other: Any = None
        if layout in ("two pictures", "cover"):
            other = target.add_stream("mjpeg" if layout == "cover" else codec, rate=10)
            other.width, other.height = SIZE // 2, SIZE // 2
            other.pix_fmt = PIXELS.get("mjpeg" if layout == "cover" else codec, "yuv420p")
            if layout == "cover":
                other.disposition = Disposition.attached_pic
        sounds = [_sound(target, suffix) for _ in range({"two sounds": 2}.get(layout, "sound" in layout))]
        packets = [packet for i, picture in enumerate(frames) for packet in _encoded(stream, picture, i)]
        packets += stream.encode(None)
        for tick, packet in zip(ticks, packets, strict=True):
            packet.pts = packet.dts = tick
            packet.time_base, packet.duration = base, 0
            target.mux(packet)
        if other is not None:
            target.mux([*_encoded(other, frames[0][::2, ::2], 0), *other.encode(None)])
        for sound in sounds:
            _sounded(target, sound, {"late sound": 1.0, "early sound": -0.5}.get(layout, 0.0), rng)
    return out.getvalue()


def _encoded(stream: Any, picture: Any, number: int) -> list[Any]:
    import av

    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24").reformat(format=stream.pix_fmt)
    frame.pts, frame.time_base = number, Fraction(1, 25)  # as far as the encoder knows
    return list(stream.encode(frame))


def _sound(target: Any, suffix: str) -> Any:
    stream = target.add_stream("libopus" if suffix == "webm" else "aac", rate=48000)
    stream.layout = "mono"
    return stream


def _sounded(target: Any, stream: Any, late: float, rng: np.random.Generator) -> None:
    import av

    samples = rng.normal(0, 0.1, (1, int(rng.integers(1, 30000)))).astype(np.float32)
    kind = "flt" if stream.codec_context.name == "libopus" else "fltp"
    frame = av.AudioFrame.from_ndarray(samples, format=kind, layout="mono")
    frame.sample_rate, frame.pts, frame.time_base = 48000, 0, Fraction(1, 48000)
    for packet in [*stream.encode(frame), *stream.encode(None)]:
        if packet.pts is not None:
            packet.pts = packet.dts = packet.pts + int(late / packet.time_base)
            target.mux(packet)


# --- pictures ---------------------------------------------------------------------------------------------------------


def _profile(rng: np.random.Generator) -> bytes:
    """A sound profile, one of another kind of colour, or one that is damaged."""
    kind = _any(rng, ("sRGB", "XYZ", "LAB", "damaged", "none"))
    data = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB" if kind in ("damaged", "none") else kind)).tobytes()
    if kind == "damaged":
        at = int(rng.integers(len(data)))
        data = data[:at] + rng.bytes(8) + data[at + 8 :]
    return b"" if kind == "none" else data


def _animation(rng: np.random.Generator) -> Strange:
    form = _any(rng, ("gif", "webp", "png", *(["avif"] if features.check("avif") else [])))
    count = int(rng.integers(2, MOST + 1))
    pictures = [Image.fromarray(frame) for frame in _frames(rng, count)]
    if rng.random() < 0.3:  # the same picture again, which encoders merge
        pictures[-1] = pictures[-2]
    if rng.random() < 0.3 and form != "avif":
        for picture in pictures:
            picture.putalpha(int(rng.integers(256)))
    delays = [int(_any(rng, (0, 10, 20, 30, 40, 100, 1000, 10 * int(rng.integers(1, 200))))) for _ in range(count)]
    out = io.BytesIO()
    more: dict[str, Any] = {} if form == "gif" else {"icc_profile": _profile(rng)}
    more |= {"disposal": int(rng.integers(0, 3))} if form in ("gif", "png") else {}
    pictures[0].save(
        out, form, save_all=True, append_images=pictures[1:], duration=delays, loop=int(rng.integers(0, 4)),
        **more,
    )  # fmt: skip
    return Strange(f"delays.{form}", out.getvalue())


STILLS = {
    "png": ("1", "L", "LA", "P", "RGB", "RGBA", "I;16"), "jpeg": ("L", "RGB", "CMYK"), "webp": ("RGB", "RGBA"),
    "tiff": ("1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "YCbCr", "LAB", "I;16", "I", "F"), "bmp": ("1", "L", "RGB"),
    "gif": ("L", "P", "RGB"),
}  # fmt: skip


def _still(rng: np.random.Generator) -> Strange:
    form = _any(rng, STILLS)
    mode = _any(rng, STILLS[form])
    picture = Image.fromarray(_frames(rng, 1)[0]).resize((SIZE, int(rng.integers(1, 2 * SIZE))))
    if mode in ("I;16", "I", "F"):
        levels = np.asarray(picture.convert("L")).astype(np.float32)
        scaled = levels / 255 if mode == "F" else levels * 257
        picture = Image.fromarray(scaled.astype({"I;16": np.uint16, "I": np.int32, "F": np.float32}[mode]))
    elif mode == "LAB":
        change = ImageCms.buildTransform(ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), "RGB", "LAB")
        picture = ImageCms.applyTransform(picture, change) or picture
    else:
        picture = picture.convert(mode)
    exif = Image.Exif()
    exif[274] = int(rng.integers(0, 10))  # how it stands; 1 to 8 mean something
    out = io.BytesIO()
    more: dict[str, Any] = {"icc_profile": _profile(rng)} if form not in ("bmp", "gif") else {}
    more |= {"exif": exif} if form in ("jpeg", "png", "webp", "tiff") else {}
    if form == "tiff" and rng.random() < 0.3:
        more |= {"save_all": True, "append_images": [picture.resize((8, 8)), picture]}
    picture.save(out, form, **more)
    return Strange(f"{mode.replace(';', '')}.{form}", out.getvalue())
