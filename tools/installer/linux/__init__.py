"""The packages for Linux: a wheel for pipx, and a .deb."""
