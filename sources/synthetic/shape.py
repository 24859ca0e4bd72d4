"""What a book looks like in figures, to compare with published spending."""

from __future__ import annotations

import numpy as np

from sources.synthetic.book import Book

_TOPS = (0.01, 0.05, 0.10, 0.30)


def yearly_spend(book: Book) -> tuple[np.ndarray, np.ndarray]:
    """Allowed USD (people, whole years) by year of service, from each claim's last delivered version, and who was
    covered all that year."""
    settings = book.world.settings
    years = settings.months // 12
    ends = settings.month_starts[12 : 12 * years + 1 : 12]
    spend = np.zeros((len(book.world.people), years + 1))
    latest = book.versions.drop_duplicates("claim", keep="last").index
    row = book.lines["row"].to_numpy()
    final = np.isin(row, latest)
    head = book.claims.headers.iloc[book.versions["claim"].to_numpy()[row[final]]]
    _add(spend, head["person"].to_numpy(), head["first"].to_numpy(), book.lines["allowed"].to_numpy()[final], ends)
    fill = book.fill_versions.drop_duplicates("fill", keep="last")
    made = book.fills.iloc[fill["fill"]]
    _add(spend, made["person"].to_numpy(), made["day"].to_numpy(), fill["allowed"].to_numpy(), ends)
    covered = book.world.covered[:, : 12 * years].reshape(len(spend), years, 12).all(2)
    return spend[:, :years], np.asarray(covered)


def concentration(spend: np.ndarray) -> dict[str, float]:
    """Share of people without spend, and of all spend held by the top 1, 5, 10, 30 % and the bottom half."""
    ordered = np.sort(spend)[::-1]
    cumulative = np.cumsum(ordered) / max(ordered.sum(), 1e-9)
    held = {f"top {top:.0%}": float(cumulative[max(1, round(len(ordered) * top)) - 1]) for top in _TOPS}
    return {
        "no spend": float((spend <= 0).mean()),
        **held,
        "bottom 50%": float(1 - cumulative[len(ordered) // 2 - 1]),
        "above 250k": float((spend > 250_000).mean()),
    }


def persistence(before: np.ndarray, after: np.ndarray) -> dict[str, float]:
    """Share of each top group, and of the bottom half, that is in it again next year."""
    first, second = (
        np.argsort(np.argsort(-year, kind="stable"), kind="stable") / len(year) for year in (before, after)
    )
    again = {
        f"stay top {top:.0%}": float(((first < top) & (second < top)).sum() / max(1, (first < top).sum()))
        for top in _TOPS
    }
    return {**again, "stay bottom 50%": float(((first >= 0.5) & (second >= 0.5)).sum() / max(1, (first >= 0.5).sum()))}


def person_years(book: Book) -> float:
    return float(book.world.covered.sum() / 12)


def summary(book: Book) -> dict[str, float]:
    """Figures of the whole book; spend shape over members covered all of a year, without the last, immature year."""
    spend, covered = yearly_spend(book)
    mature = range(max(1, spend.shape[1] - 1))
    years = person_years(book)
    figures = {
        "person-years": years,
        "claim lines per person-year": len(book.lines) / years,
        "fills per person-year": len(book.fill_versions) / years,
    }
    inside = [
        concentration(spend[covered[:, year], year]) for year in mature if spend.shape[1] and covered[:, year].any()
    ]
    for name in inside[0] if inside else ():
        figures[name] = float(np.mean([one[name] for one in inside]))
    if spend.shape[1] > 1:
        both = covered[:, 0] & covered[:, 1]
        figures |= persistence(spend[both, 0], spend[both, 1])
        figures["allowed per covered year"] = float(np.mean([spend[covered[:, year], year].mean() for year in mature]))
    figures["fraudulent billing providers"] = float((book.truth["scheme"] > 0).mean())
    medical, fill = book.claims.headers["scheme"].to_numpy(), book.fills["scheme"].to_numpy()
    figures["fraudulent claims"] = float(((medical > 0).sum() + (fill > 0).sum()) / (len(medical) + len(fill)))
    return figures


def _add(spend: np.ndarray, person: np.ndarray, day: np.ndarray, amount: np.ndarray, ends: np.ndarray) -> None:
    """Add amounts to each person's year; the last column takes what falls after the whole years."""
    np.add.at(spend, (person, np.searchsorted(ends, day, side="right")), amount)
