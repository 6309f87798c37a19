"""Bringing sheets in, for the campaign's team and for companies: one area, since all take the same steps."""
