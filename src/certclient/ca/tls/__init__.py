"""TLS to a bank: trust anchors, and detection of TLS interception."""
