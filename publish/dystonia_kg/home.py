"""Where the knowledge lives: packed beside the code in a wheel, above it in a checkout."""

from pathlib import Path

FOLDERS = ("ontology", "data", "shapes")


def home() -> Path:
    """The folder that holds ontology/, data/ and shapes/, and docs/ if there are any."""
    here = Path(__file__).resolve().parent
    packed = here / "knowledge"
    return packed if packed.is_dir() else here.parents[1]
