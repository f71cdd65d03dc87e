"""A key holder's room: the key ceremony on sticks, and opening a station's sum, never a single ballot."""
