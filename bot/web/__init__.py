"""Pages, calendars and figures over HTTP: what is read from the store, for people without Discord and for operators."""
