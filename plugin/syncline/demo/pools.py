"""What the demo's people are put together from: names, companies, words."""

from __future__ import annotations

__all__ = [
    "CULTURES",
    "HEADS",
    "LATIN",
    "NICKNAMES",
    "NONSENSE",
    "NOTES",
    "TAILS",
    "TITLES",
    "Culture",
]

from typing import NamedTuple


class Culture(NamedTuple):
    """First and last names that go together."""

    first: tuple[str, ...]
    last: tuple[str, ...]


# fmt: off
CULTURES = (
    Culture(  # 0: English, Irish, Scottish
        ("Robert", "Elizabeth", "William", "Margaret", "Michael", "Katherine", "James", "Jennifer",
         "Thomas", "Susan", "Daniel", "Rebecca", "Andrew", "Samantha", "Christopher", "Jane",
         "Mary-Kate", "Siobhán", "Niamh", "Liam", "D'Arcy"),
        ("Smith", "Jones", "Taylor", "Doe", "Walker", "Harris", "Clarke", "Wright", "Bennett",
         "Campbell", "O'Brien", "O’Connor", "O'Sullivan", "McDonald", "MacLeod", "Fitzgerald",
         "Ashworth-Lane", "Smith-Jones", "St. John", "Washington", "Jefferson", "Whitaker",
         "Brooks", "Ní Bhriain"),
    ),
    Culture(  # 1: Spanish, Portuguese
        ("María", "José", "Ana", "Luis", "Carmen", "Javier", "Lucía", "João", "Inês", "Tiago",
         "María José", "Íñigo"),
        ("García", "García-Márquez", "Rodríguez", "Fernández", "Núñez", "Ibáñez", "de la Cruz",
         "del Río", "Martínez", "Ortiz y Vega", "Silva", "dos Santos", "Gonçalves", "Araújo",
         "Magalhães", "Peña", "Etxeberria", "Muñoz Ruiz"),
    ),
    Culture(  # 2: French
        ("Chloé", "Éric", "François", "Zoë", "Jean-Luc", "Anaïs", "Benoît", "Marie-Hélène"),
        ("Lefèvre", "Dubois", "d'Aubigné", "de La Fontaine", "Béranger", "Garçon", "L'Hermitte",
         "Moreau", "Saint-Cyr", "Noël", "Château", "Beauchêne", "Rousseau"),
    ),
    Culture(  # 3: German
        ("Jürgen", "Käthe", "Björn", "Anneliese", "Lukas", "Sabine", "Günther", "Hans-Peter"),
        ("Müller", "Schröder", "Weiß", "von Bülow", "Groß", "Köhler", "zu Hohenfels", "Becker",
         "Schäfer", "Meyer-Landrut", "Vogel", "Krämer", "Zimmermann"),
    ),
    Culture(  # 4: Dutch, Flemish
        ("Femke", "Joost", "Sanne", "Pieter", "Anouk", "Willem"),
        ("van der Berg", "de Vries", "van 't Hof", "Jansen", "ten Brinke", "Op den Kamp",
         "van Dijk", "De Smet", "in 't Veld"),
    ),
    Culture(  # 5: Nordic
        ("Åsa", "Søren", "Ingrid", "Jón", "Märta", "Øystein"),
        ("Ødegård", "Ångström", "Sørensen", "Lindqvist", "Björnsdóttir", "Hämäläinen",
         "Þórsson", "Næss", "Bergström", "Mäkinen"),
    ),
    Culture(  # 6: Indian
        ("Aarav", "Ananya", "Rahul", "Lakshmi", "Sanjay", "Deepa", "Vikram", "Meera"),
        ("Sharma", "Patel", "Iyer", "Krishnamurthy", "D'Souza", "Venkataraman", "Bose", "Kaur",
         "Reddy", "Mukherjee", "Fernandes", "K."),
    ),
    Culture(  # 7: Chinese, Vietnamese, Korean
        ("Wei", "Xiaoming", "小明", "Mei-Ling", "Anh", "Thị Hương", "Ji-woo", "Quốc"),
        ("李", "王", "Chen", "Tan", "Ng", "Nguyễn", "Trần", "Phạm", "Đặng", "Kim", "Bae",
         "Ouyang", "Lý-Nguyễn"),
    ),
    Culture(  # 8: Japanese
        ("Yūko", "Kenji", "Haruka", "Shōta"),
        ("Satō", "Yamamoto", "Kobayashi", "Ōnishi", "Ito", "田中"),
    ),
    Culture(  # 9: Slavic, Hungarian, Romanian
        ("Łukasz", "Zuzana", "Dragana", "Oleksandr", "Željko", "Małgorzata", "Ștefan", "Zsófia"),
        ("Wójcik", "Kowalska", "Dvořák", "Nováková", "Ćosić", "Shevchenko", "Żółkiewski",
         "Petrović", "Horváth", "Ionescu", "Łęcki", "Škoda-Novák"),
    ),
    Culture(  # 10: Arabic, Turkish, Hebrew, Persian
        ("Fatima", "Omar", "Ayşe", "Çağla", "Yael", "Abd al-Rahman", "Shirin"),
        ("al-Masri", "El Amrani", "Yılmaz", "Öztürk", "Ben-David", "Haddad", "Bin Saleh", "Gül",
         "Hosseini"),
    ),
    Culture(  # 11: African, Pacific
        ("Chinwe", "Kwame", "Thandiwe", "Kaʻiulani", "Amadou", "Ngozi"),
        ("Okafor", "N'Diaye", "Mensah", "Adébáyọ̀", "Kealoha", "Tūhoe", "Mbeki-Zulu", "Oyelaran"),
    ),
    Culture(  # 12: Italian, Greek
        ("Niccolò", "Giulia", "Eleni", "Matteo"),
        ("D'Angelo", "Dell'Acqua", "Lo Bianco", "Papadopoulos", "De Luca", "Conti"),
    ),
)

