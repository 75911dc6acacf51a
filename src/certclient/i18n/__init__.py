"""Sentences in Japanese and English, for windows and command line alike. No Qt."""
