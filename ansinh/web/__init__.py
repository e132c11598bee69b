"""Pages by persona, rendered on the server, Vietnamese first."""
