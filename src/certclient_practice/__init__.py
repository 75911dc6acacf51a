"""The practice bank (リハーサル): a CA, its CMP server and a login page. A separate program."""
