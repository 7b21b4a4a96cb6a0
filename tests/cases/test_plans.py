"""What a plan says: blanks are not guessed."""

from readings import list_activities, read_case


def test_a_goal_with_blank_months_is_not_guessed():
    assert list_activities(read_case("plan-con-huecos"), "meta_anual")["Regar jardines"] == (None,)
