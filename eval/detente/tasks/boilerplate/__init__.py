"""The task `boilerplate`."""
