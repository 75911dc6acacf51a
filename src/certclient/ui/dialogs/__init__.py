"""Smaller windows: errors, details, help, a PIN, このソフトについて."""
