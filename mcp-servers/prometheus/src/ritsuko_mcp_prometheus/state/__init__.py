"""What Prometheus itself is busy with: what it scrapes, evaluates and complains about."""
