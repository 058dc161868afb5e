/**
 * Gives an element a shadow root and empties it. The editor's own styles are adopted there; in the document itself it
 * would add `<style>` elements, which the page's content security policy refuses.
 */
export function shadowRootOf(host: HTMLElement): ShadowRoot {
  const root = host.shadowRoot ?? host.attachShadow({ mode: 'open' })
  root.replaceChildren()
  return root
}
