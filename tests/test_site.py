from __future__ import annotations

import http.client

from tests.site import Raw, Response, Site, redirect


def ask(site: Site, target: str, **headers: str) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=5)
    connection.request("GET", target, headers={k.replace("_", "-"): v for k, v in headers.items()})
    response = connection.getresponse()
    response.body = response.read()
    connection.close()
    return response


def test_the_site_serves_its_routes_and_remembers_who_asked():
    routes = {
        "/": "<p>home",
        "/?page=2": b"second",
        "/feed": Response("<rss/>", {"ETag": '"1"', "Content-Type": "text/xml"}),
        "/moved": redirect("/"),
        "/asked": lambda request: request.headers["x-name"],
        "/odd": Raw(lambda request, connection: connection.sendall(b"HTTP/1.1 299 Odd\r\n\r\nbytes")),
    }
    with Site(routes) as site:
        assert ask(site, "/").body == b"<p>home"
        assert ask(site, "/?page=2").body == b"second"
        assert ask(site, "/feed").status == 200
        assert ask(site, "/feed", If_None_Match='"1"').status == 304
        assert ask(site, "/moved").headers["location"] == "/"
        assert ask(site, "/asked", X_Name="me").body == b"me"
        assert ask(site, "/odd").body == b"bytes"
        assert ask(site, "/none").status == 404
        site.routes["/none"] = "now here"
        assert ask(site, "/none").body == b"now here"
    assert site.paths[:3] == ["/", "/?page=2", "/feed"]
    assert all(request.answered[0] >= request.at for request in site.requests)
