"""The embedded demo: the same bot against a loopback Discord and loopback feeds, in accelerated time, shown in a terminal."""
