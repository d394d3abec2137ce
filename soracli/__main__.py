"""`sora`, and `python -m soracli`: by a warm engine if one is running, else in this process, or in several."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Run `sora`: by a warm server, in this process, or in the processes of torchrun."""
    # OpenMP reads this when torch is loaded. A thread that waits for another sleeps instead of spinning: the same speed
    # on an idle machine, and on one with other work a fifth of the time.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    try:
        from soracli.server.client import forwarded, verb

        if os.environ.get("WORLD_SIZE", "1") != "1" and verb(sys.argv[1:]) not in (None, "batch"):  # that shares jobs
            from soracli import cli
            from soracli.models.common import parallel

            parallel.run(cli.main)
            return
        if (code := forwarded(sys.argv[1:])) is not None:
            sys.exit(code)
        from soracli import cli
    except KeyboardInterrupt:  # before anything has begun; `cli.main` sees to the rest
        sys.stderr.write("sora: interrupted\n")
        sys.exit(130)
    cli.main()


if __name__ == "__main__":
    main()
