"""`make torture` and `make reliability`: all cases, their counts, and the page about them."""
