"""The client side of CMP: `client` runs transactions, `trust` authenticates signed responses."""
