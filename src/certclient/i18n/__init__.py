"""Texts in Japanese and English for the windows and the command line. No Qt."""
