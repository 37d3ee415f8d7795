"""T-Minus: tells a Discord community when a rocket goes and where to watch."""
