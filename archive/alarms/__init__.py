"""Alarms: what the figures of a source's days tell of it, one kind of trouble a module. Pure."""
