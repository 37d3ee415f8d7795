"""One file per feed: a fetch and a pure parse."""
