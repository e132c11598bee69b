"""Whose rows go along when a person or household comes to another commune. Rooms above add theirs when they load.

`area_id` of these rows says who keeps them now; where something happened is told by the row's own history. Rows of a frozen
month are not among them: they stay in the units of their time (ADR 0014).
"""

# Table and the column by which it names its person or household.
OF_PERSONS: dict[str, str] = {
    "people_person": "id",
    "people_membership": "person_id",
    "people_residence": "person_id",
    "people_parentchild": "parent_id",
    "people_circumstance": "person_id",
    "people_protectedcondition": "person_id",
    "people_mandate": "beneficiary_id",
    "people_financialaddress": "person_id",
    "people_holdercheck": "person_id",
    "people_accountconsent": "person_id",
    "people_personcorrection": "person_id",
    "people_duplicatepair": "first_id",
    "people_formerstate": "person_id",
}
OF_HOUSEHOLDS: dict[str, str] = {
    "people_household": "id",
    "people_splitdecision": "household_id",
    "people_householdchange": "from_household_id",
    "people_formerstate": "household_id",
}


def follow_persons(table: str, column: str) -> None:
    """Let the rows of a table go along with the person they name."""
    OF_PERSONS[table] = column


def follow_households(table: str, column: str) -> None:
    """Let the rows of a table go along with the household they name."""
    OF_HOUSEHOLDS[table] = column
