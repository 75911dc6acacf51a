"""What every window is made of, and how it looks."""
