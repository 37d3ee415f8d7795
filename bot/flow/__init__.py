"""Calls rules, store, feeds and outlet in order; decides nothing."""
