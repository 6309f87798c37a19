"""The customs pre-check: what two places of one dossier say against each other.

`model` holds the dossier and a contradiction, `reading` what texts state, `rules` one function for each check,
`sources` the rule behind each. Without Django: dossiers are built by services, sentences are made by `presentation`.
"""
