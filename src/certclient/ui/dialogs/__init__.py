"""Smaller windows: errors, details, help, PIN entry and このソフトについて."""
