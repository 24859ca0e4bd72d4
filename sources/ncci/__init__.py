"""Files of the CMS National Correct Coding Initiative as they are downloaded: `ptp` (pairs of codes) and `mue` (units).

The user downloads them from CMS and accepts its licence for CPT codes there; none is part of this repository.
"""
