"""「新しいパソコンに移る」: one window for the old computer, the new one, and for a lost one."""
