"""What is written can be read back: native tables, editable text, alternative text, no address outside."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pptx
import pypdf
import pytest

import kgsim
from kgsim.briefing import as_html, as_pdf, as_pptx, fonts, write
from kgsim.briefing.slides import Grid, Lines, slides_of
from kgsim.plots.text import Ruler, drawable, line_height
from kgsim.report.content import Table
from kgsim.report.ownership import Maker

EMU = 914400

MAKER = Maker("brief", ("small",))


@pytest.fixture(scope="module")
def small(document):
    """The briefing's headline, number and one figure: enough for what does not depend on what is told."""
    return replace(document, sections=tuple(each for each in document.sections if each.id in ("answer", "worth")))


@pytest.fixture(scope="module")
def slides(document):
    return as_pptx.render(document)


@pytest.fixture(scope="module")
def printed(document):
    return as_pdf.render(document, paper="a4")


@pytest.fixture(scope="module")
def deck(slides):
    return pptx.Presentation(io.BytesIO(slides))


def test_slides_have_titles_notes_and_stay_inside(deck):
    for slide in deck.slides:
        assert slide.shapes.title is not None and slide.shapes.title.text
        assert slide.notes_slide.notes_text_frame.text
        for shape in slide.shapes:
            assert shape.left >= 0 and shape.left + shape.width <= deck.slide_width
            assert shape.top >= 0 and shape.top + shape.height <= deck.slide_height, (
                slide.shapes.title.text,
                shape.name,
            )


def test_nothing_on_a_slide_overlaps(deck):
    """Banners, footer and number lie outside the body, and what is in the body lies apart."""
    for slide in deck.slides:
        boxes = [(each.left, each.top, each.left + each.width, each.top + each.height) for each in slide.shapes]
        for i, (left, top, right, bottom) in enumerate(boxes):
            for other in boxes[i + 1 :]:
                across = min(right, other[2]) - max(left, other[0])
                down = min(bottom, other[3]) - max(top, other[1])
                assert across <= 0.02 * EMU or down <= 0.02 * EMU, slide.shapes.title.text


def test_tables_are_native_and_figures_have_alternative_text(document, deck):
    shapes = [shape for slide in deck.slides for shape in slide.shapes]
    tables = [shape.table for shape in shapes if shape.has_table]
    wanted = [
        len(block.rows) for section in document.sections if section.slide for block in section.blocks
        if isinstance(block, Table)
    ]  # fmt: skip
    assert sum(len(table.rows) - 1 for table in tables) == sum(wanted) > 0
    pictures = [shape for shape in shapes if shape.shape_type == pptx.enum.shapes.MSO_SHAPE_TYPE.PICTURE]
    assert len(pictures) == len(document.pictures) >= 3
    for shape, picture in zip(pictures, document.pictures, strict=True):
        assert shape._element.xpath(".//p:cNvPr")[0].get("descr") == picture.alt
    words = " ".join(shape.text_frame.text for shape in shapes if shape.has_text_frame)
    assert as_pptx.typeset(document.headline) in words and "22.5 US points" in words


def test_text_on_slides_fits_and_is_large_enough(document, deck):
    """Measured in the widest font that a viewer is likely to fall back to."""
    ruler = Ruler()
    height = deck.slide_height / EMU
    for slide in slides_of(document, deck.slide_width / EMU, height):
        for box, content in slide.contents:
            assert box.top + box.height <= height - 0.55
            if isinstance(content, Lines):
                lines = sum(
                    len(ruler.wrap(drawable(text), content.size, box.width - 0.3, most=99)) for text in content.texts
                )
                assert lines * line_height(content.size) <= box.height + 0.05, slide.title
            if isinstance(content, Grid):
                assert sum(content.heights) <= box.height + 0.01
                assert sum(content.widths) == pytest.approx(box.width)
    sizes = [
        run.font.size.pt for slide in deck.slides for shape in slide.shapes if shape.has_table
        for row in shape.table.rows for cell in row.cells for part in cell.text_frame.paragraphs for run in part.runs
    ]  # fmt: skip
    assert min(sizes) >= 12


