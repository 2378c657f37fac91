# SPDX-License-Identifier: Apache-2.0
"""A place in CodeCarbon's words as one in gramme's (``gramme regions`` lists them)."""
from __future__ import annotations

from typing import Optional

# ISO 3166-2 of the parts of the two countries for which CodeCarbon takes a region's name.
_PARTS = {
    "USA": "Alabama AL,Alaska AK,Arizona AZ,Arkansas AR,California CA,Colorado CO,"
    "Connecticut CT,Delaware DE,District of Columbia DC,Florida FL,Georgia GA,Hawaii HI,"
    "Idaho ID,Illinois IL,Indiana IN,Iowa IA,Kansas KS,Kentucky KY,Louisiana LA,Maine ME,"
    "Maryland MD,Massachusetts MA,Michigan MI,Minnesota MN,Mississippi MS,Missouri MO,"
    "Montana MT,Nebraska NE,Nevada NV,New Hampshire NH,New Jersey NJ,New Mexico NM,"
    "New York NY,North Carolina NC,North Dakota ND,Ohio OH,Oklahoma OK,Oregon OR,"
    "Pennsylvania PA,Rhode Island RI,South Carolina SC,South Dakota SD,Tennessee TN,"
    "Texas TX,Utah UT,Vermont VT,Virginia VA,Washington WA,West Virginia WV,Wisconsin WI,"
    "Wyoming WY",
    "CAN": "Alberta AB,British Columbia BC,Manitoba MB,New Brunswick NB,"
    "Newfoundland and Labrador NL,Nova Scotia NS,Northwest Territories NT,Nunavut NU,"
    "Ontario ON,Prince Edward Island PE,Quebec QC,Saskatchewan SK,Yukon YT",
}
_ALPHA_2 = {"USA": "US", "CAN": "CA"}


def place_of(
    country: Optional[str] = None,
    region: Optional[str] = None,
    cloud: Optional[str] = None,
    cloud_region: Optional[str] = None,
    country_2letter: Optional[str] = None,
) -> Optional[str]:
    """The nearest of what was said; None where nothing was.

    >>> place_of("USA", "new york"), place_of("FRA", "bretagne")
    ('US-NY', 'FRA')
    >>> place_of(cloud="gcp", cloud_region="us-west1")
    'gcp:us-west1'
    """
    if cloud and cloud_region:
        return f"{cloud.lower()}:{cloud_region.lower()}"
    code = country.strip().upper() if country else None
    if code in _PARTS and region:
        for row in _PARTS[code].split(","):
            name, short = row.rsplit(" ", 1)
            if region.strip().lower() in (name.lower(), short.lower()):
                return f"{_ALPHA_2[code]}-{short}"
    return code or (country_2letter.strip().upper() if country_2letter else None)
