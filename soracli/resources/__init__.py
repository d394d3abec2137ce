"""Time and memory: estimates, calibration, what works on this machine."""
