"""Scanning a box: paper in by scanner, keyboard, picture, stack or camera; a durable, chained session; its summary."""
