"""Tables of the practice bank, in one SQLite file."""
