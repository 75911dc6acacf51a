"""`make demo`: an end-to-end renewal, shown step by step."""
