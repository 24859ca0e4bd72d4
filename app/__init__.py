"""The web workbench: where analysts, underwriters, auditors and those who run Underwatch open what was published."""
