"""A generated province: plausible people, exact law, an exact funnel, and no real person. For demonstrations and tests."""
