"""Papers to sign and file, as PDF: A4, one embedded typeface, numbered pages, the same bytes from the same facts."""
