"""One program per user: what holds the windows together, the tray, links, the end."""
