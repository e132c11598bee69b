"""A person at a terminal reads quantities with points, and names made of digits without: they are typed again."""

from ansinh.project.plain_text import render


def test_a_number_that_names_somebody_has_no_points() -> None:
    shown = render({"people": [{"person_id": 26666, "before_dong": 1350000, "count": 26666}], "person": 12345})
    assert shown == "people:\n  - person_id: 26666; before_dong: 1.350.000 đồng; count: 26.666\nperson: 12345"


def test_english_is_answered_in_english() -> None:
    answer = {"booked": True, "amount_dong": 1_000_000, "lines": [{"held": False, "count": 1234}], "nobody": []}
    assert render(answer, is_english=True) == (
        "booked: yes\namount_dong: 1,000,000 đồng\nlines:\n  - held: no; count: 1,234\nnobody: –"
    )
    assert render(answer).startswith("booked: có\namount_dong: 1.000.000 đồng")
