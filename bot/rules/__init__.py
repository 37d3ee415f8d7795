"""Every decision, pure: no await, no clock, no I/O; `now` is an argument."""
