"""`OPENSEARCH_*`."""

import re
from pathlib import Path

from pydantic import Field, field_validator

from ritsuko_mcp_logs.sources.opensearch.mapping import Layout
from ritsuko_mcp_logs.sources.store_client import StoreEndpoint
from ritsuko_mcp_logs.sources.store_settings import HttpAddress, StoreSettings


class OpenSearchSettings(StoreSettings):
    """One OpenSearch or Elasticsearch, its indices and fields, and how to authenticate to it."""

    opensearch_url: HttpAddress = Field(
        default="",
        description="URL of OpenSearch or Elasticsearch, like https://opensearch.logging:9200; unset: not used",
    )
    opensearch_index: str = Field(default="logs-*", description="indices with logs: comma-separated names and patterns")
    opensearch_time_field: str = Field(default="@timestamp", description="field with the timestamp")
    opensearch_message_field: str = Field(
        default="",
        description="field with the message; unset: the first that exists of log, message, body.text, body, msg",
    )
    opensearch_namespace_field: str = Field(
        default="", description="field with the namespace; unset: the name that common collectors use"
    )
    opensearch_pod_field: str = Field(
        default="", description="field with the pod; unset: the name that common collectors use"
    )
    opensearch_container_field: str = Field(
        default="", description="field with the container; unset: the name that common collectors use"
    )
    opensearch_bearer_token_file: Path | None = Field(
        default=None, description="file with a bearer token for OpenSearch"
    )
    opensearch_basic_auth_file: Path | None = Field(default=None, description="file with user:password for OpenSearch")
    opensearch_ca_file: Path | None = Field(
        default=None, description="CA certificates to trust instead of the system's"
    )

    @field_validator("opensearch_index")
    @classmethod
    def _is_a_pattern(cls, index: str) -> str:
        if not re.fullmatch(r"[^\s/?#\\\"<>|_,-][^\s/?#\\\"<>|]*", index):
            raise ValueError("write it like logs-* or fluent-bit*,filebeat-*")
        return index

    @field_validator("opensearch_time_field")
    @classmethod
    def _is_a_field(cls, name: str) -> str:
        if not name:
            raise ValueError("set it to the field with the timestamp, like @timestamp")
        return name


def endpoint(settings: OpenSearchSettings) -> StoreEndpoint:
    """Where OpenSearch is."""
    return StoreEndpoint(
        product="OpenSearch",
        variable="OPENSEARCH",
        url=settings.opensearch_url,
        part="INDEX",
        bearer_token_file=settings.opensearch_bearer_token_file,
        basic_auth_file=settings.opensearch_basic_auth_file,
        ca_file=settings.opensearch_ca_file,
    )


def layout(settings: OpenSearchSettings) -> Layout:
    """Which indices and fields hold the logs."""
    return Layout(
        index=settings.opensearch_index,
        time=settings.opensearch_time_field,
        message=settings.opensearch_message_field,
        namespace=settings.opensearch_namespace_field,
        pod=settings.opensearch_pod_field,
        container=settings.opensearch_container_field,
    )
