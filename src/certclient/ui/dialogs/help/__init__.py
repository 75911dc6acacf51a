"""Parts of the help window: its pages, and what they draw."""
