"""E-Pilwu: electronic village-head elections that everyone can check."""
