"""What Panel leaves unsaid on its page: which slider is which and what stands behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bokeh.document import Document
from bokeh.events import DocumentReady
from bokeh.models import CustomJS

#: Widgets keep their parts in shadow roots, and make them anew as they please: so look again for a while, and whenever
#: something gets the keyboard. What stands behind a parameter is shown beside its slider, and told as its description.
_CODE = """
const texts = Object.fromEntries(lines)
const note = document.createElement("div")
note.setAttribute("role", "tooltip")
note.hidden = true
note.style.cssText = "position:fixed;z-index:9;max-width:min(26rem,90vw);max-height:60vh;overflow:auto;" +
  "padding:8px 12px;background:#222222;color:#FFFFFF;font:13px/1.4 system-ui,sans-serif;border-radius:6px"
note.style.overflowWrap = "anywhere"
document.body.append(note)
document.documentElement.lang = lang

function parameter(event) {
  for (const element of event.composedPath())
    for (const each of element.classList ?? [])
      if (each.startsWith("parameter-")) return [element, texts[each.slice(10)]]
  return [null, undefined]
}
function show(event) {
  const [element, text] = parameter(event)
  note.hidden = !text
  if (!text) return
  note.replaceChildren(...text.map((line, place) => {
    const part = document.createElement(place === 0 ? "strong" : "div")
    part.textContent = line
    part.dir = "auto"
    return part
  }))
  const box = element.getBoundingClientRect()
  const beside = box.right + note.offsetWidth + 12 < innerWidth
  note.style.left = `${beside ? box.right + 8 : Math.max(4, innerWidth - note.offsetWidth - 8)}px`
  const below = beside ? box.top : box.bottom + 4
  const fits = below + note.offsetHeight < innerHeight
  const above = (beside ? innerHeight : box.top) - note.offsetHeight - 8
  note.style.top = `${Math.max(4, fits ? below : above)}px`
}
function name(root, text) {
  for (const element of root.querySelectorAll("*")) {
    const own = [...element.classList].find((each) => each.startsWith("parameter-"))
    if (element.shadowRoot) name(element.shadowRoot, own ? texts[own.slice(10)] : text)
    if (element.classList.contains("noUi-handle")) {
      const title = root.querySelector(".bk-slider-title")
      if (title) element.setAttribute("aria-label", title.textContent.replace(/:[^:]*$/, ""))
      if (text) element.setAttribute("aria-description", text.slice(1).join(" "))
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
document.addEventListener("mouseover", show)
// A change of focus within one shadow root is not told outside of it; the key that made it is.
document.addEventListener("keyup", (event) => {
  if (event.key === "Escape") note.hidden = true
  else if (event.key === "Tab") { tell(); show(event) }
})
"""


def tell_readers(document: Document, texts: Mapping[str, Sequence[str]], lang: str) -> None:
    """Give a served page's sliders their names and reasons and its content its landmark.

    Parameters
    ----------
    texts
        Parameter to the lines that stand behind it; its slider has the class ``parameter-NAME``.
    lang
        Of the page.
    """
    lines = [[name, list(map(str, each))] for name, each in texts.items()]
    document.js_on_event(DocumentReady, CustomJS(args={"lines": lines, "lang": lang}, code=_CODE))
