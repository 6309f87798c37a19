"""The room of the door: a page for the phones at the gates that goes on without a network."""
