"""The client of Prometheus' HTTP API and what it returns."""
