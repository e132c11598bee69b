"""The books: append-only, balanced by construction, sealed. They know references, never persons."""
