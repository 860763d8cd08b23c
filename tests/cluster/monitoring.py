"""The real CRDs of `monitoring.coreos.com`, out of the Go module of the Prometheus operator."""

from pathlib import Path

from tools.gobuild import download

_MODULE = Path(__file__).parent / "golang" / "monitoring"
_PACKAGE = "github.com/prometheus-operator/prometheus-operator@v0.86.1"


def crds() -> list[Path]:
    """The files with the CRDs of PodMonitor and PrometheusRule.

    Raises:
        ClusterError: there is no Go and none can be installed, or the module cannot be downloaded.
    """
    folder = download(_MODULE, _PACKAGE) / "example" / "prometheus-operator-crd"
    return [folder / f"monitoring.coreos.com_{plural}.yaml" for plural in ("podmonitors", "prometheusrules")]
