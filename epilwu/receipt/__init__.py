"""What is printed: slip payloads, layouts as data, ESC/POS bytes. Pure: no I/O, no clock."""
