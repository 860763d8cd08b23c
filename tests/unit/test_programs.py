"""The programs that `make test` does not run can be started: what they import is there."""

from __future__ import annotations

import importlib
import pkgutil

import pytest

import tests.load

MODULES = [module.name for module in pkgutil.iter_modules(tests.load.__path__, "tests.load.")]


@pytest.mark.parametrize("name", MODULES)
def test_a_program_that_measures_can_be_imported(name: str) -> None:
    importlib.import_module(name)
