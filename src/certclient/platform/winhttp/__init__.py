"""WinHTTP, Windows' own network: its TLS (SChannel), its roots, and logins to proxies."""
