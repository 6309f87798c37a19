"""Check-in pages for the phones at the entrance of an event; they go on without a network."""
