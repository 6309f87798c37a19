"""Pages of the team about entry rules, agreements and the tariff."""
