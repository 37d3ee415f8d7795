"""Real discord.py against the loopback Discord."""
