"""Areas through time, agencies, staff, scopes and the audit trail: who may do what, where."""