def test_the_same_document_gives_the_same_bytes(small):
    assert as_pptx.render(small) == as_pptx.render(small)
    assert as_pdf.render(small) == as_pdf.render(small)


@pytest.mark.parametrize(("paper", "size"), [("a4", (595, 842)), ("us-letter", (612, 792))])
def test_the_paper_is_what_was_asked_for(small, paper, size):
    reader = pypdf.PdfReader(io.BytesIO(as_pdf.render(small, paper=paper)))
    assert {(round(page.mediabox.width), round(page.mediabox.height)) for page in reader.pages} == {size}


def test_pdf_text_can_be_selected(document, printed):
    reader = pypdf.PdfReader(io.BytesIO(printed))
    text = re.sub(r"\s+", " ", " ".join(each.extract_text() for each in reader.pages))
    assert document.headline in text
    assert "22.5 US points" in text and "more than the coarseness of the menu" in text
    assert text.count("FOR EXERCISE ONLY") >= 2 * len(reader.pages)
    catalog = reader.trailer["/Root"]
    assert catalog["/MarkInfo"]["/Marked"], "tagged for screen readers"
    assert "/CreationDate" not in (reader.metadata or {}) or "1970" in reader.metadata["/CreationDate"]


class Page(HTMLParser):
    """Collects what a page refers to, and checks that what is opened is closed."""

    VOID = ("meta", "img", "br", "link", "input")

    def __init__(self):
        super().__init__()
        self.open, self.tags, self.addresses, self.images, self.text = [], [], [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        given = dict(attrs)
        self.addresses += [given[name] for name in ("src", "href", "srcset", "action", "data") if name in given]
        if tag == "img":
            self.images.append(given)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


def test_html_is_whole_and_asks_for_nothing(document):
    source = as_html.render(document).decode()
    page = Page()
    page.feed(source)
    assert page.open == []
    assert all(address.startswith(("#", "data:image/png;base64,")) for address in page.addresses)
    assert not {"script", "link", "iframe", "object", "base"} & set(page.tags)
    assert "url(" not in source and "@import" not in source
    assert [image["alt"] for image in page.images] == [picture.alt for picture in document.pictures]
    assert document.headline in " ".join(page.text)
    assert '<html lang="en">' in source


def test_html_escapes_what_an_analyst_wrote(document):
    source = as_html.render(replace(document, title="<script>alert(1)</script>")).decode()
    assert "<script>" not in source


# Files


def test_markdown_refers_to_figures_that_are_there(small, tmp_path):
    written = write.write(small, tmp_path / "brief.md", MAKER)
    text = (tmp_path / "brief.md").read_text("utf-8")
    linked = re.findall(r"!\[.*\]\(<(.*)>\)", text)
    assert len(linked) == len(small.pictures)
    for link in linked:
        assert (tmp_path / link).read_bytes().startswith(b"\x89PNG")
    assert {path.suffix for path in written} == {".md", ".png", ".svg"}


def test_a_file_that_was_changed_is_kept_and_the_same_is_no_fault(small, tmp_path):
    out = tmp_path / "brief.md"
    write.write(small, out, MAKER, figures=tmp_path / "figures")
    write.write(small, out, MAKER, figures=tmp_path / "figures")
    out.write_text("mine")
    (tmp_path / "figures" / "worth.png").unlink()
    with pytest.raises(kgsim.OutputError, match="changed since"):
        write.write(small, out, MAKER, figures=tmp_path / "figures")
    assert out.read_text() == "mine" and not (tmp_path / "figures" / "worth.png").exists()
    write.write(small, out, MAKER, figures=tmp_path / "figures", force=True)
    assert out.read_text("utf-8").startswith("\n**FOR EXERCISE") or "FOR EXERCISE" in out.read_text("utf-8")
    assert not list(tmp_path.rglob(".kgsim-*"))


def test_a_failure_leaves_nothing_behind(small, tmp_path, monkeypatch):
    def full(self, target):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(kgsim.OutputError, match="No space left"):
        write.write(small, tmp_path / "deep" / "brief.md", MAKER)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["brief.doc", "brief", "brief.tex"])
