"""The machine, part files, signals, streams; files that anybody may have written."""
