"""What a port promises, held to every adapter of it."""
