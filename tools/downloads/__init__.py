"""What tools/get-tau-nigens and tools/get-measured-rooms share: downloads, an archive reader, and the tables of files."""
