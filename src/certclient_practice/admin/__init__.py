"""`certclient practice …`: the bank run and looked after on the command line."""
