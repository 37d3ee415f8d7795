"""The history of the tables, one file per step; `env.py` runs it on the connection that bot/store/migrate.py hands over."""
