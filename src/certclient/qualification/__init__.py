"""Tries a CA with everything that certclient asks of it, for the bank's engineer."""
