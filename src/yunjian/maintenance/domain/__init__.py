"""Pure rules of plans, tasks and visits."""
