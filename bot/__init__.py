"""What the bot is; knows no HTTP server."""
