"""What a buyer browses: the search index, its rows, saved searches, alerts and visits."""
