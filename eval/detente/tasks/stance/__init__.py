"""The task `stance`."""
