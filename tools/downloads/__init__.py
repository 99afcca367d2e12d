"""What tools/get-tau-nigens reads archives with, and the table of what it downloads."""
