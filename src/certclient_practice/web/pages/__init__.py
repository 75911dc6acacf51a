"""The practice bank's web pages: one module and blueprint for one subject."""
