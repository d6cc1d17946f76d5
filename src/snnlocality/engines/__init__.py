"""Engines: one interface (``interface``), interchangeable implementations that must agree (``reference``)."""
