"""The logs that the nodes keep, through the apiserver: no other service needed."""
