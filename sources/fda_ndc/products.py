"""Which established pharmacologic classes each product of the directory belongs to.

`product.txt` is tab-separated with a header. Of its columns two are read: PRODUCTNDC, labeler and product joined by a
hyphen (4-4, 5-3 or 5-4 digits), and PHARM_CLASSES, such as `Insulin [CS], Insulin Analog [EPC]`, of which the
established pharmacologic classes ([EPC]) count; mechanisms, effects and structures do not. Source: FDA, "NDC Product
File Definitions" and "National Drug Code Directory".
"""

from __future__ import annotations

import csv
import re
from pathlib import Path

from catalog.drug_classes import NO_CLASS
from catalog.errors import BadDelivery

FILE = "product.txt"
DIRECTORY = "fda-ndc"

_NEEDED = ("PRODUCTNDC", "PHARM_CLASSES")
_PRODUCT = re.compile(r"(\d{4,5})-(\d{3,4})")
_CLASS = re.compile(r"([^\[\]]+)\[(\w+)\]")


def read_products(file: Path) -> list[tuple[str, str, str, str]]:
    """Rows of `drug_classes`. A product that is listed several times has the classes of all its listings.

    Raises BadDelivery for another file or a row whose code cannot be read, naming the row (2 = first after the header).
    """
    found: dict[str, set[str]] = {}
    with file.open(encoding="ISO-8859-1", newline="") as text:
        rows = csv.DictReader(text, delimiter="\t", quoting=csv.QUOTE_NONE)
        lacking = [name for name in _NEEDED if name not in (rows.fieldnames or ())]
        if lacking:
            raise BadDelivery(
                f"{file.name} has no column {', '.join(lacking)}; give product.txt of FDA's NDC directory (ndctext.zip)"
            )
        for number, row in enumerate(rows, start=2):
            code = _PRODUCT.fullmatch((row["PRODUCTNDC"] or "").strip())
            if code is None:
                raise BadDelivery(f"{file.name} row {number}: PRODUCTNDC is no labeler-product; download it again")
            product = code[1].zfill(5) + code[2].zfill(4)
            found.setdefault(product, set()).update(established(row["PHARM_CLASSES"] or ""))
    if not found:
        raise BadDelivery(f"{file.name} lists no product; download it again")
    return [
        (DIRECTORY, product, one, file.name)
        for product, classes in sorted(found.items())
        for one in sorted(classes) or [NO_CLASS]
    ]


def established(classes: str) -> set[str]:
    """Names of the established pharmacologic classes among those of a product."""
    return {name.strip(" ,;") for name, kind in _CLASS.findall(classes) if kind == "EPC"}
