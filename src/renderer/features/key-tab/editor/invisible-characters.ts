import { type Extension, StateField, type Text } from '@codemirror/state'
import {
  Decoration,
  type DecorationSet,
  EditorView,
  MatchDecorator,
  ViewPlugin,
  type ViewUpdate,
  WidgetType,
} from '@codemirror/view'
import { canShowInvisible, INVISIBLE, INVISIBLE_RUNS } from '../../../../core/values/invisible-characters.ts'

interface Invisible {
  readonly runs: DecorationSet
  readonly hasSigns: boolean
}

const invisibleField = StateField.define<Invisible>({
  create: state => invisibleOf(state.doc),
  update: (before, { docChanged, newDoc }) => (docChanged ? invisibleOf(newDoc) : before),
  provide: field => [
    EditorView.decorations.from(field, ({ runs }) => runs),
    EditorView.atomicRanges.of(view => view.state.field(field).runs),
  ],
})

/** Signs for characters that cannot be seen: one each, and one for a long run of them. */
export function invisibleCharacters(): Extension {
  return [invisibleField, signs]
}

const decorator = new MatchDecorator({
  regexp: INVISIBLE,
  decoration: match => Decoration.replace({ widget: new Sign(pictureOf(match[0]), nameOf(match[0])) }),
})

class Signs {
  decorations: DecorationSet

  constructor(view: EditorView) {
    this.decorations = hasSigns(view) ? decorator.createDeco(view) : Decoration.none
  }

  update(update: ViewUpdate): void {
    if (!hasSigns(update.view)) this.decorations = Decoration.none
    else if (!update.startState.field(invisibleField).hasSigns)
      this.decorations = decorator.createDeco(update.view)
    else this.decorations = decorator.updateDeco(update, this.decorations)
  }
}

const signs = ViewPlugin.fromClass(Signs, { decorations: plugin => plugin.decorations })

function hasSigns({ state }: EditorView): boolean {
  return state.field(invisibleField).hasSigns
}

function invisibleOf(doc: Text): Invisible {
  const text = doc.toString()
  const ranges = Array.from(text.matchAll(INVISIBLE_RUNS), ({ 0: run, index }) =>
    Decoration.replace({ widget: signOfRun(run) }).range(index, index + run.length),
  )
  return { runs: Decoration.set(ranges), hasSigns: canShowInvisible(text) }
}

function signOfRun(run: string): Sign {
  const count = run.length.toLocaleString('en-US')
  const isOne = run === run.charAt(0).repeat(run.length)
  const words = isOne ? `${nameOf(run)} × ${count}` : `${count} control characters`
  return new Sign(words, words)
}

function nameOf(character: string): string {
  return `U+${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`
}

/** A picture of a control character, which fonts have; a dot for others. */
function pictureOf(character: string): string {
  const code = character.charCodeAt(0)
  return code < 32 ? String.fromCharCode(0x2400 + code) : '•'
}

/** Stands for characters that cannot be seen. */
class Sign extends WidgetType {
  readonly #text: string
  readonly #name: string

  constructor(text: string, name: string) {
    super()
    this.#text = text
    this.#name = name
  }

  override eq(other: Sign): boolean {
    return other.#text === this.#text && other.#name === this.#name
  }

  override toDOM(): HTMLElement {
    const sign = document.createElement('span')
    sign.className = 'cm-specialChar'
    sign.textContent = this.#text
    sign.title = this.#name
    sign.setAttribute('aria-label', this.#name)
    sign.setAttribute('role', 'img')
    return sign
  }
}
