"""Clients for a bank's CA and their transport: CMP today, EST later. Never imports store/."""
