"""Checked by `check`: the dependencies of targets, and the cycles between files."""
