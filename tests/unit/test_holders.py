"""Names as banks write them beside names as the register has them."""

import pytest

from ansinh.people.holders import compare


@pytest.mark.parametrize(
    ("ours", "theirs", "status", "kind"),
    [
        ("Nguyễn Thị Đào", "NGUYEN THI DAO", "RCVC", ""),
        ("Nguyễn Thị  Đào", "Nguyen-Thi Dao.", "RCVC", ""),
        ("Hồ Thị Ngọc", "HO THI NGOC", "RCVC", ""),
        ("Nguyễn Thị Lý", "NGUYEN THI LI", "RVMC", "y_or_i"),
        ("Thạch Sa Ra", "THACH SARA", "RVMC", "joined"),
        ("A Lăng Bhuôch", "ALANG BHUOCH", "RVMC", "joined"),
        ("H'Nhi Niê", "HNHI NIE", "RVMC", "joined"),
        ("Nguyễn Thị Phương Thảo Nguyên", "NGUYEN THI PHUONG THAO", "RVMC", "cut"),
        ("Trần Văn Nam", "TRAN NAM VAN", "RVMC", "order"),
        ("Nguyễn Thị Kim Anh", "NGUYEN THI ANH", "RVMC", "middle_left_out"),
        ("Nguyễn Anh", "NGUYEN THI ANH", "RVMC", "middle_left_out"),
        ("Lê Văn Bảy", "LE VAN TAY", "RVMC", "one_letter"),
        ("Lê Văn Bảy", "LE VAN BA", "RVMC", "one_letter"),
        ("Nguyễn Văn An", "NGUYEN VAN AN VA TRAN THI BE", "RVMC", "joint"),
        ("Nguyễn Văn An", "TRAN THI BE & NGUYEN VAN AN", "RVMC", "joint"),
        ("Nguyễn Văn An", "N*** V** A**", "RVMC", "masked"),
        ("Nguyễn Văn An", "NGU**N V*N AN", "RVMC", "masked"),
        ("Nguyễn Văn An", "N*** T** A**", "RVNM", ""),
        ("Nguyễn Văn An", "N*** A**", "RVNM", ""),
        ("Nguyễn Văn An", "*** *** ***", "RVNA", ""),
        ("Trần Văn Hoa", "TRAN THI HOA", "RVNM", ""),
        ("Huỳnh Văn Hoa", "HOANG VAN HOA", "RVNM", ""),
        ("Lê Thị Bảy", "LE THI BAY MUOI", "RVNM", ""),
        ("Nguyễn An", "AN", "RVNM", ""),
        ("Nguyễn Văn An", "", "RVNA", ""),
        ("", "NGUYEN VAN AN", "RVNA", ""),
        ("Phan Bá Vành", "VA", "RVNM", ""),
    ],
)
def test_a_name_equals_is_close_or_another(ours: str, theirs: str, status: str, kind: str) -> None:
    found = compare(ours, theirs)
    assert (found.status, found.kind) == (status, kind)


def test_a_mask_is_no_pattern_of_the_bank_s_making() -> None:
    assert compare("Nguyễn Văn An", "X*(.*)+$ V* A*").status == "RVNM"
    assert compare("Nguyễn Văn An", "N*) [V* A*").status == "RVMC"
    assert compare("A" * 60 + " B C", "*A" * 60 + "* B* X*").status == "RVNM"
    assert compare("Nguyễn Văn An", "*" * 5000).status == "RVNA"
