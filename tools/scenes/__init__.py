"""Acoustic scenes with labels, made independently of `bearing synth`: for tests and the demo."""
