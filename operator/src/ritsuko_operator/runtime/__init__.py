"""What runs: kopf's watches, the work queue and its workers, the cache, the client, probes and metrics."""
