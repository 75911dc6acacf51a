"""Off the GUI thread and back into it."""
