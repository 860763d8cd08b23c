"""OpenSearch and Elasticsearch as a source, by what both have in common.

https://docs.opensearch.org/latest/api-reference/search-apis/search/
"""
