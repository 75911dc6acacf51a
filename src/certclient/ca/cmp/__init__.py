"""The client's side of CMP: `client` speaks it, `trust` says whom it believes."""
