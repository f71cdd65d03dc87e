"""The kiosk of one booth: store, second medium, session, devices, opening, closing and the voter's pages."""
