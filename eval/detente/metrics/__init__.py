"""Metrics as pure functions of counts: arrays in, array out; undefined is NaN.

Every function works on the last axis or element by element, so that one call scores one system or a thousand
resamples of it.
"""
