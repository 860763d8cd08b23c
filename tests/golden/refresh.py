"""Renders the golden files anew: `python -m tests.golden.refresh`. Review the difference like code."""

from tests.golden.golden import FOLDER, cases


def main() -> None:
    servers_with_token = {case.golden: case.rendered() for case in cases()}
    for path in (FOLDER / "expected").glob("*.yaml"):
        if path not in servers_with_token:
            print(f"removed    {path.name}")
            path.unlink()
    for path, text in servers_with_token.items():
        if not path.exists() or path.read_text() != text:
            print(f"refreshed  {path.name}")
            path.write_text(text)


if __name__ == "__main__":
    main()
