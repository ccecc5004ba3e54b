"""URL: the canonical form under which an article is queued once, and its host.

Parsing follows the WHATWG URL standard (https://url.spec.whatwg.org/), as browsers do; on top of it come the
percent-encoding normalisation of RFC 3986, 6.2.2, and the removal of what only says how a reader got there.
Nothing here looks anything up on the network.
"""

from __future__ import annotations

import re
from urllib.parse import unquote_plus

from archive.sites import domain, parse

MAX_LENGTH = 2_048
"""Characters of a canonical URL: the limit of the sitemap protocol, and more than any article was seen to need."""
MAX_INPUT = 16_384
"""Characters that are looked at at all: a long tracker tail may still shrink to an acceptable URL."""

# What follows is data. A name belongs here only if no publisher uses it to tell one article from another.
TRACKERS = frozenset(
    """
    __cft__ __s __tn__ __twitter_impression _branch_match_id _branch_referrer _ga _gl _kx _openstat
    action_object_map action_ref_map action_type_map adgroupid algo_expid asgtbndr awc campaign_id
    campaignid campid chainedposts ck_subscriber_id cmp cmpid cmpid2 cx_testid cx_testvariant cxrecs_s dclid
    dm_i echobox ef_id efg epik fbadid fbc_id fbclid fb_action_ids fb_action_types fb_comment_id fb_ref fb_source
    ftag gad_campaignid gad_source gbraid gclid gclsrc gps-source guccounter guce_referrer guce_referrer_sig
    h_ad_id icid igsh igshid ir_adid ir_campaignid irclickid irgwc ito kwp_0 li_fat_id mbid mibextid
    mkt_tok msclkid ncid ncclick nr_email_referer ocid phpsessid rb_clickid referrer s_cid s_kwcid sara_ecid
    sc_campaign sc_channel sc_cid sc_cmp sc_content sc_country sc_geo sc_medium sc_outcome sharetoken
    simplereach smid smtyp socialflow spm sr_share srnd srsltid taid tblci traffic_source trk trkcampaign
    trkinfo ttclid twclid ved wbraid wickedid wprov xtcr xtnp xtor xtref yclid ysclid zanpid
    """.split()  # noqa: SIM905  # a word list reads and diffs better than a list of quoted words
)
TRACKER_PREFIXES = (
    *("utm_", "at_", "ns_", "mc_", "itm_", "hsa_", "_hs", "__hs", "oly_", "vero_", "pk_", "mtm_", "matomo_"),
    *("piwik_", "ga_", "wt_", "wt.", "fb_", "int_", "asc_", "stm_", "sms_", "ml_subscriber", "tb_cb"),
)
REFERRERS = frozenset({"ref", "ref_src", "ref_url", "source", "src", "from", "via", "mod", "cid", "origin"})
"""Parameters that are trackers only with one of these values, or one that begins with ``rss``."""
REFERRER_VALUES = frozenset(
    """
    android app email facebook facebook.com fb feed feedburner flipboard google googlenews home homepage ios
    linkedin mail messenger newsletter newsfeed push reddit share smartnews social t.co telegram threads tw
    twitter twsrc whatsapp www
    """.split()  # noqa: SIM905  # as above
)

_ESCAPE = re.compile(r"(?<!%)(?<!%[0-9A-Fa-f])%([0-9A-Fa-f]{2})")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_~")
_SESSION = re.compile(r";(?:jsessionid|phpsessid|sid)=[^/;]*", re.IGNORECASE)


def canonical(url: str, base: str = "") -> str | None:
    """The one form of an http or https URL, resolved against ``base``; None for what cannot be an article's URL.

    Dropped: fragment, credentials, default port, a host's final dot, session ids, trackers, an empty query.
    Kept as they are: scheme, ``www.``, a final slash, and the order of the query's parameters, because a server
    may tell them apart. Idempotent. None for other schemes, hosts that no DNS could hold, and URLs too long.
    """
    if not url or len(url) > MAX_INPUT:
        return None
    parsed = parse(url.replace("&amp;", "&"), base)
    if parsed is None:
        return None
    scheme, _, rest = parsed.href.partition("#")[0].partition("//")  # to ask for the parts one by one costs 2 µs each
    authority, _, rest = rest.partition("/")
    host = domain(authority.rpartition("@")[2])
    if not host:
        return None
    path, _, search = rest.partition("?")
    path = _escapes(_SESSION.sub("", f"/{path}"))
    query = untracked(search) if search else ""
    result = f"{scheme}//{host}{path}" + (f"?{query}" if query else "")
    return result if len(result) <= MAX_LENGTH else None


def untracked(query: str) -> str:
    """A query without what only says how a reader got there."""
    return _escapes("&".join([part for part in query.split("&") if part and not _tracks(part)]))


def host(url: str) -> str:
    """The unit of politeness: ``host`` or ``host:port`` in lower case, without a default port; empty if none."""
    parsed = parse(url, "")
    return domain(parsed.host) if parsed else ""


def _escapes(text: str) -> str:
    """Escapes in upper case, and those of unreserved characters undone.

    An escape after a stray ``%`` stays: undoing it would make a new one. So does ``%2E``: a path may gain dots.
    """

    def one(match: re.Match[str]) -> str:
        char = chr(int(match[1], 16))
        return char if char in _UNRESERVED else match[0].upper()

    return _ESCAPE.sub(one, text) if "%" in text else text


def _tracks(part: str) -> bool:
    raw, _, value = part.partition("=")
    name = unquote_plus(raw).lower().removeprefix("amp;")
    if name in TRACKERS or name.startswith(TRACKER_PREFIXES):
        return True
    return name in REFERRERS and (value.lower() in REFERRER_VALUES or value.lower().startswith("rss"))
