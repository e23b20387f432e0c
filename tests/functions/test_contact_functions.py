"""What the functions over e-mail, web addresses and countries read, and what they refuse."""

from __future__ import annotations

import phonenumbers
import pycountry
import pytest

from syncline.functions import BUILT_IN

CALL = {function.name: function.call for function in BUILT_IN}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (" Ada.Lovelace+crm@Example.CO.uk ", "ada.lovelace+crm@example.co.uk"),
        ("o'brien@acme.com", "o'brien@acme.com"),
        ("ada@müller.de", "ada@müller.de"),
        (f"{'a' * 64}@acme.com", f"{'a' * 64}@acme.com"),
    ],
)
def test_email(text: str, found: str) -> None:
    """E8: an address is compared without case, and is written so."""
    assert CALL["email"](text) == found


@pytest.mark.parametrize(
    "text",
    [
        "ada", "@acme.com", "ada@", "ada@acme", "ada@acme..com", "ada@-acme.com", "a b@acme.com",
        "ada@acme.com, bob@acme.com", "Ada <ada@acme.com>", ".ada@acme.com", "ada.@acme.com",
        "a..b@acme.com", "ada@acme.com.", "ada@10.0.0.1", "a@b@acme.com", f"{'a' * 65}@acme.com",
        f"ada@{'a' * 64}.com", "ada@acme.com/x",
    ],
)  # fmt: skip
def test_no_email(text: str) -> None:
    """What no mail server would take is told, and goes nowhere."""
    with pytest.raises(ValueError, match=r"is no e-mail address$"):
        CALL["email"](text)


@pytest.mark.parametrize(
    ("text", "url", "domain"),
    [
        ("Acme.com", "https://acme.com", "acme.com"),
        (" HTTPS://WWW.Acme.com// ", "https://www.acme.com", "acme.com"),
        ("http://acme.com/A/", "http://acme.com/A", "acme.com"),
        ("//acme.com", "https://acme.com", "acme.com"),
        ("acme.com:8080/a", "https://acme.com:8080/a", "acme.com"),
        ("acme.com?next=/", "https://acme.com?next=/", "acme.com"),
        ("acme.com/#/", "https://acme.com/#/", "acme.com"),
        ("medium.com/@ada", "https://medium.com/@ada", "medium.com"),
        ("MÜLLER.de", "https://müller.de", "müller.de"),
    ],
)
def test_url_and_domain(text: str, url: str, domain: str) -> None:
    """K1: however a web address was typed, both sides get it in one form."""
    assert CALL["url"](text) == url
    assert CALL["domain"](text) == domain


@pytest.mark.parametrize(
    "text",
    [
        "acme", "ask Ada", "https://", "ftp://acme.com", "acme.com/a b", "http:acme.com",
        "mailto:ada@acme.com", "https://ada:secret@acme.com", "10.0.0.1", "acme.com:port",
        "https://[::1]/", "http//acme", "n/a", "-", "https://https://acme.com",
    ],
)  # fmt: skip
def test_no_url(text: str) -> None:
    """What leads nowhere is told."""
    with pytest.raises(ValueError, match=r"is no web address$"):
        CALL["url"](text)


def test_domain_of_an_email() -> None:
    """A person belongs to the company of the e-mail address."""
    assert CALL["domain"](" Ada@Mail.Acme.com ") == "mail.acme.com"
    with pytest.raises(ValueError, match=r'^"Ada <a@acme.com>" is neither'):
        CALL["domain"]("Ada <a@acme.com>")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("linkedin.com/in/ada", "in/ada"),
        ("https://www.linkedin.com/in/Ada-Lovelace/", "in/ada-lovelace"),
        ("http://fr.linkedin.com/in/ada/en?trk=x#y", "in/ada"),
        ("https://www.linkedin.com/company/acme/about/", "company/acme"),
        ("https://m.linkedin.com/school/mit", "school/mit"),
    ],
)
def test_linkedin(text: str, found: str) -> None:
    """RS6, RP5: the same page is the same text, from whichever country it was copied."""
    assert CALL["linkedin"](text) == f"https://www.linkedin.com/{found}"


