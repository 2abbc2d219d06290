"""Jobs of many chunks: run here, in worker processes or on a cluster, kept as they finish; knows no scenario."""
