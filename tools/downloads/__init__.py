"""The archive reader of tools/get-tau-nigens, and the table of its downloads."""
