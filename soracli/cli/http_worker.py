"""The process in which `sora serve --http` runs verbs: `python -m soracli.cli.http_worker` (see `jobs.HTTP_WORKER`)."""

from soracli.cli import jobs, remake, render, root, runner  # noqa: F401 (the first three fill calls.RENDERING)
from soracli.server.http import child

if __name__ == "__main__":
    child.serve(root.run, runner.terminate)
