"""Hears from banks which version of this program is the newest. It never fetches or runs one."""
