"""The practice bank's HTTPS servers and web pages."""
