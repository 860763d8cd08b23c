"""One call, independent of the caller: policy, approval, call, audit and paging."""
