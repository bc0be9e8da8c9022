"""The task `attribution`."""
