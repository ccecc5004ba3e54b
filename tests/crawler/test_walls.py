"""A check for robots or a consent form is known for what it is, and an article about one is none."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from archive.models import Page
from crawler import walls
from tests.publisher import Story

URL = "https://paper.example/2026/11/tram-line-opens"
PAGES = sorted((Path(__file__).parents[1] / "pages").glob("*.html"))


def page(body: str | bytes = "", *, status=200, final=URL, content_type="text/html; charset=utf-8", **headers) -> Page:
    sent = (("content-type", content_type), *((name.replace("_", "-"), value) for name, value in headers.items()))
    return Page(URL, final, status, sent, body.encode() if isinstance(body, str) else body, datetime.now(UTC))


def titled(title: str, inner: str = "", head: str = "") -> str:
    return f"<!DOCTYPE html><html><head><title>{title}</title>{head}</head><body>{inner}</body></html>"


CHECKS = [
    ("Cloudflare", page(titled("Just a moment...", "<p>Checking"), status=403, cf_mitigated="challenge")),
    ("Cloudflare", page(titled("Just a moment..."), status=503, server="cloudflare")),
    ("Cloudflare", page(titled("Un instant…", "<script>window._cf_chl_opt={cvId:'3'}</script>"), status=429)),
    (
        "Cloudflare",
        page(
            titled("Attention Required! | Cloudflare", '<div id="cf-wrapper">Sorry, you have been blocked'), status=403
        ),
    ),
    (
        "DataDome",
        page("<script>var dd={'rt':'c'}</script><script src=https://ct.captcha-delivery.com/c.js>", status=403),
    ),
    ("DataDome", page("", status=403, x_datadome="protected")),
    (
        "Akamai",
        page(
            titled("Access Denied", "Reference #18.2 https://errors.edgesuite.net/18.2"),
            status=403,
            server="AkamaiGHost",
        ),
    ),
    (
        "Akamai",
        page('<div id="sec-if-cpt-container"></div><script src="/_sec/cp_challenge/ak.js"></script>', status=202),
    ),
    (
        "Imperva",
        page('<iframe id="main-iframe" src="/_Incapsula_Resource?SWUDNSAI=31">Incapsula incident ID: 1-2</iframe>'),
    ),
    (
        "Imperva",
        page(titled("Pardon Our Interruption", "As you were browsing something made us think you were a bot.")),
    ),
    ("HUMAN", page(titled("Access to this page has been denied", '<div id="px-captcha"></div>'), status=403)),
    ("HUMAN", page(titled("Robot or human?", "<p>Activate and hold the button to confirm that you're human."))),
    ("AWS WAF", page("", status=202, x_amzn_waf_action="challenge")),
    ("AWS WAF", page("<script>window.gokuProps={}</script><noscript>JavaScript is disabled", status=405)),
    ("Kasada", page('<script>window.KPSDK={};</script><script src="/x/ips.js"></script>', status=429)),
    ("Kasada", page("", status=429, x_kpsdk_ct="0a1b")),
    ("DDoS-Guard", page(titled("DDOS-GUARD", "Checking your browser"), status=403, server="ddos-guard")),
    ("Sucuri", page("<html><title>You are being redirected...</title><script>sucuri_cloudproxy_js='';</script>")),
    ("Vercel", page(titled("Vercel Security Checkpoint", "We're verifying your browser"), status=429)),
    ("Vercel", page("", status=403, x_vercel_mitigated="deny")),
    ("Fastly", page(titled("Client Challenge", '<script src="/_fs-ch-1T1wmsGaOgGaSxcX/script.js"></script>'))),
    ("SiteGround", page('<meta http-equiv="refresh" content="0;/.well-known/sgcaptcha/?r=%2F">', status=202)),
    ("Anubis", page(titled("Making sure you&#39;re not a bot!", '<script id="anubis_challenge">{}</script>'))),
    ("Google", page("", status=429, final="https://www.google.com/sorry/index?continue=x")),
    ("The site", page(titled("Robot Check", "<p>Enter the characters you see below"), status=503)),
    ("The site", page(titled("Paper", '<form><div class="g-recaptcha" data-sitekey="k"></div></form>'))),
    (
        "The site",
        page(
            titled("安全验证".encode("gb18030").decode("latin-1")).encode("latin-1"),
            content_type="text/html; charset=gbk",
        ),
    ),
]


@pytest.mark.parametrize(("who", "answer"), CHECKS)
def test_a_check_for_robots_is_known_and_said_whose_it_is(who, answer):
    assert walls.wall(answer).startswith(f"{who} shows a check for robots")
    assert walls.refuse(answer).reason == "blocked"


MARKS = "window._cf_chl_opt px-captcha g-recaptcha sucuri_cloudproxy_js captcha-delivery.com/ /_sec/cp_challenge"
ABOUT = "".join(
    f"<p>Part {n}: how checks for robots work. A captcha asks whether you are human, &lt;script>{MARKS}&lt;/script> is"
    " what Cloudflare, Akamai and DataDome leave in a page, and readers with old browsers are shut out by it.</p>"
    for n in range(9)
)


@pytest.mark.parametrize("title", ["Just a moment...", "Robot or human?", "Why every site has a captcha now"])
def test_an_article_about_checks_with_their_source_in_it_is_an_article(title):
    assert walls.refuse(page(titled(title, ABOUT))) is None


def test_a_brief_with_a_captcha_in_its_form_for_comments_is_an_article():
    brief = Story(1).html().replace("</main>", '<form id="comment"><div class="g-recaptcha"></div></form></main>')
    assert walls.refuse(page(brief, x_datadome="protected", server="cloudflare", x_iinfo="1")) is None


@pytest.mark.parametrize("status", [403, 404, 429, 503])
def test_a_plain_refusal_is_no_check(status):
    assert walls.wall(page(titled("Sorry", "<h1>Sorry</h1><p>nginx"), status=status)) == ""


FORMS = {
    "de": (
        "<h1>Willkommen</h1><p>Weiter mit Werbung: Besuchen Sie uns wie gewohnt mit Werbung und Cookies. Wir "
        "und unsere 214 Partner speichern Informationen auf einem Gerät und verarbeiten personenbezogene "
        "Daten.</p><button>Akzeptieren und weiter</button><h2>Pur-Abo</h2><p>Nutzen Sie uns ohne Werbung und "
        "ohne Werbetracking für 4,99 € im Monat.</p>"
    ),
    "en": (
        "<p>We and our 180 partners store and/or access information on a device, such as unique IDs in "
        "cookies, to process personal data. You may accept or manage your choices, and withdraw consent at "
        "any time.</p><button>Accept all</button><button>Manage options</button>"
    ),
    "fr": (
        "<p>Avec votre accord, nos partenaires et nous utilisons des cookies pour stocker et accéder à des "
        "informations sur votre appareil, et mesurer les publicités personnalisées.</p><button>Accepter et "
        "continuer</button><button>Refuser et s’abonner</button>"
    ),
    "it": (
        "<p>Noi e i nostri partner utilizziamo i cookie per archiviare informazioni su un dispositivo e per "
        "trattare dati personali.</p><button>Accetta e continua</button><button>Rifiuta e abbonati</button>"
    ),
    "es": (
        "<p>Nosotros y nuestros socios utilizamos cookies para almacenar información en un dispositivo y "
        "tratar sus datos personales.</p><button>Aceptar y continuar</button><button>Rechazar y "
        "suscribirse</button>"
    ),
    "nl": (
        "<p>Wij en onze partners gebruiken cookies om informatie op een apparaat op te slaan en "
        "gepersonaliseerde advertenties te tonen.</p><button>Akkoord</button><button>Weigeren</button>"
    ),
    "pl": (
        "<p>My i nasi partnerzy przechowujemy pliki cookie i przetwarzamy Państwa dane, aby wyświetlać "
        "reklamy.</p><button>Przejdź do serwisu</button><button>Nie zgadzam się</button>"
    ),
    "cs": (
        "<p>My a naši partneři ukládáme soubory cookie a zpracováváme osobní údaje, abychom zobrazili reklamu"
        " na míru.</p><button>Souhlasím</button>"
    ),
}
MENU = "<nav>" + "".join(f"<a href='/{name}'>{name}</a>" for name in ("Politics", "Sport", "Culture")) + "</nav>"


@pytest.mark.parametrize("language", FORMS)
def test_a_page_that_holds_only_a_consent_form_is_a_wall(language):
    answer = page(titled("Tram line opens after two years | The Paper", MENU + FORMS[language]))
    assert "consent form" in walls.wall(answer)


@pytest.mark.parametrize("language", FORMS)
def test_a_consent_banner_over_an_article_is_no_wall(language):
    bare = "".join(f"<p>{text}</p>" for n in range(3) for text in Story(n).paragraphs)
    assert walls.wall(page(titled("Tram", f"<div class=banner>{FORMS[language]}</div><h1>Tram</h1>{bare}"))) == ""
    assert walls.wall(page(Story(1).html().replace("<nav>", f"<div>{FORMS[language]}</div><nav>"))) == ""


def test_an_article_about_consent_is_none():
    text = (
        (
            "The regulator fined the publisher on Monday. Its form named 400 companies, and a reader had to click"
            " nine times to refuse. The court found that consent given so is not free."
        ),
        (
            "Publishers answer that without advertising they cannot pay their newsrooms, and point to what a "
            "subscription costs: less than a coffee a month, as the association's chairwoman put it."
        ),
        (
            "Under a Pur-Abo readers pay to be left alone. Two million people in Germany have one by now, most of"
            " them for a site that they visit every day."
        ),
    )
    assert walls.wall(page(titled("Consent or pay", "".join(f"<p>{p}</p>" for p in text)))) == ""


@pytest.mark.parametrize(
    "target",
    [
        "https://consent.paper.example/?return=x",
        "https://guce.paper.example/copyConsent?sessionId=1",
        "https://myprivacy.group.example/consent?siteKey=a",
        "https://paper.example/consent/tcf/2026/11/tram-line-opens",
        "https://paper.example/zustimmung?url=x",
        "https://paper.example/cookie-wall?next=/2026",
        "https://geo.captcha-delivery.com/captcha/?initialCid=1",
        "https://validate.perfdrive.com/?ssa=1",
        "https://paper.example/captcha?back=/2026",
    ],
)
def test_a_redirect_to_a_walls_address_is_a_wall(target):
    assert walls.leads_to(target)
    assert walls.wall(page(titled("Paper", ABOUT), final=target))


@pytest.mark.parametrize(
    "target",
    [
        "https://paper.example/2026/11/consent-and-the-law",
        "https://paper.example/tech/captcha-is-dead",
        "https://www.consentnews.example/story",
        "http://[",
        "",
    ],
)
def test_an_articles_address_may_have_such_words_in_it(target):
    assert walls.leads_to(target) == ""


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_no_article_written_for_the_tests_is_refused(path):
    assert walls.refuse(page(path.read_bytes())) is None


@pytest.mark.parametrize(
    "body",
    [b"<title" * 40_000, b"<h1" * 200_000, b"<" * 1_000_000, b"<script" * 100_000, b"\0" * 60_000, b"<a " * 90_000],
)
def test_a_page_made_to_be_slow_to_look_at_is_looked_at(body):
    assert walls.refuse(page(body)) is None
