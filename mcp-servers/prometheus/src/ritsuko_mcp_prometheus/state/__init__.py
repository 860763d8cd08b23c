"""The state of Prometheus itself: targets, rules, alerts and its configuration."""
