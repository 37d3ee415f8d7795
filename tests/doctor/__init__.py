"""The judgements of `tminus doctor`."""
