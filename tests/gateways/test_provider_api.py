"""The REST interface as it is published: a valid description, and both sides speak as it says."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from ansinh.payment.gateways import wire
from ansinh.payment.gateways.rest import Rest
from ansinh.project import conformance_sandboxes as sandboxes

_FILE = Path(__file__).parents[2] / "docs" / "reference" / "provider-api.yaml"


@pytest.fixture(scope="module")
def spec() -> Any:
    return yaml.safe_load(_FILE.read_text("utf8"))


def _holds(spec: Any, name: str, value: Any) -> None:
    registry: Any = Registry().with_resource("urn:api", Resource(contents=spec, specification=DRAFT202012))
    Draft202012Validator({"$ref": f"urn:api#/components/schemas/{name}"}, registry=registry).validate(value)


def _lines(raw: bytes) -> list[Any]:
    return [json.loads(line) for line in raw.splitlines()]


def test_the_description_is_valid_openapi_3_1(spec: Any) -> None:
    validate(spec)
    assert spec["openapi"] == "3.1.0"


def test_our_orders_are_as_described(spec: Any, tmp_path: Path) -> None:
    with sandboxes.ours("rest", tmp_path) as sandbox:
        target = io.BytesIO()
        batch = sandbox.batch([sandbox.instruction(), sandbox.instruction(beneficiary_name="TRAN VAN B")])
        sandbox.gateway.render(batch, target)
    head, *orders, end = _lines(target.getvalue())
    _holds(spec, "OrdersHead", head)
    for order in orders:
        _holds(spec, "Order", order)
    _holds(spec, "DocumentEnd", end)
    assert (end["count"], len(orders)) == (2, 2)


def test_the_sandbox_answers_as_described(spec: Any, tmp_path: Path) -> None:
    with sandboxes.ours("rest", tmp_path) as sandbox:
        gateway = sandbox.gateway
        assert isinstance(gateway, Rest)
        endpoint = gateway._settings.endpoint()
        sent = [sandbox.instruction(name) for name in ("ok", "closed", "late", "returned")]
        artefact = sandbox.send(sent)
        sandbox.let_time_pass()
        assert artefact.path is not None
        _holds(spec, "Health", endpoint.ask("GET", "/health").json())
        again = endpoint.ask("POST", "/batches", artefact.path.read_bytes(), {"Idempotency-Key": artefact.name[:-7]})
        assert again.status == 200
        _holds(spec, "Taken", again.json())
        listed = endpoint.ask("GET", "/results").json()
        _holds(spec, "ResultList", listed)
        seen = set()
        for place in listed["documents"]:
            head, *results, end = _lines(endpoint.ask("GET", f"/results/{place['id']}").body)
            _holds(spec, "ResultsHead", head)
            _holds(spec, "DocumentEnd", end)
            for result in results:
                _holds(spec, "Result", result)
                seen.add(result["status"])
        assert {"ACSP", "ACCC", "RJCT", "RTRN"} <= seen
        for one in sent:
            _holds(spec, "Result", endpoint.ask("GET", f"/payments/{one.end_to_end_id}").json())
        question = {"accounts": [{"bank_bin": "970415", "account_number": number} for number in ("1000", "77777777")]}
        _holds(spec, "HolderQuestion", question)
        _holds(spec, "HolderAnswer", endpoint.ask("POST", "/account-holders", json.dumps(question).encode()).json())


def test_every_path_described_is_one_that_the_gateway_uses_and_the_sandbox_has(spec: Any) -> None:
    source = (Path(wire.__file__).parent / "rest" / "gateway.py").read_text("utf8")
    bank = (Path(__file__).parents[2] / "ansinh_sandbox" / "http.py").read_text("utf8")
    for path in spec["paths"]:
        stem = path.split("{")[0].rstrip("/")
        assert stem in source and stem in bank, path
