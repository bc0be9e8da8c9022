"""From prediction files to scores, comparisons and rankings."""
