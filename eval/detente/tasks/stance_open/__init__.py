"""The task `stance_open`."""
