"""The task `claims`."""
