"""The auditor: verify, scan, reconcile, report. Needs nothing but files; imports no other room."""
