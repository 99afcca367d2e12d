"""Acoustic scenes with labels, made independently of `bearing synth`: what tests and the demo are heard in."""
