"""Verifying whatever lies there: boards, publish folders, reports, sticks; each check with a number that stays."""
