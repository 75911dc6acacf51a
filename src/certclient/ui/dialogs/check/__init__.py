"""更新できますか？ as a window."""
