"""The CMP server of the practice bank."""