@pytest.mark.parametrize(
    "text", ["ada", "linkedin.com", "linkedin.com/feed", "notlinkedin.com/in/ada", "in/ada"]
)
def test_no_linkedin(text: str) -> None:
    """Another page is told, and not taken for a person's."""
    with pytest.raises(ValueError, match=r"is no LinkedIn page of a person or a company$"):
        CALL["linkedin"](text)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("us", "US"), ("USA", "US"), ("U.S.", "US"), ("The United States", "US"),
        ("united states of america", "US"), ("UK", "GB"), ("England", "GB"),
        ("Deutschland", "DE"), ("españa", "ES"), ("ESPANA", "ES"), ("Österreich", "AT"),
        ("O\u0308sterreich", "AT"), ("Suisse", "CH"), ("Sverige", "SE"), ("Norge", "NO"),
        ("Polska", "PL"), ("the Netherlands", "NL"), ("Holland", "NL"), ("Czech Republic", "CZ"),
        ("Czechia", "CZ"), ("Turkey", "TR"), ("Türkiye", "TR"), ("South Korea", "KR"),
        ("Korea, Republic of", "KR"), ("Viet Nam", "VN"), ("Vietnam", "VN"), ("Russia", "RU"),
        ("Cote d'Ivoire", "CI"), ("Trinidad & Tobago", "TT"), ("  hong   kong ", "HK"),
    ],
)  # fmt: skip
def test_country(text: str, code: str) -> None:
    """RS6: a country as people write it is one country."""
    assert CALL["country"](text) == code


@pytest.mark.parametrize("text", ["Atlantis", "ZZ", "?", "Europe", "Paris", "." * 200 + "US"])
def test_no_country(text: str) -> None:
    """Nothing is guessed: what is no country's name is told."""
    for name in ("country", "country_name"):
        with pytest.raises(ValueError, match=r"is no country that is known$"):
            CALL[name](text)


def test_every_country_is_known_by_each_of_its_names() -> None:
    """RS6: no name of ISO's list means two countries, and codes and names undo one another."""
    for country in pycountry.countries:
        code = country.alpha_2
        names = [country.alpha_2, country.alpha_3, country.name]
        names += [getattr(country, kind, code) for kind in ("official_name", "common_name")]
        assert {CALL["country"](spelt) for name in names for spelt in (name, name.lower())} == {
            code
        }
        assert CALL["country"](CALL["country_name"](code)) == code
        name = CALL["country_name"](code)
        assert CALL["country_name"](CALL["country"](name)) == name


@pytest.mark.parametrize(
    ("country", "written"),
    [
        ("Deutschland", "+4930901820"),
        ("DEU", "+4930901820"),
        ("Germany", "+4930901820"),
        ("XK", "+38330901820"),
        ("Atlantis", "030 901820"),
    ],
)
def test_phone_knows_every_name_of_a_country(country: str, written: str) -> None:
    """RS6: a number is read for a country however that is written, and for a region by its code."""
    assert CALL["phone"]("030 901820", country) == written


@pytest.mark.parametrize("region", sorted(phonenumbers.SUPPORTED_REGIONS))
def test_phone_reads_a_real_number_of_every_region(region: str) -> None:
    """RS6: as it is dialled at home and abroad, a number is the same, and stays so."""
    number = phonenumbers.example_number(region)
    assert number is not None
    forms = phonenumbers.PhoneNumberFormat
    written = phonenumbers.format_number(number, forms.E164)

    for form in (forms.NATIONAL, forms.INTERNATIONAL, forms.E164):
        assert CALL["phone"](phonenumbers.format_number(number, form), region) == written
    assert CALL["phone"](written) == written


def test_phone_leaves_what_goes_on_losing_digits() -> None:
    """B12: a number that no reading settles stays as it was typed."""
    assert CALL["phone"](" +9500000000 ") == "+9500000000"
