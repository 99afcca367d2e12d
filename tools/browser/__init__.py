"""Chromium without a window, driven by its DevTools protocol: for tests and pictures of the page."""
