"""Tests that read like a mission log; nothing is faked but what leaves the machine."""
