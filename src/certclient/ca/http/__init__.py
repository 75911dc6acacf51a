"""HTTP over http.client: connections with TLS, proxies and their logins, responses."""
