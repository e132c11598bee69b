"""What each command does once the system is open: one module per group, one function per command."""
