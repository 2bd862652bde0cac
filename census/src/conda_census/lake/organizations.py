"""Pseudonyms of the organisations that an operator has named."""

from __future__ import annotations

from conda_census.config import Settings
from conda_census.decode.pseudonyms import Secrets, token_pseudonym
from conda_census.errors import CensusError
from conda_census.lake.store import Lake

__all__ = ["named_organizations"]


def named_organizations(lake: Lake, settings: Settings) -> dict[str, bytes]:
    """Return the pseudonym of each organisation that ``census.toml`` names, by its name.

    Raises:
        CensusError: the key is missing or is not that of the lake, or the lake is of an earlier version. Then
            nothing is known of the organisations, and they must not be shown with 0.
    """
    if not settings.organizations:
        return {}
    secrets = Secrets(settings.config_folder)
    if not secrets.has_token_key:
        raise CensusError(
            f"{settings.config_folder}: no pseudonym.key here, without which the organisations of census.toml"
            " cannot be told: set CENSUS_CONFIG to the folder that holds the key, or remove [organizations]"
        )
    lake.expect_key(secrets.key_id())
    if "organizations" in lake.hidden_columns:
        raise CensusError(
            f"{lake.path}: a lake of version {lake.version}, in which organisations cannot be told: "
            "run conda-census ingest or compact first, which convert it"
        )
    key = secrets.token_key()
    return {name: token_pseudonym(key, token, "o") for name, token in settings.organizations}
