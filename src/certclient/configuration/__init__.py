"""Which banks there are, by their profiles, and what the administrator allows."""
