"""The key holders' local web page: both evenings, screen by screen, on the offline laptop itself."""
