"""PDFs of every kind, made here: large, locked, with scripts, with files inside."""

from io import BytesIO
from random import Random

from pypdf import PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, StreamObject, TextStringObject


def paper(
    *,
    size: int = 0,
    pages: int = 1,
    password: str = "",
    script: bool = False,
    carries: bool = False,
    launches: bool = False,
    sends: str = "",
    opens: bool = False,
    form: bool = False,
    begins: bool = False,
) -> bytes:
    """Return a PDF, at least of a size when one is given."""
    writer = PdfWriter()
    for _number in range(pages):
        writer.add_blank_page(width=595, height=842)
    if size:
        ballast = StreamObject()
        ballast[NameObject("/Type")] = NameObject("/Ballast")
        ballast.set_data(Random(size).randbytes(size))  # noqa: S311 - nothing secret
        writer._root_object[NameObject("/Ballast")] = writer._add_object(ballast)
    first = _first(writer, script=script, launches=launches, begins=begins)
    if first is not None:
        writer._root_object[NameObject("/OpenAction")] = first
    if sends:  # an action that goes elsewhere, behind a link
        action = _action(sends, "/F", "http://example.test/")
        writer.pages[0][NameObject("/Annots")] = ArrayObject([_link(action)])
    if opens:  # an address that is opened with the page
        action = _action("/URI", "/URI", "http://example.test/")
        entry = DictionaryObject({NameObject("/O"): writer._add_object(action)})
        writer.pages[0][NameObject("/AA")] = entry
    if form:
        forms = DictionaryObject({NameObject("/XFA"): TextStringObject("<xdp/>")})
        writer._root_object[NameObject("/AcroForm")] = writer._add_object(forms)
    if carries:
        writer.add_attachment("a.csv", b"1,2")
    if password:
        writer.encrypt(password, algorithm="AES-256")
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def _first(
    writer: PdfWriter, *, script: bool, launches: bool, begins: bool
) -> DictionaryObject | ArrayObject | None:
    """Return what happens when the file is opened."""
    if script:
        return _action("/JavaScript", "/JS", "app.beep()")
    if launches:
        return _action("/Launch", "/F", "a.exe")
    if begins:  # a place in the file, not an action
        return ArrayObject([writer.pages[0].indirect_reference, NameObject("/Fit")])
    return None


def _link(action: DictionaryObject) -> DictionaryObject:
    return DictionaryObject({NameObject("/Subtype"): NameObject("/Link"), NameObject("/A"): action})


def _action(kind: str, key: str, text: str) -> DictionaryObject:
    return DictionaryObject(
        {NameObject("/S"): NameObject(kind), NameObject(key): TextStringObject(text)}
    )
