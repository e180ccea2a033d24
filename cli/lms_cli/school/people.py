"""Who is at the school, and how each of them learns."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from lms_core.security.permissions import ADMIN, INSTRUCTOR, LEARNER
from services.auth.domain.demonstration import ADMINISTRATOR, DOMAIN, DemoAccount, demo_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Temperament:
    """A way to learn. Pauses are days between sittings, of which one is drawn each time."""

    pauses: tuple[float, ...]
    hours: tuple[int, ...]
    """When they sit down, UTC."""
    topics: tuple[int, int]
    """How many they take at a sitting, from and to."""
    lasts: tuple[float, float]
    """Which share of a course they come to, from and to; who finishes takes the next one."""
    weekends: bool = False
    """Only then."""


DILIGENT = Temperament(pauses=(1, 1, 2), hours=(5, 6, 17, 18), topics=(1, 3), lasts=(1, 1))
STEADY = Temperament(pauses=(2, 3, 4), hours=(18, 19, 20), topics=(1, 3), lasts=(0.7, 1.4))
BURSTY = Temperament(pauses=(1, 9, 13), hours=(20, 21, 22), topics=(3, 6), lasts=(0.5, 1.3))
WEEKENDER = Temperament(pauses=(1, 5, 6), hours=(9, 10, 14), topics=(2, 4), lasts=(0.6, 1.4), weekends=True)
DROPOUT = Temperament(pauses=(1, 2, 5), hours=(12, 19, 21), topics=(1, 2), lasts=(0.15, 0.5))
VISITOR = Temperament(pauses=(3, 8), hours=(12, 13), topics=(1, 1), lasts=(0, 0.2))


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody at the school."""

    name: str
    email: str
    role: str = LEARNER
    locale: str = "en"
    temperament: Temperament = STEADY
    courses: tuple[str, ...] = ()
    """What they take, one after the other."""
    cards: tuple[str, ...] = ("pm_ok",)
    """What they pay with, the next one a day after the one before."""
    words: str = ""
    """About them, for whoever wants to sign in as them."""
    bio: str = ""

    @property
    def id(self) -> UUID:
        """The same in every school."""
        return demo_id(self.email)

    @property
    def account(self) -> DemoAccount:
        """What they sign in with."""
        return DemoAccount(email=self.email, display_name=self.name, roles=tuple(sorted({LEARNER, self.role})))


_PLAIN = str.maketrans({"ø": "o", "ł": "l", "ı": "i", " ": ".", "'": ""})


def address(name: str) -> str:
    """`Zoë Ní Bhriain` is at `zoe.ni.bhriain@school.example`."""
    plain = unicodedata.normalize("NFKD", name.lower().translate(_PLAIN))
    return "".join(c for c in plain if not unicodedata.combining(c)) + f"@{DOMAIN}"


def _learner(name: str, temperament: Temperament, *courses: str, locale: str = "en", **more: object) -> Person:
    return Person(
        name=name,
        email=address(name),
        temperament=temperament,
        courses=courses,
        locale=locale,
        **more,  # type: ignore[arg-type]
    )


SKY, NUMBERS, BREAD, TESTS = "night-sky", "statistics", "four-ingredients", "fair-tests"

STAFF: Final = (
    Person(name="Miriam Okafor", email=ADMINISTRATOR, role=ADMIN, words="runs the school"),
    Person(
        name="Tomás Herrera",
        email=address("Tomás Herrera"),
        role=INSTRUCTOR,
        locale="es",
        words="teaches the night sky and bread",
        bio="Baker by night, amateur astronomer on the way home.",
    ),
    Person(
        name="Ingrid Solheim",
        email=address("Ingrid Solheim"),
        role=INSTRUCTOR,
        words="teaches statistics and fair tests",
        bio="Taught statistics to biologists for twenty years. Still likes it.",
    ),
)

LEARNERS: Final = (
    _learner("Amara Diallo", DILIGENT, NUMBERS, TESTS, BREAD, words="has completed statistics, then fair tests"),
    _learner("Jonas Lindqvist", STEADY, BREAD, cards=("pm_declined", "pm_ok"), words="was declined, then paid"),
    _learner(
        "Chiara Bianchi", STEADY, BREAD, SKY, cards=("pm_declined",), words="suspended for now: the card was declined"
    ),
    _learner("Kwame Boateng", DROPOUT, NUMBERS, words="has not been seen for weeks"),
    _learner("Yuki Tanaka", WEEKENDER, SKY, NUMBERS, locale="ja", words="learns at weekends"),
    _learner("Lucía Fernández", DILIGENT, SKY, BREAD, locale="es"),
    _learner("Priya Raghunathan", DILIGENT, NUMBERS, TESTS, SKY),
    _learner("Mateusz Kowalski", STEADY, NUMBERS, TESTS),
    _learner("Fatima Zahra Alaoui", STEADY, SKY, NUMBERS, locale="fr"),
    _learner("Noah Abrahams", BURSTY, NUMBERS, TESTS),
    _learner("Hana Nováková", DILIGENT, BREAD, NUMBERS, TESTS),
    _learner("Ibrahim Yıldız", WEEKENDER, BREAD, SKY),
    _learner("Grace Wanjiru", STEADY, NUMBERS, TESTS),
    _learner("Liam O'Sullivan", DROPOUT, BREAD),
    _learner("Mei-Ling Chen", BURSTY, SKY, BREAD),
    _learner("Anders Nyberg", WEEKENDER, NUMBERS),
    _learner("Sofia Papadopoulou", STEADY, SKY, BREAD),
    _learner("Tariq Mansour", DROPOUT, NUMBERS),
    _learner("Camille Lefèvre", BURSTY, BREAD, cards=(), locale="fr", words="never gave a card"),
    _learner("Nguyễn Minh Anh", DILIGENT, NUMBERS, TESTS),
    _learner("Oluwaseun Adeyemi", STEADY, SKY, NUMBERS),
    _learner("Ruth Goldberg", WEEKENDER, NUMBERS),
    _learner("Diego Morales", DROPOUT, SKY, locale="es"),
    _learner("Elif Demir", BURSTY, NUMBERS, BREAD),
    _learner("Marta Pereira", STEADY, BREAD, SKY, locale="pt-BR"),
    _learner("Arjun Mehta", DILIGENT, NUMBERS, TESTS),
    _learner("Saoirse Byrne", VISITOR, SKY),
    _learner("Viktor Petrov", DROPOUT, NUMBERS),
    _learner("Aisha Rahman", STEADY, NUMBERS, BREAD),
    _learner("Lars Andersen", WEEKENDER, SKY),
    _learner("Nadia Haddad", BURSTY, NUMBERS, locale="fr"),
    _learner("Pedro Almeida", VISITOR, NUMBERS, locale="pt-BR"),
    _learner("Zanele Dlamini", STEADY, SKY, NUMBERS),
    _learner("Hyun-woo Park", DILIGENT, SKY, NUMBERS),
    _learner("Emma Vogel", DROPOUT, BREAD, locale="de"),
    _learner("Rashid Karimov", VISITOR, SKY),
    _learner("Isabel Castro", STEADY, NUMBERS, SKY, locale="es"),
    _learner("Peter Hoffmann", WEEKENDER, BREAD, locale="de"),
    _learner("Leilani Kealoha", BURSTY, SKY, BREAD),
    _learner("Samuel Tetteh", VISITOR, NUMBERS),
)

WORDS: Final = {person.email: person.words for person in (*STAFF, *LEARNERS) if person.words}
"""About those whose story is worth a look, by address."""
