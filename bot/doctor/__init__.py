"""`tminus doctor`: looks at everything that the bot depends on, and says in sentences what is well, what is not and what to do."""
