"""`sora serve`, and how calls find it."""
