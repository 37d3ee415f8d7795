"""A loopback Discord and loopback feeds that play a scenario. Speaks only HTTP and WebSocket; imports nothing from the bot."""
