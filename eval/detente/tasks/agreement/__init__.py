"""The task `agreement`."""
