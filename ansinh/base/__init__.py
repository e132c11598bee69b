"""Words that every room shares: đồng, months, refusals, Vietnamese names. Pure Python, no Django, no database."""
