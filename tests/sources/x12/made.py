"""Made-up interchanges, written segment by segment. Nobody in them exists."""

from __future__ import annotations

from collections.abc import Sequence

SIGNS = ("*", ":", "~\n")
"""Separator of elements, of components, and terminator."""

P, I, R, E = "005010X222A1", "005010X223A2", "005010X221A1", "005010X220A1"  # noqa: E741
_GROUP = {"837": "HC", "835": "HP", "834": "BE"}

HEADER = ("BHT*0019*00*B1*20240401*0900*CH", "NM1*41*2*SENDER*****46*1", "HL*1**20*1")
BILLING = ("NM1*85*2*ELM CLINIC*****XX*1111111112", "N3*1 ELM ST", "N4*AKRON*OH*443010001", "REF*EI*34-1111111")
INSURED = (
    "HL*2*1*22*0",
    "SBR*P*18*G1******CI",
    "NM1*IL*1*ROE*RITA****MI*S100",
    "N4*AKRON*OH*44301",
    "DMG*D8*19600229*F",
)
PATIENT = ("HL*3*2*23*0", "PAT*19", "NM1*QC*1*ROE*RUBY", "N4*DOVER*DE*19901", "DMG*D8*20150704*F")


def claim(number: str = "A1", charge: str = "100", how: str = "11:B:1", *more: str) -> tuple[str, ...]:
    """A claim without lines."""
    return (f"CLM*{number}*{charge}***{how}*Y*A*Y*Y", *(more or ("HI*ABK:E119*ABF:I10",)))


def line(
    order: int = 1, code: str = "99213", charge: str = "100", day: str = "20240301", *more: str
) -> tuple[str, ...]:
    return (f"LX*{order}", f"SV1*HC:{code}:25*{charge}*UN*1***1", f"DTP*472*D8*{day}", *more)


def transaction(segments: Sequence[str], set_id: str = "837", control: str = "0001", guide: str = P) -> list[str]:
    return [f"ST*{set_id}*{control}*{guide}", *segments, f"SE*{len(segments) + 2}*{control}"]


def claims_837(*segments: str, control: str = "0001", guide: str = P) -> list[str]:
    """A transaction of one provider and one insured person with what `segments` add."""
    return transaction([*HEADER, *BILLING, *INSURED, *segments], "837", control, guide)


def payments_835(*segments: str, day: str = "20240501", trace: str = "T1") -> list[str]:
    head = (
        f"BPR*I*80*C*ACH************{day}",
        f"TRN*1*{trace}*1",
        "N1*PR*PAYER*XV*9",
        "N1*PE*ELM CLINIC*XX*1111111112",
    )
    return transaction([*head, "LX*1", *segments], "835", "0001", R)


def members_834(*segments: str, day: str = "20240101") -> list[str]:
    return transaction([f"BGN*00*1*{day}", "N1*P5*SPONSOR*FI*1", *segments], "834", "0001", E)


def interchange(
    *transactions: list[str], set_id: str = "837", control: str = "000000001", signs: tuple[str, str, str] = SIGNS,
    repetition: str = "^", day: str = "20240402",
) -> str:  # fmt: skip
    """An envelope around transactions. Texts are written with `*` and `:`, whatever the separators."""
    element, component, terminator = signs
    parties = f"ZZ*{'SENDER':15}*ZZ*{'RECEIVER':15}"
    isa = f"ISA*00*{'':10}*00*{'':10}*{parties}*240402*0900*{repetition}*00501*{control}*0*P*"
    body = [
        f"GS*{_GROUP[set_id]}*SENDER*RECEIVER*{day}*0900*7*X*{P}",
        *[segment for made in transactions for segment in made],
        f"GE*{len(transactions)}*7",
        f"IEA*1*{control}",
    ]
    written = [segment.replace("*", element).replace(":", component) for segment in body]
    return isa.replace("*", element) + component + terminator + "".join(text + terminator for text in written)
