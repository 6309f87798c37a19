"""Pages of participants: register for an event, say whom to meet, keep the agenda."""
