"""The server: prepares a village, takes in reports, writes boards, decrypts with the trustees, publishes."""
