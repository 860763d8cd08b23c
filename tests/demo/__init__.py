"""All of Ritsuko, running on this machine: what `make demo` shows and what the end-to-end tests assert."""
