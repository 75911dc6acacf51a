"""The practice bank (リハーサル), a separate program: CA, CMP server and web pages."""
