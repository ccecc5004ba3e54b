from crawler.discover import xml


class Titles:
    def __init__(self):
        self.items = []

    def start(self, path, attributes):
        return path[-1] == "title"

    def end(self, path, text):
        if path[-1] == "title":
            self.items.append(text)


DECLARING = '<!DOCTYPE list [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><list><title>one</title><title>&b;</title></list>'


def test_a_declaration_of_entities_stops_the_reading_before_the_first_element():
    reader = Titles()
    fault = xml.walk(DECLARING, reader)
    assert fault.reason == "it declares entities, which are not read"
    assert reader.items == []


def test_what_declares_entities_is_read_without_them():
    reader, fault = xml.read(DECLARING, Titles)
    assert fault is None
    assert reader.items == ["one", "&b;"]


def test_an_external_declaration_is_never_fetched():
    reader, _ = xml.read('<!DOCTYPE list SYSTEM "file:///etc/passwd"><list><title>one &nbsp;</title></list>', Titles)
    assert [item.strip() for item in reader.items] == ["one"]


def test_what_is_quoted_verbatim_is_not_repaired():
    text = "<list><!-- & --><title><![CDATA[a & b &nbsp;]]></title><title>c & d</title></list>"
    assert xml.read(text, Titles)[0].items == ["a & b &nbsp;", "c & d"]


def test_the_line_of_a_fault_is_that_of_the_document():
    _, text = xml.root("warning\n\n<?xml version='1.0'?>\n<rss>\n<title>\n</rss>")
    assert xml.walk(text, Titles()).line == 6


def test_what_follows_the_end_is_not_looked_at():
    assert xml.walk("<rss><title>a</title></rss> & <more", Titles()) is None
