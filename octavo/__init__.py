"""The front door: one small command that hands over to the rooms."""
