"""Training, and the making of files that ship: `python -m soracli.train --help`."""
