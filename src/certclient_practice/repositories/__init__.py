"""What the practice bank keeps on file, in one SQLite file."""
