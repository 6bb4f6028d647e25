"""Real services in real sandboxes."""
