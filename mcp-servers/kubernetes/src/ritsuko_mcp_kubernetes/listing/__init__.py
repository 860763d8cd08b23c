"""Lists of objects, page by page, as kubectl prints them."""
