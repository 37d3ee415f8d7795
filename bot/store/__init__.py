"""SQLite and PostgreSQL behind the Store port."""
