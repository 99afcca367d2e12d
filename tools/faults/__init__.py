"""Shared by tools/faults/fault-test and tools/faults/soak: the virtual microphone, a daemon under test, and its expected output."""
