"""A person at a terminal reads quantities with points, and names made of digits without: they are typed again."""

from ansinh.project.plain_text import render


def test_a_number_that_names_somebody_has_no_points() -> None:
    shown = render({"people": [{"person_id": 26666, "before_dong": 1350000, "count": 26666}], "person": 12345})
    assert shown == "people:\n  - person_id: 26666; before_dong: 1.350.000 đồng; count: 26.666\nperson: 12345"
