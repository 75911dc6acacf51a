"""Talking to a bank's CA: CMP first, EST later. Neighbour of store/, which it never imports."""
