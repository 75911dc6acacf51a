"""The bank's core: CA, policy, clock and login decisions."""
