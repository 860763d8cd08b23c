"""One call, whoever makes it: policy, approval, call, audit and paging."""
