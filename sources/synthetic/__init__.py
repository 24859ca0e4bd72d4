"""A generated book of business: people, providers, claims, fraud and investigations, with the truth kept apart.

Read it in the order a book is made: settings, population, conditions, health, eligibility, providers, network (together
`world`); utilisation, visits, stays, pharmacy (together `honest`); culprits and schemes; spending, lag, adjustments;
investigations; `book` joins them, `delivery_tables` and `writer` make files, `shape` compares with published figures.

It knows nothing of the detector: schemes follow their published descriptions, and each has honest look-alikes.
"""
