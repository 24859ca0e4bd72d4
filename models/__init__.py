"""Split, learn, calibrate, blend, score, explain, register. `registry` alone talks to MLflow."""
