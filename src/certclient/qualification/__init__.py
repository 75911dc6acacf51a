"""Tries a CA or a token with everything that certclient asks of it, for the bank's engineer."""
