"""Articles as pages of invented sites."""
