"""The task `reuse`."""
