"""Pages of the team about events: the event, its people, its plan, its day, its papers."""
