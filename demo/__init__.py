"""`make demo`: the renewal end to end, told step by step."""
