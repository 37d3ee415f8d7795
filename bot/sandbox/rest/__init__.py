"""Discord's REST API v10: one file per resource, each with a table of its routes."""
