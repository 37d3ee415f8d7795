"""The steps, each naming the one before it. A released step is never edited."""
