"""`certclient token …`: for the help desk and for whoever carries a token."""
