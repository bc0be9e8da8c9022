"""Pages to be opened in a browser: templates, styles and scripts, and what puts them together into one file."""
