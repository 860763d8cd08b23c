module ritsuko.dev/cluster/monitoring

go 1.24.0

// Nothing is built of it: it carries the CRDs of PodMonitor and PrometheusRule. Its version is in monitoring.py.
