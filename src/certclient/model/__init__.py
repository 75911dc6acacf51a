"""Plain, frozen, typed values and rules. No I/O, no clock, no Qt; imports no other package."""
