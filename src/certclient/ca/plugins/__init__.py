"""CA clients that come as plug-ins (docs/ca-plugins.md): `interface` is what one implements."""
