"""X12 interchanges of health insurance: claims (837), remittance advices (835) and enrolments (834)."""
