"""更新できますか？ The check of the whole computer, on any day: see `groups.FullCheck`."""
