"""Rules, each held to what it says: examples, and laws over many."""
