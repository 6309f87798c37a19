"""Django's PostgreSQL, that does not ask at every request whether the connection still stands."""
