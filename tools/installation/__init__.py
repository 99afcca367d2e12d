"""What tools/install and tools/uninstall share: where things go, and the list of what was put there."""
