"""The commands as functions, on files and on what is in memory, and results as frames, JSON, charts and HTML."""
