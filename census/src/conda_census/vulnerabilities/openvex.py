"""OpenVEX 0.2.0 documents with statements about conda packages (https://github.com/openvex/spec).

A product is the purl of a conda package, ``pkg:conda/NAME@VERSION?build=…&channel=…&subdir=…``; a part that
is left out restricts nothing. ``build_number=N`` beside ``build`` is an extension of the census: the
statement is about all builds of the version from this number on. Other tools read it as about the one build.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from packageurl import PackageURL

from conda_census import __version__
from conda_census.vulnerabilities.conda_versions import VersionError, parse_single_version
from conda_census.vulnerabilities.input_fields import Field
from conda_census.vulnerabilities.overrides import STATUSES, Override, Status

__all__ = ["is_openvex", "openvex_document", "statement_overrides"]

_CONTEXT = "https://openvex.dev/ns"
_VERSION = "v0.2.0"
_JUSTIFICATIONS = (
    "component_not_present",
    "vulnerable_code_not_present",
    "vulnerable_code_not_in_execute_path",
    "vulnerable_code_cannot_be_controlled_by_adversary",
    "inline_mitigations_already_exist",
)
_UPDATE = "Update the package."


def is_openvex(content: Field) -> bool:
    """Tell whether a file declares itself to be OpenVEX."""
    context = content.table().get("@context")
    return isinstance(context, str) and context.startswith(_CONTEXT)


def statement_overrides(content: Field, statement: Field) -> list[Override]:
    """Return the overrides of a statement, one for each conda package among its products.

    Raises:
        FieldError: the statement breaks the specification, or no product is a conda package.
    """
    status: Status = next(word for word in STATUSES if word == statement["status"].one_of(STATUSES))
    justification = statement["justification"]
    impact, action = statement["impact_statement"], statement["action_statement"]
    if status == "not_affected" and not justification and not impact:
        raise statement.wrong("must have a justification or an impact_statement, for it says not_affected")
    if status == "affected":
        action.text()
    said_at = _said_at(statement) or _said_at(content) or content["timestamp"].time()
    notes = (impact, action, statement["status_notes"])
    purls = list(_conda_purls(statement["products"]))
    if not purls:
        raise statement["products"].wrong("must name a conda package, as pkg:conda/NAME@VERSION")
    return [
        Override(
            advisory=statement["vulnerability"]["name"].text(),
            conda_name=purl.name,
            version=purl.version,
            build=qualifiers.get("build"),
            from_build_number=_number(field, qualifiers.get("build_number")),
            subdir=qualifiers.get("subdir"),
            channel=qualifiers.get("channel"),
            status=status,
            justification=justification.one_of(_JUSTIFICATIONS) if justification else None,
            statement=next((text for note in notes if (text := note.optional_text())), None),
            said_at=said_at,
            author=content["author"].text(),
        )
        for field, purl, qualifiers in purls
    ]


def openvex_document(
    overrides: Iterable[Override], aliases: Mapping[str, Iterable[str]], issued: datetime
) -> str:
    """Return a document with one statement for each override, as JSON.

    Args:
        overrides: at least one.
        aliases: the other ids of each advisory, by the id that overrides have.
        issued: the time of the document.
    """
    statements = [_statement(override, sorted(aliases.get(override.advisory, ()))) for override in overrides]
    document = {
        "@context": f"{_CONTEXT}/{_VERSION}",
        "@id": uuid5(NAMESPACE_URL, json.dumps(statements)).urn,
        "author": "conda-census",
        "timestamp": _text(issued),
        "version": 1,
        "tooling": f"conda-census {__version__}",
        "statements": statements,
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _said_at(field: Field) -> datetime | None:
    return field["last_updated"].optional_time() or field["timestamp"].optional_time()


def _conda_purls(products: Field) -> Iterator[tuple[Field, PackageURL, dict[str, str]]]:
    """Yield the field, the purl and the qualifiers of each conda package; skip other products."""
    for product in products.items():
        field = product["identifiers"]["purl"] if product["identifiers"] else product["@id"]
        text = field.text()
        if text.startswith("pkg:conda/"):
            try:
                purl = PackageURL.from_string(text)
            except ValueError:
                raise field.wrong("must be a purl, as pkg:conda/NAME@VERSION?build=BUILD") from None
            try:
                if purl.version:
                    parse_single_version(purl.version)
            except VersionError as error:
                raise field.wrong(f"says {error}") from None
            yield field, purl, dict(purl.qualifiers)


def _number(field: Field, text: str | None) -> int | None:
    if text is None:
        return None
    if not text.isdecimal():
        raise field.wrong("must have a whole number as build_number")
    return int(text)


def _statement(override: Override, aliases: list[str]) -> dict[str, object]:
    vulnerability: dict[str, object] = {"name": override.advisory}
    if aliases:
        vulnerability["aliases"] = aliases
    statement: dict[str, object] = {
        "vulnerability": vulnerability,
        "timestamp": _text(override.said_at),
        "products": [{"@id": _purl(override)}],
        "status": override.status,
    }
    # The schema requires one of justification and impact_statement, and allows only one.
    if override.status == "not_affected" and override.justification:
        texts = {"justification": override.justification, "status_notes": override.statement}
    elif override.status == "not_affected":
        texts = {"impact_statement": override.statement or "It was looked at, and does not apply."}
    elif override.status == "affected":
        texts = {"action_statement": override.statement or _UPDATE}
    else:
        texts = {"status_notes": override.statement}
    return statement | {key: text for key, text in texts.items() if text}


def _purl(override: Override) -> str:
    from_number = override.from_build_number
    qualifiers = {
        "build": override.build,
        "build_number": None if from_number is None else str(from_number),
        "subdir": override.subdir,
        "channel": override.channel,
    }
    given = {key: text for key, text in qualifiers.items() if text}
    purl = PackageURL(type="conda", name=override.conda_name, version=override.version, qualifiers=given)
    return str(purl.to_string())


def _text(time: datetime) -> str:
    return f"{time:%Y-%m-%dT%H:%M:%SZ}"
