"""Reads the banks' announcements of new versions. Never downloads or runs one."""
