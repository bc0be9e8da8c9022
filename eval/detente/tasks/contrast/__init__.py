"""The task `contrast`."""
