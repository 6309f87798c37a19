"""Pages of the team about the matching: its runs and its settings."""
