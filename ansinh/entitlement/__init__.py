"""Law × people: decisions, the facts of a month, and what each person is entitled to with its clause."""
