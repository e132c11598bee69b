"""Items, attempts, messages and gateways: from a frozen payroll to money received, exactly once."""
