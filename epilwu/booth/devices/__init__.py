"""Printer and scanner: interfaces, and their serial devices. Every read and write has a time-out."""
