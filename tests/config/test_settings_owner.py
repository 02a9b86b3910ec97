"""Where notices go: a person of a configured account, or nobody."""

from collections.abc import Callable

import pytest

from config.settings import Settings

Refusal = Callable[..., str]
OWNER = '\n[owner]\naccount = "office"\nperson = "zhangsan"\n'


def test_the_owner_is_a_person_of_an_account(load_toml: Callable[..., Settings], complete: str) -> None:
    """Both keys are taken from the TOML or from the environment; without them nobody is pushed to."""
    variables = {"YINGDA_OWNER__ACCOUNT": "shop", "YINGDA_OWNER__PERSON": "oBoss"}
    loaded = [
        load_toml(complete).owner,
        load_toml(complete + OWNER).owner,
        load_toml(complete, variables).owner,
    ]

    found = [(owner.account, owner.person) for owner in loaded]
    assert found == [(None, None), ("office", "zhangsan"), ("shop", "oBoss")]


@pytest.mark.parametrize(
    ("owner", "told"),
    [
        ('account = "office"', "owner.person (or YINGDA_OWNER__PERSON) is missing"),
        ('person = "zhangsan"', "owner.account (or YINGDA_OWNER__ACCOUNT) is missing"),
        ('account = "ofice"\nperson = "zhangsan"', "owner.account names no account that is configured"),
        ('account = "Office"\nperson = "zhangsan"', "owner.account is no account name"),
        ('account = "office"\nperson = ""', "owner.person is blank"),
        ('account = "office"\nperson = "zhang san"', "owner.person holds a blank"),
        ('account = "office"\nperson = "zhangsan"\nphone = "1"', "owner.phone is not a key"),
    ],
)
def test_half_an_owner_is_refused(refused: Refusal, complete: str, owner: str, told: str) -> None:
    """One of the two keys alone, or an account that does not exist, ends the start."""
    assert refused(f"{complete}\n[owner]\n{owner}\n").startswith(told)


def test_an_owner_of_the_environment_is_named_by_its_variable(refused: Refusal, complete: str) -> None:
    """The account that is not configured is named as it was written."""
    told = refused(complete, {"YINGDA_OWNER__ACCOUNT": "ofice", "YINGDA_OWNER__PERSON": "zhangsan"})

    assert told.startswith("YINGDA_OWNER__ACCOUNT names no account that is configured")
