"""Everything in Redis: keys, scripts, and one module for each thing that is kept there."""
