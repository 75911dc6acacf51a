"""The CMP server of the practice bank (RFC 9810, RFC 9483)."""
