"""Where settings become objects: the Door for the web, the Bot for the worker."""
