"""The task `headline_tone`, which is invented: what a new task needs, and no more."""