def test_an_unknown_format_is_named_with_the_known(name, tmp_path):
    with pytest.raises(kgsim.OutputError, match=r"brief\.pptx, brief\.pdf, brief\.html, brief\.md"):
        write.check(tmp_path / name)


def test_a_missing_package_is_named_with_the_command(monkeypatch, tmp_path):
    real = write.find_spec
    monkeypatch.setattr(write, "find_spec", lambda name: None if name == "typst" else real(name))
    write.check(tmp_path / "a.pptx")
    with pytest.raises(kgsim.OutputError, match=r"typst.*pip install '\.\[brief\]'"):
        write.check(tmp_path / "a.pdf")


def test_without_a_font_hangul_is_refused(monkeypatch):
    fonts.check(["plain", "é – →"])
    monkeypatch.setattr(fonts, "look_for_fonts", lambda: None)
    monkeypatch.setattr(fonts, "drawable", lambda text: "□" * len(text))
    with pytest.raises(kgsim.OutputError, match="fonts-noto-cjk"):
        fonts.check(["서울"])


# Templates


@pytest.mark.parametrize(
    ("template", "text", "says"),
    [
        ("brief.html.jinja", "<p>\n{% if %}\n</p>", r"brief\.html\.jinja:2: the template has a fault"),
        ("brief.html.jinja", "<p>\n\n{{ document.nothing }}</p>", r"brief\.html\.jinja:3: .*nothing"),
        ("brief.html.jinja", "{{ document.title | shout }}", r"brief\.html\.jinja:1: .*shout"),
        ("brief.html.jinja", "{% include 'other.jinja' %}", r"other\.jinja"),
        ("brief.html.jinja", "{{ document.__class__.__mro__ }}", "unsafe"),
        ("brief.md.jinja", "{{ 1 / 0 }}", r"brief\.md\.jinja:1: .*division"),
        ("brief.typ", "= Title\n#nothing", r"(?s)brief\.typ has a fault.*unknown variable: nothing"),
        ("brief.pptx", "not a deck", r"brief\.pptx is not a PowerPoint file"),
    ],
)
def test_a_faulty_template_is_told_by_file_and_line_and_writes_nothing(template, text, says, small, tmp_path):
    (tmp_path / "house").mkdir()
    (tmp_path / "house" / template).write_text(text)
    out = tmp_path / f"out.{template.split('.')[1].replace('typ', 'pdf')}"
    with pytest.raises(kgsim.OutputError, match=says):
        write.write(small, out, MAKER, template=tmp_path / "house")
    assert [path.name for path in tmp_path.iterdir()] == ["house"]


def test_a_house_style_replaces_the_shipped_one(small, tmp_path):
    (tmp_path / "brief.html.jinja").write_text("<h1>House: {{ document.headline }}</h1>")
    assert as_html.render(small, tmp_path).decode() == f"<h1>House: {small.headline}</h1>"
    wide = pptx.Presentation()
    wide.slide_width, wide.slide_height = 12 * EMU, 9 * EMU
    wide.save(tmp_path / "brief.pptx")
    made = pptx.Presentation(io.BytesIO(as_pptx.render(small, tmp_path)))
    assert made.slide_width == 12 * EMU


@pytest.mark.parametrize(("make", "says"), [(False, "no directory"), (True, "holds no template")])
def test_a_directory_without_templates_is_refused(make, says, tmp_path):
    if make:
        (tmp_path / "house").mkdir()
    with pytest.raises(kgsim.OutputError, match=says):
        write.check(tmp_path / "a.html", tmp_path / "house")
