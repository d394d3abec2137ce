"""Training by users: low-rank adapters of the models, and performers for those that take drafts."""
