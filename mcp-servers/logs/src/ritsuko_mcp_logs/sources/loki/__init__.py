"""Loki as a source. https://grafana.com/docs/loki/latest/reference/loki-http-api/"""
