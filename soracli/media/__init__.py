"""Pictures and clips on disk: formats, a writer that never leaves half a file, `info` and `read`.

Video goes through PyAV, stills and animated pictures through Pillow; neither ffmpeg nor a codec
has to be installed. Frames are uint8 (T, H, W, 3) RGB everywhere.
"""

from soracli.media.formats import FORMATS, Format, Quality
from soracli.media.read import MediaInfo, info, read
from soracli.media.write import Writer

__all__ = ["FORMATS", "Format", "MediaInfo", "Quality", "Writer", "info", "read"]
