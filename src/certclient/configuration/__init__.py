"""Bank profiles and the administrator's policy."""
