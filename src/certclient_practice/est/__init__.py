"""The EST server of the practice bank (RFC 7030, RFC 8951)."""
