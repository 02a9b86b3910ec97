"""What a worker keeps in the store: one reader for each family of keys."""

from dataclasses import dataclass

from bot.store.answers import Answers
from bot.store.arrivals import Arrivals
from bot.store.behind import ALONG_MOST
from bot.store.broadcasts import Broadcasts
from bot.store.cases import Cases
from bot.store.changes import Changes
from bot.store.client import Client
from bot.store.codes import Codes
from bot.store.days import Days
from bot.store.dead_letters import DeadLetters
from bot.store.deliveries import Deliveries
from bot.store.erasure import Erasure
from bot.store.faq import Faq
from bot.store.inbox import Inbox
from bot.store.leases import Leases
from bot.store.ledger import Ledger
from bot.store.memory import Memory
from bot.store.notices import Notices
from bot.store.people import People
from bot.store.roster import Roster
from bot.store.scripts import Scripts
from bot.store.voices import Voices
from bot.wiring.door import process_name
from config.settings import Settings


@dataclass(frozen=True, slots=True)
class Stores:
    """All of them."""

    inbox: Inbox
    leases: Leases
    memory: Memory
    people: People
    ledger: Ledger
    cases: Cases
    dead_letters: DeadLetters
    changes: Changes
    voices: Voices
    faq: Faq
    erasure: Erasure
    broadcasts: Broadcasts
    codes: Codes
    roster: Roster
    days: Days
    notices: Notices
    answers: Answers
    deliveries: Deliveries
    arrivals: Arrivals


def open_stores(settings: Settings, client: Client, scripts: Scripts) -> Stores:
    """Nothing is reached yet."""
    process, most = process_name("worker"), settings.turn.inbox_most
    people = People(client, scripts, audit_days=settings.privacy.audit_days)
    ledger = Ledger(client, scripts, people, settings.time.zone)
    cases, broadcasts = Cases(client), Broadcasts(client, scripts, most=most)
    admins = {name: account.admins for name, account in settings.accounts.items()}
    kept = settings.memory
    return Stores(
        inbox=Inbox(scripts, process, most=most, along=ALONG_MOST if settings.turn.merge_waiting else 0),
        leases=Leases(scripts, process),
        memory=Memory(client, scripts, people, days=kept.days, forget_days=kept.forget_after_unfollow_days),
        people=people,
        ledger=ledger,
        cases=cases,
        dead_letters=DeadLetters(client, scripts, most=most),
        changes=Changes(),
        voices=Voices(client),
        faq=Faq(client),
        erasure=Erasure(people, cases, ledger, broadcasts, admins),
        broadcasts=broadcasts,
        codes=Codes(client, scripts, people),
        roster=Roster(client, people),
        days=Days(client, settings.time.zone),
        notices=Notices(client, scripts),
        answers=Answers(scripts),
        deliveries=Deliveries(client),
        arrivals=Arrivals(client),
    )
