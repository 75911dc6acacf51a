"""The answer of the last look at the stores, with which `certclient remind` ends at once."""
