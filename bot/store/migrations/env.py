"""Alembic runs this file: migrate on the given connection, inside the transaction that is already open."""

from alembic import context

from bot.store.tables import metadata

# SQLite cannot alter a table: batch mode copies it.
context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
