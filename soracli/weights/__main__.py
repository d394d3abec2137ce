"""For developers: `python -m soracli.weights --seal` and `--ask`."""

import sys

from soracli.weights.seal import ask, seal

if __name__ == "__main__":
    if sys.argv[1:] not in (["--seal"], ["--ask"]):
        sys.exit("usage: python -m soracli.weights --seal | --ask")
    for filled in dict.fromkeys(seal() if sys.argv[1] == "--seal" else ask()):
        sys.stdout.write(filled + "\n")
