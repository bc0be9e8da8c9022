"""The tasks in other people's evaluation frameworks: their data formats and runners, our prompts and metrics."""
