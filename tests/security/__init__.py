"""A test per threat; docs/security.md says which promise each one holds."""
