"""Small public code lists with our own short wording and a plausible commercial fee in USD.

Codes only: HCPCS level II and MS-DRG are in the public domain, level I codes are listed by number without the
descriptors that the American Medical Association owns. National Drug Codes are made up in the 11-digit format.
"""

from __future__ import annotations

import numpy as np

# fmt: off
FEES: dict[str, tuple[str, float]] = {
    # office, hospital and emergency visits
    "99202": ("new patient visit, level 2", 82), "99203": ("new patient visit, level 3", 125),
    "99204": ("new patient visit, level 4", 187), "99205": ("new patient visit, level 5", 247),
    "99211": ("office visit, level 1", 27), "99212": ("office visit, level 2", 62),
    "99213": ("office visit, level 3", 101), "99214": ("office visit, level 4", 143),
    "99215": ("office visit, level 5", 201), "99223": ("first hospital day, high", 232),
    "99232": ("later hospital day", 91), "99238": ("discharge day", 93),
    "99281": ("emergency visit, level 1", 26), "99282": ("emergency visit, level 2", 49),
    "99283": ("emergency visit, level 3", 84), "99284": ("emergency visit, level 4", 141),
    "99285": ("emergency visit, level 5", 207), "99395": ("preventive visit, younger adult", 135),
    "99396": ("preventive visit, adult", 146), "99397": ("preventive visit, older adult", 158),
    "99393": ("preventive visit, child", 121), "G0439": ("yearly wellness visit", 132),
    "99421": ("online check-in", 16), "99442": ("telephone visit", 68), "99443": ("long telephone visit", 99),
    # small office services
    "36415": ("blood draw", 6), "90471": ("vaccination", 26), "90686": ("influenza vaccine", 21),
    "93000": ("electrocardiogram", 21), "93306": ("heart ultrasound", 265), "94010": ("breathing test", 37),
    "87880": ("streptococcus test", 17), "11102": ("skin biopsy", 131), "17000": ("skin lesion removal", 86),
    "20610": ("joint injection", 83), "64483": ("spinal injection", 312), "62323": ("lumbar injection", 289),
    "92014": ("eye examination", 131), "92134": ("retina scan", 43), "95816": ("brain wave test", 390),
    "59425": ("prenatal care visits", 172), "76805": ("pregnancy ultrasound", 168), "96413": ("chemotherapy hour", 172),
    "96365": ("infusion hour", 84), "45378": ("colonoscopy, physician", 241), "95810": ("sleep study", 720),
    # therapy and behavioural health
    "97110": ("exercise therapy, 15 min", 34), "97140": ("manual therapy, 15 min", 31),
    "97530": ("functional therapy, 15 min", 42), "97161": ("therapy evaluation", 112),
    "90791": ("psychiatric evaluation", 196), "90834": ("psychotherapy, 45 min", 116),
    "90837": ("psychotherapy, 60 min", 169), "90833": ("psychotherapy with visit", 79),
    "H0015": ("intensive outpatient day", 215), "H0020": ("methadone service", 21),
    # laboratory: panels and their components
    "80053": ("metabolic panel", 13.9), "80048": ("basic metabolic panel", 11.1), "80061": ("lipid panel", 17.6),
    "80076": ("liver panel", 10.8), "85025": ("blood count", 10.2), "83036": ("glycated haemoglobin", 12.8),
    "84443": ("thyroid hormone", 22.1), "82306": ("vitamin D", 38.9), "81001": ("urinalysis", 4.2),
    "82607": ("vitamin B12", 19.8), "80307": ("drug screen", 62), "G0480": ("drug test, definitive", 114),
    "82947": ("glucose", 5.2), "84132": ("potassium", 6.1), "84295": ("sodium", 6.3), "82435": ("chloride", 6.0),
    "82374": ("carbon dioxide", 6.2), "84520": ("urea nitrogen", 5.2), "82565": ("creatinine", 6.7),
    "82310": ("calcium", 6.8), "84155": ("protein", 4.8), "82040": ("albumin", 6.5), "82247": ("bilirubin", 6.6),
    "84075": ("alkaline phosphatase", 6.8), "84460": ("alanine aminotransferase", 7.0),
    "84450": ("aspartate aminotransferase", 6.8), "82465": ("cholesterol", 5.7), "83718": ("HDL cholesterol", 10.7),
    "84478": ("triglycerides", 7.5), "81162": ("hereditary cancer genes", 1825), "81225": ("drug metabolism gene", 291),
    "88305": ("tissue pathology", 74),
    # imaging and outpatient procedures
    "71046": ("chest x-ray", 84), "73560": ("knee x-ray", 76), "77067": ("mammogram", 196),
    "74177": ("CT abdomen", 690),
    "70450": ("CT head", 420), "70553": ("MRI brain", 1150), "72148": ("MRI spine", 960), "78815": ("PET scan", 2900),
    "76700": ("abdominal ultrasound", 210), "45385": ("colonoscopy with removal", 1650),
    "43239": ("upper endoscopy", 1390), "66984": ("cataract operation", 2250), "29881": ("knee arthroscopy", 3900),
    "47562": ("gallbladder removal", 6800), "93458": ("heart catheter", 5600), "49505": ("hernia repair", 5100),
    "27447": ("knee replacement", 21500), "90999": ("dialysis session", 400), "96361": ("hydration hour", 96),
    # drugs given in the clinic
    "J9271": ("pembrolizumab", 10400), "J9035": ("bevacizumab", 4100), "J9355": ("trastuzumab", 4600),
    "J1745": ("infliximab", 5400), "J2350": ("ocrelizumab", 34000), "J0178": ("aflibercept", 1870),
    "J1442": ("filgrastim", 3600), "J1100": ("dexamethasone", 4), "J3301": ("triamcinolone", 9),
    "J7192": ("clotting factor", 31000),
    # equipment and supplies
    "A4253": ("glucose test strips", 34), "A4259": ("lancets", 11), "A7030": ("CPAP mask", 141),
    "A7038": ("CPAP filter", 5), "E0601": ("CPAP device, month", 79), "E1390": ("oxygen concentrator, month", 142),
    "E0143": ("walker", 92), "E0260": ("hospital bed, month", 128), "K0001": ("wheelchair, month", 48),
    "L0650": ("back brace", 1120), "L1833": ("knee brace", 610), "L3960": ("shoulder brace", 690),
    "A4351": ("catheter", 3.2), "E0784": ("insulin pump", 4300), "A9276": ("glucose sensor", 290),
    # home health and hospice
    "G0299": ("home nursing", 148), "G0151": ("home physical therapy", 156), "Q5001": ("hospice day at home", 208),
}

