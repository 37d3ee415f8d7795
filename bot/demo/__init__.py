"""The embedded demo: the same bot on a loopback Discord with loopback feeds, in accelerated time, in a terminal or a browser."""
