"""The Debian packages that the cluster and the tests need: a program (or file) that each brings -> its name."""

NODE = {
    "containerd": "containerd",
    "runc": "runc",
    "/usr/lib/cni/ptp": "containernetworking-plugins",
    "iptables": "iptables",
    "conntrack": "conntrack",
    "ip": "iproute2",
    "nsenter": "util-linux",
    "mount": "mount",
    # static, so that it is an image of its own: what pods' sandboxes run
    "/usr/share/doc/busybox-static": "busybox-static",
}
PROMETHEUS = {"prometheus": "prometheus"}
BROWSER = {"chromium": "chromium"}
NPM = {"npm": "npm"}
JAVA = {"javac": "default-jdk-headless", "mvn": "maven"}
