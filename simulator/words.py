"""Texts meant for people, always in both languages of the page."""

from typing import TypedDict


class Words(TypedDict):
    """One text in Chinese and in English."""

    zh: str
    en: str


class Why(Words):
    """One plain sentence with the section of the protocol sheet that it rests on."""

    section: str


def words(zh: str, en: str) -> Words:
    return {"zh": zh, "en": en}


class UserError(Exception):
    """Something the person at the page asked for cannot be done; *text* tells them why."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.text = words(zh, en)
