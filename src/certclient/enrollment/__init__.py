"""The durable procedure that renews or obtains a certificate and survives any interruption."""
