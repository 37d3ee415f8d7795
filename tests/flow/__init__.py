"""Tests of the flow: the right calls in the right order, whatever fails in between."""
