"""The method: flow matching, solvers, windows, and what joins generated pixels to given ones."""
