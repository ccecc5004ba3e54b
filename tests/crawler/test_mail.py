"""Mail to a real server on loopback: what it takes, what it refuses, and what it does wrong."""

from __future__ import annotations

import threading
import time

import pytest

from config.watches import Mail
from crawler import mail, sending
from crawler.letters import letter
from crawler.sending import RefusedError, UnreachableError, UnsentError
from tests.post_office import PostOffice
from tests.tellings import telling


@pytest.fixture
def post():
    with PostOffice() as post:
        yield post


def send(post, patience=20.0, to="desk@example.org", **fields):
    server = Mail(**{"host": post.host, "port": post.port, "security": "none", "sender": "me@example.org"} | fields)
    said = letter("harbour", [telling()], server.address, to, "k1")
    mail.send(server, said, to, time.monotonic() + patience)


def test_a_letter_arrives_as_it_was_written(post):
    send(post)
    (got,) = post.letters
    assert (got.sender, got.to) == ("me@example.org", ["desk@example.org"])
    assert got.message["Subject"] == "harbour: Harbour council votes"
    assert post.said[-1] == "QUIT"


@pytest.mark.parametrize("how", ["starttls", "tls"])
def test_a_connection_that_others_cannot_read_is_used_and_the_password_told(certificate, monkeypatch, how):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    with PostOffice(certificate=certificate, tls=how == "tls", password="hush") as post:
        send(post, security=how, user="me", password="hush")
    assert [got.user for got in post.letters] == ["me"]


@pytest.mark.parametrize("how", ["starttls", "tls"])
def test_a_certificate_that_nobody_vouches_for_gets_no_letter(certificate, how):
    with PostOffice(certificate=certificate, tls=how == "tls", password="hush") as post:
        with pytest.raises(UnreachableError, match="certificate is not good"):
            send(post, security=how, user="me", password="hush")
        assert "AUTH" not in post.said
        assert post.letters == []


def test_a_server_without_starttls_gets_no_letter_in_the_clear(post):
    with pytest.raises(UnreachableError, match="no STARTTLS"):
        send(post, security="starttls")
    assert "MAIL" not in post.said


def test_a_wrong_password_is_said_without_it(certificate):
    with PostOffice(password="right") as post, pytest.raises(UnreachableError) as caught:
        send(post, user="harbourmaster", password="hush-hush")
    assert "does not let us in: 535 no such user as ***; see" in str(caught.value)
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize("verb", ["RCPT", "."])
def test_a_message_that_is_refused_for_good_is_told_from_one_that_is_not_taken_now(post, verb):
    post.answers[verb] = "550 no desk@example.org here\x1b[31m"
    with pytest.raises(RefusedError, match=r"refused the (address|message): 550 no \*\*\* here \[31m\."):
        send(post)
    post.answers[verb] = "451 later"
    with pytest.raises(UnsentError, match=r"will not have the (address|message) now: 451 later") as caught:
        send(post)
    assert not isinstance(caught.value, RefusedError | UnreachableError)


@pytest.mark.parametrize("verb", ["CONNECT", "EHLO", "MAIL"])
def test_a_server_that_serves_nobody_is_down_and_refuses_no_message(post, verb):
    post.answers[verb] = post.answers["HELO"] = "554 go away"
    with pytest.raises(UnreachableError, match="554 go away"):
        send(post)


def test_nobody_there_is_said(post):
    with pytest.raises(UnreachableError, match=r"could not be reached \(ConnectionRefusedError\)"):
        send(post, port=9)


def test_a_server_that_answers_a_line_now_and_then_is_cut_off_in_the_end(post, monkeypatch):
    monkeypatch.setattr(sending, "PATIENCE", 1.0)
    post.answers["RCPT"] = lambda: time.sleep(0.7)
    post.answers["MAIL"] = lambda: time.sleep(0.7)
    began = time.monotonic()
    with pytest.raises(UnreachableError, match="did not answer in 1 seconds"):
        send(post, patience=1.0)
    assert time.monotonic() - began < 1.5
    assert post.letters == []


def test_what_waited_for_too_long_is_not_begun(post):
    with pytest.raises(UnreachableError, match="did not answer"):
        send(post, patience=-1.0)
    assert post.said == []


def test_two_letters_at_a_time_do_not_meet(post):
    threads = [threading.Thread(target=send, args=(post,), kwargs={"to": f"d{n}@example.org"}) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got.to for got in post.letters) == [[f"d{n}@example.org"] for n in range(8)]
    assert all(got.to == [got.message["To"]] for got in post.letters)