#: What stands for a letter in an e-mail address when its accents are not all there is to it.
LATIN = str.maketrans({
    "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ß": "ss", "æ": "ae", "Æ": "Ae",
    "þ": "th", "Þ": "Th", "ı": "i", "李": "Li", "王": "Wang", "小": "Xiao", "明": "ming",
    "田": "Ta", "中": "naka",
})

NICKNAMES = {
    "Robert": "Bob", "Elizabeth": "Liz", "William": "Bill", "Margaret": "Peggy",
    "Michael": "Mike", "Katherine": "Kate", "James": "Jim", "Jennifer": "Jen", "Thomas": "Tom",
    "Susan": "Sue", "Daniel": "Dan", "Rebecca": "Becky", "Andrew": "Andy", "Samantha": "Sam",
    "Christopher": "Chris", "José": "Pepe", "Javier": "Javi", "Oleksandr": "Sasha",
}

HEADS = (
    "Northwind", "Blue Harbour", "Copperfield", "Silver Birch", "Lantern", "Fjordlight", "Halcyon",
    "Brightwater", "Tamarind", "Ironbridge", "Quillfeather", "Sundial", "Meridian Peak", "Larkspur",
    "Atlas & Vine", "Cobblestone", "Papillon", "Étoile", "Grünwald", "Río Verde", "Monsoon",
    "Saffron", "Banyan", "Juniper", "Old Mill", "Red Kite", "Seventh Wave", "Tidewater", "Umbra",
    "Veldt", "Willow & Wren", "Xylem", "Yellowtail", "Zephyr Lane", "Ashgrove", "Bramble",
    "Cinnabar", "Driftwood", "Evergreen Bay", "Foxglove", "Glasshouse", "Hearthstone", "Inkwell",
    "Jadewater", "Lodestar", "Marigold", "Nightjar", "Öresund Hill",
)

#: The second word of a company, and its industry in Salesforce's standard list.
TAILS = (
    ("Analytics", "Technology"), ("Software", "Technology"), ("Logistics", "Transportation"),
    ("Freight", "Transportation"), ("Foods", "Food & Beverage"), ("Health", "Healthcare"),
    ("Clinics", "Healthcare"), ("Energy", "Energy"), ("Insurance", "Insurance"),
    ("Capital", "Finance"), ("Bank", "Banking"), ("Biotech", "Biotechnology"),
    ("Chemicals", "Chemicals"), ("Construction", "Construction"), ("Partners", "Consulting"),
    ("Learning", "Education"), ("Electronics", "Electronics"), ("Engineering", "Engineering"),
    ("Industries", "Manufacturing"), ("Tools", "Manufacturing"), ("Media", "Media"),
    ("Outfitters", "Retail"), ("Telecom", "Telecommunications"), ("Farms", "Agriculture"),
    ("& Sons", "Other"),
)

TITLES = (
    "CEO", "CFO", "Chief Technology Officer", "VP Sales", "VP, Marketing", "VP of Sales",
    "Head of Operations", "Sales Manager", "sales manager", "Account Executive", "IT Director",
    "Director of Procurement", "Buyer", "Office Manager", "Founder & CEO", "Owner",
    "Owner/Operator", "Marketing Lead", "Sr. Engineer", "Software Engineer II", "Geschäftsführer",
    "Directrice achats", "Responsable comercial", "Assistant to the Managing Director",
    "HR Business Partner", "Consultant", "Data Analyst", "Plant Manager", "RevOps", "PURCHASING",
)

NONSENSE = ("call reception", "n/a", "-", "see website", "unknown", "ask for Dana", "000", "TBD")

NOTES = (
    "Met at the trade fair, wants prices by the end of the month.",
    "Asked for a demo.\nPrefers calls before noon.",
    "Uses a competitor until the contract ends; budget is decided in spring.",
    "Gatekeeper is friendly. Ask for the direct line.",
    "imported from old list - check!!",
    "Speaks French & English; “très intéressée”.",
    "Left voicemail twice.",
    "Referred by a customer, treat with care 🙂",
    "Not the decision maker; knows who is.",
    "  wants a call back  ",
)
# fmt: on
