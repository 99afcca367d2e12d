"""What tools/faults/fault-test and tools/faults/soak share: the virtual microphone, a daemon under test, and its expected output."""
