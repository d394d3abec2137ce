"""`sora`, and `python -m soracli`: by a warm engine if one is running, else in this process."""

from __future__ import annotations

import sys


def main() -> None:
    try:
        from soracli.forward import forwarded

        if (code := forwarded(sys.argv[1:])) is not None:
            sys.exit(code)
        from soracli import cli
    except KeyboardInterrupt:  # before anything has begun; `cli.main` sees to the rest
        sys.stderr.write("sora: interrupted\n")
        sys.exit(130)
    cli.main()


if __name__ == "__main__":
    main()
