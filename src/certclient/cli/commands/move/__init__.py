"""新しいパソコンに移る: the commands for the old computer and for the new one."""
