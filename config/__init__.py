"""What the owner may set: settings, the sentences people see, and how lines are logged."""
