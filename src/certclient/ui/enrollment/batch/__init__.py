"""「すべて更新」: renews all certificates that are due, one by one."""
