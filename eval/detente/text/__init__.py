"""Strings and offsets; imports nothing else of this package."""
