"""What a help desk asks for first, about this computer: collected without a network, shown line by
line before it is kept, and free of secrets (docs/adr/0060-diagnosis.md)."""
