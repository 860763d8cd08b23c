"""Our images: built from their Dockerfiles with Docker or buildah, and pushed."""
