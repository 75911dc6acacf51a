"""このソフトについて, and the licences of the parts."""
