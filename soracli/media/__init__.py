"""Pictures and clips on disk: formats, a writer that never leaves half a file, `info` and `read`; what fits them.

Video goes through PyAV, stills and animated pictures through Pillow; neither ffmpeg nor a codec
has to be installed. Frames are uint8 (T, H, W, 3) RGB everywhere.
"""

from soracli.media.audio import EASE, Audio, crossfaded, eased, lasting, looped
from soracli.media.chroma import key_colour, keyed
from soracli.media.colour import toned
from soracli.media.encode import DIGEST
from soracli.media.fit import FITS, describe_fit, fit, hold, retime, retimed_length
from soracli.media.formats import FORMATS, Format, Quality
from soracli.media.growing import Growing
from soracli.media.masks import Area, borders, feather, outpainted, region
from soracli.media.mix import laid_under
from soracli.media.read import info, read, read_layer, read_sound, read_source
from soracli.media.source import MediaInfo, Source
from soracli.media.write import Digest, Writer, write_text

__all__ = [
    "DIGEST",
    "EASE",
    "FITS",
    "FORMATS",
    "Area",
    "Audio",
    "Digest",
    "Format",
    "Growing",
    "MediaInfo",
    "Quality",
    "Source",
    "Writer",
    "borders",
    "crossfaded",
    "describe_fit",
    "eased",
    "feather",
    "fit",
    "hold",
    "info",
    "key_colour",
    "keyed",
    "laid_under",
    "lasting",
    "looped",
    "outpainted",
    "read",
    "read_layer",
    "read_sound",
    "read_source",
    "region",
    "retime",
    "retimed_length",
    "toned",
    "write_text",
]