# fmt: on
HCPCS = np.array(list(FEES))
FEE = np.array([fee for _, fee in FEES.values()], dtype=float)
_POSITION = {code: position for position, code in enumerate(FEES)}
NO_CODE = -1

# fmt: off
REVENUE = np.array(["0120", "0200", "0250", "0270", "0300", "0320", "0350", "0360", "0450", "0490", "0551",
                    "0610", "0651", "0730", "0821", "0636"])
_REVENUE_POSITION = {code: position for position, code in enumerate(REVENUE)}
MODIFIERS = np.array(["25", "59", "95", "RR", "NU", "GT"])

# MS-DRG: mean length of stay in days and relative weight, rounded from CMS table 5 (fiscal year 2023).
DRGS: dict[str, tuple[float, float]] = {
    "871": (6.2, 1.90), "291": (4.8, 1.26), "193": (4.9, 1.31), "190": (4.2, 1.10), "470": (2.1, 1.89),
    "244": (2.3, 2.05), "392": (3.1, 0.77), "683": (4.0, 0.90), "638": (3.4, 0.86), "065": (4.1, 1.02),
    "885": (6.9, 1.22), "897": (4.6, 0.76), "807": (2.2, 0.63), "788": (3.2, 0.88), "603": (3.9, 0.86),
    "310": (2.5, 0.58), "481": (4.6, 2.10), "847": (3.4, 1.27), "330": (6.6, 2.60), "003": (26.0, 18.9),
    "207": (13.0, 5.9), "958": (8.5, 4.2),
}
# fmt: on
DRG = np.array(list(DRGS))
_DRG_POSITION = {code: position for position, code in enumerate(DRGS)}

# Short-lived reasons to seek care, without dots.
ACUTE_DIAGNOSES = ("J069", "J029", "R109", "R079", "N390", "M549", "G43909", "L309", "K219", "S93401A", "J209", "B349")
SCREENING_DIAGNOSES = ("Z0000", "Z23", "Z1231", "Z1211")
INJURY_DIAGNOSES = ("S72001A", "A419", "J189", "K3580", "S065X0A", "N179")


def hcpcs(*codes: str) -> np.ndarray:
    """Positions of codes in HCPCS; an unknown code is a KeyError."""
    return np.array([_POSITION[code] for code in codes])


def revenue(code: str) -> int:
    """Position of a revenue code in REVENUE; -1 for none."""
    return _REVENUE_POSITION[code] if code else -1


def drg(*codes: str) -> np.ndarray:
    return np.array([_DRG_POSITION[code] for code in codes])


def modifier(code: str) -> int:
    return int(np.flatnonzero(code == MODIFIERS)[0])
