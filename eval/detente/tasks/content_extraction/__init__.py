"""The task `content_extraction`."""
