"""The procedure: from a certificate that runs out to one that works, whatever happens between."""
