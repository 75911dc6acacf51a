"""このソフトについて, with the licences of third-party components."""
