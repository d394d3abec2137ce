"""soracli: make and remake video. `import soracli` is cheap; torch loads on first use."""

__version__ = "0.1.0"
