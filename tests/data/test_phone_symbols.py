import pytest

from snnlocality.data.speech.articulation import ARTICULATIONS
from snnlocality.data.speech.phone_symbols import FOLDING, PHONES_39, PHONES_61, class_indices
from snnlocality.data.speech.phonotactics import CLASS_OF
from snnlocality.errors import UserError


def test_there_are_61_phones_and_folding_gives_39_classes():
    assert len(set(PHONES_61)) == 61
    assert len(set(PHONES_39)) == len(PHONES_39) == 39
    assert set(FOLDING) == set(PHONES_61)


def test_a_folded_class_folds_to_itself():
    assert all(FOLDING[name] == name for name in PHONES_39 if name != "sil")


@pytest.mark.parametrize(
    ("phone", "folded"), [("ix", "ih"), ("ax-h", "ah"), ("zh", "sh"), ("q", "sil"), ("h#", "sil"), ("nx", "n")]
)
def test_folding_follows_the_published_list(phone, folded):
    assert FOLDING[phone] == folded


@pytest.mark.parametrize("classes", [61, 39])
def test_class_indices_cover_the_classes(classes):
    indices = class_indices(classes)
    assert set(indices.values()) == set(range(classes))
    names = PHONES_61 if classes == 61 else PHONES_39
    assert all(names[index] == (phone if classes == 61 else FOLDING[phone]) for phone, index in indices.items())


def test_another_number_of_classes_is_refused():
    with pytest.raises(UserError, match="choose 61 or 39"):
        class_indices(48)


def test_every_phone_has_an_articulation_and_a_phonotactic_class():
    assert set(ARTICULATIONS) == set(CLASS_OF) == set(PHONES_61)
