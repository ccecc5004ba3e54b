import itertools
import re
import tomllib
from dataclasses import fields

from config.load import STARTER, load
from config.models import Alarms, Config, Limits, Politeness, Rules, Schedule, Source
from config.watches import Mail, Watch

DEFAULTS = (STARTER / "defaults.toml").read_text(encoding="utf-8")


def keys(owner, *but):
    return {field.name for field in fields(owner)} - set(but)


def test_defaults_toml_has_every_setting_and_no_other():
    data = tomllib.loads(DEFAULTS)
    assert set(data) == keys(Config, "sources", "watches", "origin")
    tables = {"politeness": Politeness, "limits": Limits, "schedule": Schedule, "alarms": Alarms, "mail": Mail}
    for name, owner in tables.items():
        assert set(data[name]) == keys(owner)


def test_defaults_toml_has_the_values_of_the_dataclasses(tmp_path):
    copied = tmp_path / "copy.toml"
    copied.write_text(DEFAULTS)
    empty = tmp_path / "empty.toml"
    empty.write_text("")
    assert load(copied, {}) == Config(origin=str(copied))
    assert load(empty, {}) == Config(origin=str(empty))


def test_the_examples_of_a_source_and_a_watch_have_every_key_and_the_values_of_the_dataclass(tmp_path):
    example = "\n".join(line[3:] for line in DEFAULTS.splitlines() if line.startswith("#: "))
    assert set(tomllib.loads(example)["watches"]["example"]) == keys(Watch, "name")
    data = tomllib.loads(example)["sources"]["example"]
    assert set(data) == keys(Source, "name", "jar")
    assert set(data["rules"][0]) == keys(Rules)
    file = tmp_path / "example.toml"
    file.write_text(example)
    assert load(file, {}).sources == (Source("example", "https://example.org/", rules=(Rules(),)),)
    assert load(file, {}).watches == (Watch("example", "harbour"),)


def test_every_setting_is_explained_on_the_line_above_it():
    lines = DEFAULTS.splitlines()
    for above, line in itertools.pairwise(lines):
        if re.match(r"[a-z_]+ = ", line):
            assert above.startswith("# "), line
