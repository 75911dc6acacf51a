"""A customer of the bank's pages without a browser: cookies, forms, a client certificate.

guest = WebCustomer(bank, tmp_path, certificate, KEY)
page = guest.get(bank.login_url)
page = guest.submit(page, secret="4711")
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urljoin

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from certclient.model.certificate import Certificate
from support.bank import RunningBank
from support.pki import RsaSigner, certificate_pem, private_key_pem

_SECONDS = 200


@dataclass
class Form:
    action: str
    fields: dict[str, str] = field(default_factory=dict)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(values["action"]))
        elif tag == "input" and "name" in values and values.get("type") != "checkbox":
            self.forms[-1].fields[values["name"]] = values.get("value", "")


@dataclass(frozen=True)
class ResponsePage:
    """The response, after all redirects that lead to pages."""

    url: str
    status: int
    text: str
    headers: dict[str, str]

    @property
    def reason(self) -> str:
        found = re.search(r'<main[^>]* data-reason="([^"]+)"', self.text)
        return found[1] if found else ""

    @property
    def title(self) -> str:
        found = re.search(r"<h1>(.*?)</h1>", self.text, re.DOTALL)
        return found[1].strip() if found else ""

    @property
    def link(self) -> str:
        """The `certclient:` link to which this response redirects, or which is on the page."""
        location = self.headers.get("Location", "")
        found = re.search(r'href="(certclient:[^"]+)"', self.text)
        return location or (found[1].replace("&amp;", "&") if found else "")

    @property
    def ticket(self) -> str:
        return self.link.rpartition("ticket=")[2]

    def form(self, part_of_action: str = "") -> Form:
        parser = _Forms()
        parser.feed(self.text)
        return next(form for form in parser.forms if part_of_action in form.action)

    def text_of(self, element_id: str) -> str:
        found = re.search(rf'id="{element_id}"[^>]*>([^<]*)<', self.text)
        assert found, self.text
        return found[1].strip()


class WebCustomer:
    """One browser session with its cookies; sends `certificate`, if given, on every connection."""

    def __init__(
        self,
        bank: RunningBank,
        folder: Path,
        certificate: Certificate | None = None,
        key: RsaSigner | None = None,
    ) -> None:
        self.session = requests.Session()
        self.session.verify = str(bank.root_file)
        self.session.trust_env = False
        # Like browsers, reopens a kept connection that the server has closed meanwhile.
        again = Retry(2, allowed_methods={"GET"}, raise_on_status=False, backoff_factor=0)
        self.session.mount("https://", HTTPAdapter(max_retries=again))
        if certificate is not None and key is not None:
            both = folder / f"{certificate.serial_hex}.pem"
            chain = certificate_pem(certificate, bank.intermediate)
            both.write_bytes(private_key_pem(key.private_key) + chain)
            self.session.cert = str(both)

    def get(self, url: str, **headers: str) -> ResponsePage:
        return self._page("GET", url, {}, headers)

    def post(self, url: str, fields: dict[str, str], **headers: str) -> ResponsePage:
        return self._page("POST", url, fields, headers)

    def submit(self, page: ResponsePage, action: str = "", **fields: str) -> ResponsePage:
        """Submits a form of `page` with its hidden fields and `fields`."""
        form = page.form(action)
        return self.post(urljoin(page.url, form.action), {**form.fields, **fields})

    def close(self) -> None:
        self.session.close()

    def _page(
        self, method: str, url: str, fields: dict[str, str], headers: dict[str, str]
    ) -> ResponsePage:
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        for _hop in range(5):
            answer = self.session.request(
                method,
                url,
                data=fields or None,
                headers=names,
                timeout=_SECONDS,
                allow_redirects=False,
            )
            location = answer.headers.get("Location", "")
            if not location or location.startswith("certclient:"):
                break
            method, url, fields = "GET", urljoin(url, location), {}
        return ResponsePage(url, answer.status_code, answer.text, dict(answer.headers))
