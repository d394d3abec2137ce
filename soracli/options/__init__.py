"""From text, environment and files to values: flags, calls, settings, presets."""
