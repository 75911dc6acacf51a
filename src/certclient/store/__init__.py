"""Where keys and certificates live. Neighbour of ca/, which it never imports."""
