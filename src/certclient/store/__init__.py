"""Certificate stores, which hold keys and certificates. A sibling of ca/; never imports it."""
