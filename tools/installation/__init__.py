"""Shared by tools/install and tools/uninstall: the layout of an installation, and the list of its files."""
