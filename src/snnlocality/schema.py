"""The JSON schema of params.yaml, generated from the typed model."""

import json
from pathlib import Path

from snnlocality.parameters import Parameters
from snnlocality.storage import write_text

PATH = Path("workflow/schemas/params.schema.json")


def schema_text() -> str:
    """The schema as it stands in the file."""
    return json.dumps(Parameters.model_json_schema(), indent=2, sort_keys=True) + "\n"


def write() -> Path:
    """Write the schema file and return its path; a test holds it equal to the model."""
    write_text(PATH, schema_text())
    return PATH
