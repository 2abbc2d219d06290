"""What studies show: where an answer changes."""
