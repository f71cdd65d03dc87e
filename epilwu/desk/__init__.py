"""The station's desk: what it counted of voters and tokens. It never learns a vote; it keeps no names here."""
