"""The process in which `sora serve --http` runs verbs: `python -m soracli.cli.http_worker`."""

import sys

from soracli.cli import root, runner
from soracli.server.http import child

COMMAND = (sys.executable, "-m", "soracli.cli.http_worker")  # starts it

if __name__ == "__main__":
    child.serve(root.run, runner.terminate)
