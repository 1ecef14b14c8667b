"""Measurements: ratios against a baseline of the same run. Nothing here is a test, and no test measures time."""
