"""A short version of ``make fuzz``: all strange and hostile files, and some damaged ones, to every reader."""

import pytest

from fuzz.campaign import findings
from fuzz.readers import READERS, strange_files

DAMAGED = 60


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.name)
def test_every_file_is_read_or_refused_with_a_sentence(reader, tmp_path):
    found = list(findings(reader.name, 0, DAMAGED))
    assert [one for one in found if one.problem] == []
    strange = 0 if reader.served else len(list(strange_files(tmp_path)))
    assert len(found) == len(reader.good()) + strange + len(list(reader.hostile())) + DAMAGED
    read = [one.case for one in found if one.detail == "read"]
    assert read[: len(reader.good())] == [f"good {number}" for number in range(len(reader.good()))]
