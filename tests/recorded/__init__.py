"""Feeds against recorded pages, where these are at hand."""
