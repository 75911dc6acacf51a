"""The practice bank's web pages: one module and blueprint per subject."""
