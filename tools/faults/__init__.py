"""What tools/fault-test and tools/soak share: the virtual microphone, a daemon under test, and what it ought to say."""
