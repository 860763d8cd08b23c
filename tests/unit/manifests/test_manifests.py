"""The manifests agree with the code that they install."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from manifests import install
from ritsuko_operator.render.context import READER_NAME
from ritsuko_operator.runtime.settings import Settings

BASE = install.FOLDER / "base"
FROM_ELSEWHERE = {"POD_NAME", "POD_NAMESPACE"}  # the pod's own, which kopf and the settings read by these names


def load(path: Path) -> list[Any]:
    return list(yaml.safe_load_all(path.read_text()))


def operator() -> Any:
    (deployment,) = load(BASE / "deployment.yaml")
    return deployment["spec"]["template"]["spec"]["containers"][0]


def variables() -> set[str]:
    """The variables that the base and the overlay give to the operator."""
    overlay = load(install.FOLDER / "overlays/namespaced/kustomization.yaml")[0]
    patch = next(yaml.safe_load(one["patch"]) for one in overlay["patches"] if one["target"]["kind"] == "Deployment")
    patched = patch["spec"]["template"]["spec"]["containers"][0]["env"]
    return {variable["name"] for variable in (*operator()["env"], *patched)}


def test_the_operator_reads_every_variable_that_it_is_given() -> None:
    prefix = Settings.model_config.get("env_prefix", "")
    read = {str(field.validation_alias or f"{prefix}{name}".upper()) for name, field in Settings.model_fields.items()}
    assert variables() - FROM_ELSEWHERE <= read


def test_the_image_and_what_it_renders_are_of_the_version_of_the_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RITSUKO_VERSION", raising=False)
    version = Settings().version
    (said,) = (variable["value"] for variable in operator()["env"] if variable["name"] == "RITSUKO_VERSION")
    assert (said, operator()["image"].rpartition(":")[2]) == (version, version)


def test_the_reader_role_has_the_name_that_bindings_refer_to() -> None:
    (role,) = load(BASE / "reader-role.yaml")
    assert role["metadata"]["name"] == READER_NAME


def test_one_file_is_up_to_date() -> None:
    assert install.main(["--check"]) == 0


def test_a_file_that_is_not_is_noticed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    old = tmp_path / "install.yaml"
    old.write_text(install.text() + "---\n")
    monkeypatch.setattr(install, "INSTALL", old)
    assert install.main(["--check"]) == 1
    assert install.main([]) == 0
    assert install.main(["--check"]) == 0


def test_argo_cd_is_pointed_at_a_kustomization_that_exists() -> None:
    (application,) = load(install.FOLDER / "argocd/application.yaml")
    assert (install.FOLDER.parent / application["spec"]["source"]["path"] / "kustomization.yaml").is_file()
