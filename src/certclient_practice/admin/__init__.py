"""Command line of the practice bank: `certclient practice …`."""
