"""`sora`, and `python -m soracli`: by a warm engine if one is running, else in this process."""

from __future__ import annotations

import sys

from soracli.forward import forwarded


def main() -> None:
    if (code := forwarded(sys.argv[1:])) is not None:
        sys.exit(code)
    from soracli import cli

    cli.main()


if __name__ == "__main__":
    main()
