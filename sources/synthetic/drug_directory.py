"""The generated book's own directory of drugs, in the layout of FDA's product.txt.

Its NDCs are made up: a class here is what a drug is given for in `conditions`, not what the FDA says of that code. The
names are those of established pharmacologic classes.
"""

from __future__ import annotations

from pathlib import Path

HEADER = (
    "PRODUCTID PRODUCTNDC PRODUCTTYPENAME PROPRIETARYNAME PROPRIETARYNAMESUFFIX NONPROPRIETARYNAME DOSAGEFORMNAME "
    "ROUTENAME STARTMARKETINGDATE ENDMARKETINGDATE MARKETINGCATEGORYNAME APPLICATIONNUMBER LABELERNAME SUBSTANCENAME "
    "ACTIVE_NUMERATOR_STRENGTH ACTIVE_INGRED_UNIT PHARM_CLASSES DEASCHEDULE NDC_EXCLUDE_FLAG "
    "LISTING_RECORD_CERTIFIED_THROUGH"
).split()

CLASSES: dict[str, tuple[str, ...]] = {
    "000710155": ("Angiotensin Converting Enzyme Inhibitor",),
    "000931113": ("beta-Adrenergic Blocker",),
    "681800513": ("Thiazide Diuretic",),
    "003783950": ("HMG-CoA Reductase Inhibitor",),
    "551110198": ("PCSK9 Inhibitor",),
    "000937214": ("Biguanide",),
    "001694132": ("GLP-1 Receptor Agonist",),
    "000882219": ("Insulin Analog",),
    "005970152": ("Sodium-Glucose Cotransporter 2 Inhibitor",),
    "593100579": ("beta2-Adrenergic Agonist",),
    "001730682": ("Corticosteroid", "beta2-Adrenergic Agonist"),
    "003101730": ("Interleukin-5 Antagonist",),
    "005970075": ("Anticholinergic",),
    "000780659": ("Angiotensin 2 Receptor Blocker", "Neprilysin Inhibitor"),
    "000543297": ("Loop Diuretic",),
    "000030894": ("Factor Xa Inhibitor",),
    "636294405": ("Nitrate Vasodilator",),
    "003106210": ("Sodium-Glucose Cotransporter 2 Inhibitor",),
    "584680021": ("Phosphate Binder",),
    "000030524": ("Kinase Inhibitor",),
    "001730447": ("Serotonin-3 Receptor Antagonist",),
    "003784187": ("Serotonin Reuptake Inhibitor",),
    "591480007": ("Atypical Antipsychotic",),
    "167290169": ("Serotonin Reuptake Inhibitor",),
    "000740554": ("Tumor Necrosis Factor Blocker",),
    "678770217": ("Folate Analog Metabolic Inhibitor",),
    "578940061": ("Interleukin-12 Antagonist", "Interleukin-23 Antagonist"),
    "644060006": (),
    "003780588": ("Nonsteroidal Anti-inflammatory Drug",),
    "473350321": ("Cholinesterase Inhibitor",),
    "006427470": (),
    "124961208": ("Partial Opioid Agonist",),
    "007811852": ("Penicillin-class Antibacterial",),
    "000933109": ("Penicillin-class Antibacterial",),
    "004060365": ("Opioid Agonist",),
    "597623060": ("Macrolide Antimicrobial",),
}
"""First nine digits of an NDC -> its classes."""


def write_directory(folder: Path) -> Path:
    """product.txt in `folder`, with every drug that a generated book fills."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "product.txt"
    lines = ["\t".join(HEADER), *("\t".join(_row(product, names)) for product, names in CLASSES.items())]
    file.write_text("".join(f"{line}\n" for line in lines), encoding="ISO-8859-1")
    return file


def _row(product: str, names: tuple[str, ...]) -> list[str]:
    told = {
        "PRODUCTID": f"{product[:5]}-{product[5:]}_made-up",
        "PRODUCTNDC": f"{product[:5]}-{product[5:]}",
        "PRODUCTTYPENAME": "HUMAN PRESCRIPTION DRUG",
        "PHARM_CLASSES": ", ".join(f"{name} [EPC]" for name in names),
    }
    return [told.get(column, "") for column in HEADER]
