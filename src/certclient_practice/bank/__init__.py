"""The bank itself: its CA, its rules, its clock."""
