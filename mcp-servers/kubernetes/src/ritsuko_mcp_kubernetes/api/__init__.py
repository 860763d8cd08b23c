"""The API server: requests, discovery of kinds, whole lists, and what it refuses."""
