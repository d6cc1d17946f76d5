"""The event-driven engine for processors: cost follows the events and spikes, not the size of the arrays."""
