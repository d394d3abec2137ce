"""`python -m soracli` is `sora`."""

from soracli.cli import main

main()
