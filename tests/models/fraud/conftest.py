from __future__ import annotations

import pandas as pd
import pytest

from models.fraud.claims import ClaimModel
from models.fraud.providers import ProviderModel
from models.fraud.result import Trained
from models.fraud.train_claims import train_claims
from models.fraud.train_providers import train_providers
from tests.models.fraud.book import Book, book

SEED = 1


def with_score(made: Book, found: Trained[ProviderModel]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """All claims with their provider's score, and those of them that were investigated."""
    scores = found.model.score(made.providers, made.edges)[["provider_id", "provider_score"]]
    claims = made.claims.merge(scores, on="provider_id", how="left")
    labelled = claims.merge(made.labels("claim"), left_on="claim_id", right_on="target_id")
    return claims, labelled.drop(columns="target_id")


@pytest.fixture(scope="session")
def made() -> Book:
    return book()


@pytest.fixture(scope="session")
def found_providers(made: Book) -> Trained[ProviderModel]:
    return train_providers(made.providers, made.edges, made.labels("provider"), SEED)


@pytest.fixture(scope="session")
def found_claims(made: Book, found_providers: Trained[ProviderModel]) -> Trained[ClaimModel]:
    learnt = found_providers.model.learnt
    return train_claims(*with_score(made, found_providers), learnt.folds if learnt else {}, SEED)
