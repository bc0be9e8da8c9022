"""Files, problems, and the built dataset."""
