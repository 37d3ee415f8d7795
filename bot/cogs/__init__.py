"""Slash commands and buttons: read, ask, show."""
