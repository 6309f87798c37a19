"""Enquiries: ask, answer, quote, samples and deals, for both desks."""
