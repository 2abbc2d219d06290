"""What Panel leaves unsaid to those who do not see the page: which slider is which, and where its content begins."""

from __future__ import annotations

from bokeh.document import Document
from bokeh.events import DocumentReady
from bokeh.models import CustomJS

#: Widgets keep their parts in shadow roots, and make them anew as they please: so look again for a while, and whenever
#: something gets the keyboard.
_CODE = """
function name(root) {
  for (const element of root.querySelectorAll("*")) {
    if (element.shadowRoot) name(element.shadowRoot)
    if (element.classList.contains("noUi-handle")) {
      const title = root.querySelector(".bk-slider-title")
      if (title) element.setAttribute("aria-label", title.textContent.replace(/:[^:]*$/, ""))
    }
  }
}
function tell() {
  document.querySelector("[data-root-id]").setAttribute("role", "main")
  name(document)
}
tell()
for (const wait of [100, 300, 1000, 3000]) setTimeout(tell, wait)
document.addEventListener("focusin", tell)
"""


def tell_readers(document: Document) -> None:
    """Give a served page's sliders their names and its content its landmark, for screen readers."""
    document.js_on_event(DocumentReady, CustomJS(code=_CODE))
