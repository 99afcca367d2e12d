"""What `check` looks at: the dependencies of targets, and the cycles between files."""
