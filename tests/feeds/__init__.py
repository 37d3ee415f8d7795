"""Feeds against loopback servers and made-up pages."""
