"""Where the demo's people are, and how people there write telephone numbers and companies.

The numbers lie in the ranges that regulators keep for fiction (US and CA 555-01xx, UK, FR, DE, AU,
IE, SE) or, where there is none, in ranges that nobody is assigned.
"""

from __future__ import annotations

__all__ = ["COUNTRIES", "Country", "Place"]

from typing import NamedTuple


class Place(NamedTuple):
    """A city; in its postal code and its telephone number a # is any digit."""

    city: str
    state: str | None
    postal: str
    digits: str


class Country(NamedTuple):
    """How people of one country write it, telephone and name their companies."""

    weight: int
    spellings: tuple[str, ...]
    code: str
    places: tuple[Place, ...]
    #: Each # takes the next digit of the national number; other digits are typed as they are.
    formats: tuple[str, ...]
    #: Empty: mobile numbers look like the others.
    mobile: str
    mobile_formats: tuple[str, ...]
    suffixes: tuple[str, ...]
    #: The index in ``CULTURES`` of the names that are most frequent there.
    culture: int


# fmt: off
_NANP = ("(###) ###-####", "###.###.####", "###-###-####", "+1 ### ### ####", "1-###-###-####")

COUNTRIES = (
    Country(40, ("United States", "United States", "USA", "U.S.", "US", "usa "), "1",
            (Place("San Francisco", "CA", "941##", "41555501##"),
             Place("New York", "NY", "100##", "21255501##"),
             Place("Chicago", "IL", "606##", "31255501##"),
             Place("Austin", "TX", "787##", "51255501##"),
             Place("Seattle", "WA", "981##", "20655501##"),
             Place("Boston", "MA", "021##-####", "61755501##")),
            _NANP, "", (), ("", "", "Inc.", "LLC", "Corp."), 0),
    Country(14, ("United Kingdom", "UK", "UK", "U.K.", "England"), "44",
            (Place("London", None, "EC#A #BB", "2079460###"),
             Place("MANCHESTER", None, "M# #AE", "2079460###"),
             Place("Leeds", "West Yorkshire", "ls# #dq", "2079460###")),
            ("0## #### ####", "+44 ## #### ####", "+44 (0)## #### ####"),
            "7700900###", ("0#### ######", "+44 #### ######"), ("Ltd", "Limited", "PLC", ""), 0),
    Country(9, ("Germany", "Deutschland", "Deutschland", "DE"), "49",
            (Place("Berlin", None, "101##", "3023125###"),
             Place("München", "Bayern", "803##", "8999998###"),
             Place("Hamburg", None, "200##", "4066969###")),
            ("0## ########", "+49 ## ########", "+49 (0)## ########", "0##/########"),
            "1713920###", ("0### #######", "+49 ### #######"), ("GmbH", "AG", "GmbH & Co. KG"), 3),
    Country(8, ("France", "France", " france ", "FRANCE"), "33",
            (Place("Paris", None, "750##", "19900####"), Place("Lyon", None, "6900#", "46571####"),
             Place("Nantes", None, "440##", "26191####")),
            ("0# ## ## ## ##", "0#.##.##.##.##", "+33 # ## ## ## ##", "+33 (0)# ## ## ## ##"),
            "63998####", ("0# ## ## ## ##", "+33 # ## ## ## ##"), ("SARL", "SAS", "S.A.", ""), 2),
    Country(7, ("India", "India", "INDIA"), "91",
            (Place("New Delhi", "Delhi", "1100##", "11155501##"),
             Place("Mumbai", "MH", "4000##", "22155501##"),
             Place("Chennai", "Tamil Nadu", "6000##", "44155501##")),
            ("0##-########", "+91 ## #### ####", "0## #### ####"),
            "55501001##", ("+91 ##### #####", "+91-##########"), ("Pvt Ltd", "Ltd"), 6),
    Country(5, ("Spain", "España", "espana"), "34",
            (Place("Madrid", "Madrid", "280##", "4550100##"),
             Place("A Coruña", "Galicia", "150##", "4550100##")),
            ("### ## ## ##", "+34 ### ## ## ##", "###-###-###"),
            "4550101##", ("### ### ###", "+34 #########"), ("S.L.", "S.A."), 1),
    Country(5, ("Canada", "CANADA", "Canada "), "1",
            (Place("Toronto", "ON", "M5V #A#", "41655501##"),
             Place("Montréal", "QC", "H2Y #C#", "51455501##"),
             Place("Vancouver", "BC", "V6B #K#", "60455501##")),
            _NANP, "", (), ("Inc.", "Ltd.", ""), 0),
    Country(4, ("Australia", "australia"), "61",
            (Place("Sydney", "NSW", "20##", "25550####"),
             Place("Melbourne", "VIC", "30##", "35550####")),
            ("(0#) #### ####", "0# #### ####", "+61 # #### ####"),
            "491570156", ("0### ### ###", "+61 ### ### ###"), ("Pty Ltd", ""), 0),
    Country(3, ("Brazil", "Brasil"), "55",
            (Place("São Paulo", "SP", "01###-###", "11155501##"),
             Place("Rio de Janeiro", "RJ", "20###-###", "21155501##")),
            ("(##) ####-####", "+55 ## ####-####"),
            "", (), ("Ltda.", "S.A."), 1),
    Country(3, ("Netherlands", "The Netherlands"), "31",
            (Place("Amsterdam", None, "10## AB", "1200001##"),
             Place("'s-Hertogenbosch", None, "52##XZ", "1200001##")),
            ("0##-#######", "+31 ## ### ####", "+31 (0)## ### ####"),
            "6000001##", ("0#-########", "+31 # ########"), ("B.V.", "N.V."), 4),
    Country(3, ("Sweden", "SWEDEN", "SE"), "46",
            (Place("Stockholm", None, "111 ##", "8465004##"),
             Place("Malmö", None, "211##", "8465004##")),
            ("0#-### ### ##", "+46 # ### ### ##", "+46 (0)# ### ### ##"),
            "70174068#", ("0##-### ## ##", "+46 ## ### ## ##"), ("AB", "AB (publ)"), 5),
    Country(3, ("Singapore", "SINGAPORE"), "65", (Place("Singapore", None, "0189##", "555001##"),),
            ("#### ####", "+65 #### ####"), "", (), ("Pte Ltd", ""), 7),
    Country(2, ("Ireland", "Ireland "), "353", (Place("Dublin", None, "D0# X###", "2091#####"),),
            ("0## ### ####", "+353 ## ### ####"), "", (), ("Ltd", "DAC"), 0),
    Country(2, ("Japan", "JAPAN"), "81", (Place("Tōkyō", None, "100-00##", "3000001##"),),
            ("0#-####-####", "+81 # #### ####"),
            "90000001##", ("0##-####-####", "+81 ## #### ####"), ("K.K.", "Co., Ltd."), 8),
)
# fmt: on
