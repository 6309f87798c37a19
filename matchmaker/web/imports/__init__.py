"""Bringing sheets in, for the campaign's team and for companies: one room, since all take the same steps."""
