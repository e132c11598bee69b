"""What leaders, auditors and the public read: where the month's money is. Reads only, in a constant number of statements."""
