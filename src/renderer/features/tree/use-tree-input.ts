import {
  type DragEvent,
  type FocusEvent,
  type KeyboardEvent,
  type MouseEvent,
  type UIEvent,
  useRef,
} from 'react'
import { draggedKeys, dragKeys, endDrag } from '../../ui/keys/key-drag.ts'
import { KeySelection } from '../../ui/keys/key-selection.ts'
import { isMacPlatform } from '../../ui/shortcut.tsx'
import { isTyping, NOTHING_TYPED, typed } from './source/type-ahead.ts'
import type { TreeActions } from './tree-actions.ts'
import { type KeyCommand, type KeyContext, keyCommand } from './view/key-command.ts'
import type { RowView } from './view/row-view.ts'
import type { TreeView } from './view/tree-view.ts'

/** Pixels of the window. */
export interface Point {
  readonly x: number
  readonly y: number
}

/** The interaction that is active in the tree. */
export type TreeMode =
  | { readonly type: 'browse' }
  | { readonly type: 'jump' }
  | { readonly type: 'rename'; readonly key: string }
  /** A name was typed for a key that is both value and branch: asks which one to rename. */
  | { readonly type: 'renameChoice'; readonly from: string; readonly to: string; readonly at: Point }
  /** The menu of the row with the focus, or of the tree as a whole. */
  | { readonly type: 'menu'; readonly about: 'row' | 'tree'; readonly at: Point }

export const BROWSING: TreeMode = { type: 'browse' }

/** Ends a mode, unless another one has begun since. */
export function without(type: TreeMode['type']): (mode: TreeMode) => TreeMode {
  return mode => (mode.type === type ? BROWSING : mode)
}

/** Event handlers of the scrolling element, for all rows. */
interface TreeInput {
  onKeyDown(event: KeyboardEvent<HTMLElement>): void
  onClick(event: MouseEvent<HTMLElement>): void
  onDoubleClick(event: MouseEvent<HTMLElement>): void
  onMouseDown(event: MouseEvent<HTMLElement>): void
  onAuxClick(event: MouseEvent<HTMLElement>): void
  onContextMenu(event: MouseEvent<HTMLElement>): void
  onFocus(event: FocusEvent<HTMLElement>): void
  onScroll(event: UIEvent<HTMLElement>): void
  onScrollEnd(): void
  onDragStart(event: DragEvent<HTMLElement>): void
  onDragOver(event: DragEvent<HTMLElement>): void
  onDragLeave(event: DragEvent<HTMLElement>): void
  onDrop(event: DragEvent<HTMLElement>): void
  onDragEnd(): void
}

export function useTreeInput(
  actions: TreeActions,
  setMode: (change: TreeMode | ((mode: TreeMode) => TreeMode)) => void,
): TreeInput {
  const { view } = actions
  const letters = useRef(NOTHING_TYPED)

  const rename = (row: RowView) => {
    if (row.type === 'key' && actions.isWritable('rename keys')) setMode({ type: 'rename', key: row.key })
  }
  const perform = (command: KeyCommand, number: number, row: RowView, tree: HTMLElement) => {
    switch (command.type) {
      case 'move':
        if (command.how === 'choose') view.chooseTo(command.to)
        else if (command.how === 'focus') view.focusOn(command.to)
        else view.focusAlone(command.to)
        break
      case 'chooseLevel':
        view.chooseLevel()
        break
      case 'toggleChosen':
        view.toggleChosen(number)
        break
      case 'chooseNone':
        view.choose(KeySelection.none)
        break
      case 'many':
        actions.many(command.action, row)
        break
      case 'expand':
        actions.expand(number)
        break
      case 'collapse':
        actions.collapse(number)
        break
      case 'expandSiblings':
        void actions.expandSiblings()
        break
      case 'activate':
        actions.activate(row, command.as, command.isPreview)
        break
      case 'rename':
        if (view.chosen.isEmpty) rename(row)
        else actions.many('rename', row)
        break
      case 'delete':
        if (view.chosen.isEmpty) actions.delete(row)
        else actions.many('delete', row)
        break
      case 'retry':
        actions.retry(number)
        break
      case 'jump':
        setMode({ type: 'jump' })
        break
      case 'menu':
        setMode({ type: 'menu', about: 'row', at: belowRow(tree) })
        break
      case 'typeAhead':
        void actions.typeAhead(command.text)
    }
  }

  return {
    onKeyDown(event) {
      const number = view.focusRow
      const isHeld = isMacPlatform() ? event.metaKey : event.ctrlKey
      if (number === undefined && isHeld && event.key.toLowerCase() === 'v') {
        // A tree without keys has no active row to paste at.
        actions.many('paste', undefined)
        event.preventDefault()
        return
      }
      if (event.target !== event.currentTarget || event.nativeEvent.isComposing || number === undefined)
        return
      const row = view.describe(number)
      const command = keyCommand(
        event,
        contextOf(view, number, row, isTyping(letters.current, event.timeStamp)),
      )
      // If there is nothing to cancel, Escape is left to the container of the tree.
      if (command === undefined || (command.type === 'chooseNone' && view.chosen.isEmpty)) return
      event.preventDefault()
      event.stopPropagation()
      if (command.type === 'typeAhead') {
        letters.current = typed(letters.current, command.text, event.timeStamp)
        perform({ ...command, text: letters.current.text }, number, row, event.currentTarget)
      } else {
        // Letters that follow are about where this leads.
        letters.current = NOTHING_TYPED
        perform(command, number, row, event.currentTarget)
      }
    },
    onClick(event) {
      const { number, part } = targetOf(event, view)
      if (number === undefined || isInField(event)) return
      if (part === 'retry') {
        actions.retry(number)
        return
      }
      if (event.shiftKey) {
        view.chooseTo(number)
        return
      }
      if (isMacPlatform() ? event.metaKey : event.ctrlKey) {
        view.toggleChosen(number)
        return
      }
      view.focusAlone(number)
      const row = view.describe(number)
      if (part === 'toggle') actions.toggle(number)
      else if (part === 'branch') actions.activate(row, 'branch', false)
      // Also called for the second click of a double click.
      else if (row.type === 'key' && event.detail < 2) {
        if (row.isValue) actions.activate(row, 'any', true)
        else actions.toggle(number)
      }
    },
    onDoubleClick(event) {
      const { number, part } = targetOf(event, view)
      if (part !== undefined || number === undefined || isInField(event)) return
      actions.activate(view.describe(number), 'any', false)
    },
    onMouseDown(event) {
      // The middle button would start scrolling.
      if (event.button === 1) event.preventDefault()
    },
    onAuxClick(event) {
      const { number } = targetOf(event, view)
      if (event.button !== 1 || number === undefined || isInField(event)) return
      actions.activate(view.describe(number), 'any', false)
    },
    onContextMenu(event) {
      if (isInField(event)) return
      event.preventDefault()
      const { number } = targetOf(event, view)
      // The menu is about all that is chosen, where its row is one of that.
      if (number !== undefined && view.isChosen(number, view.describe(number))) view.focusOn(number)
      else if (number !== undefined) view.focusAlone(number)
      const menu: TreeMode = {
        type: 'menu',
        about: number === undefined ? 'tree' : 'row',
        at: { x: event.clientX, y: event.clientY },
      }
      // The menu key opens the menu on keydown, and then also fires this event.
      setMode(mode => (mode.type === 'menu' ? mode : menu))
    },
    onFocus(event) {
      if (event.target === event.currentTarget && view.focus === undefined) view.focusOn(0)
    },
    onScroll(event) {
      const { target, currentTarget } = event
      if (target === currentTarget && currentTarget.clientHeight > 0) view.scrolledTo(currentTarget.scrollTop)
    },
    onScrollEnd() {
      view.rest()
    },
    onDragStart(event) {
      const { number } = targetOf(event, view)
      if (number === undefined || isInField(event)) return
      const row = view.describe(number)
      if (!view.isChosen(number, row)) view.focusAlone(number)
      dragKeys(event.dataTransfer, {
        session: view.session,
        selection: actions.chosenWith(row).asSelection,
      })
    },
    onDragOver(event) {
      if (!isDropped(event) || !actions.mayDrop) return
      event.preventDefault()
      event.stopPropagation()
      event.dataTransfer.dropEffect = movesOnDrop(event, view) ? 'move' : 'copy'
      mark(event.currentTarget, rowOf(event))
    },
    onDragLeave(event) {
      mark(event.currentTarget, undefined)
    },
    onDrop(event) {
      mark(event.currentTarget, undefined)
      if (!isDropped(event)) return
      event.preventDefault()
      event.stopPropagation()
      const { number } = targetOf(event, view)
      const row = number === undefined ? undefined : view.describe(number)
      // They can be asked for now alone.
      const entries = [...event.dataTransfer.items].flatMap(
        item => item.webkitGetAsEntry() ?? item.getAsFile() ?? [],
      )
      actions.drop(row, { isMove: movesOnDrop(event, view), keys: draggedKeys(), entries })
      endDrag()
    },
    onDragEnd() {
      endDrag()
    },
  }
}

function contextOf(view: TreeView, row: number, shown: RowView, isTypingNow: boolean): KeyContext {
  const { model } = view.source.state
  const place = model.at(row)
  const { level } = place
  const inside = model.openAt(place)
  const hasRowsInside = inside !== undefined && row + 1 < view.rows && model.at(row + 1).level === inside
  return {
    row,
    rows: view.rows,
    pageRows: view.pageRows,
    parentRow:
      level.parent === undefined
        ? undefined
        : model.rowOf({ level: level.parent, index: model.indexOf(level) }),
    firstRowInside: hasRowsInside ? row + 1 : undefined,
    isBranch: shown.type === 'key' && shown.isBranch,
    isOpen: shown.type === 'key' && shown.isOpen,
    isStatus: shown.type !== 'key' && shown.type !== 'pending',
    isTyping: isTypingNow,
  }
}

/** A field in a row handles its own clicks and context menu. */
function isInField(event: MouseEvent<HTMLElement>): boolean {
  return event.target instanceof HTMLInputElement
}

/** Whether keys are dragged, or files of another program. */
function isDropped(event: DragEvent<HTMLElement>): boolean {
  return draggedKeys() !== undefined || event.dataTransfer.types.includes('Files')
}

/** Keys move within their stack, unless Ctrl or Alt is held; to another stack they are copied. */
function movesOnDrop(event: DragEvent<HTMLElement>, { session }: TreeView): boolean {
  return draggedKeys()?.session === session && !event.ctrlKey && !event.altKey
}

function rowOf(event: DragEvent<HTMLElement>): Element | undefined {
  const target = event.target instanceof Element ? event.target : undefined
  return target?.closest('[data-row]') ?? undefined
}

/** Shows which row would get what is dragged. */
function mark(tree: HTMLElement, row: Element | undefined): void {
  for (const other of tree.querySelectorAll('[data-is-target]')) {
    if (other !== row) other.removeAttribute('data-is-target')
  }
  row?.setAttribute('data-is-target', 'true')
}

interface Target {
  readonly number: number | undefined
  /** The part of the row that does something of its own. */
  readonly part: string | undefined
}

function targetOf(event: MouseEvent<HTMLElement>, { rows }: TreeView): Target {
  const target = event.target instanceof Element ? event.target : undefined
  const row = target?.closest('[data-row]')?.getAttribute('data-row') ?? undefined
  const part = target?.closest('[data-part]')?.getAttribute('data-part') ?? undefined
  const number = row === undefined ? undefined : Number(row)
  // The model may be newer than the rendered rows.
  return { number: number !== undefined && number < rows ? number : undefined, part }
}

/** Where a menu of the row with the focus opens. */
export function belowRow(tree: HTMLElement | null): Point {
  const box = (tree?.querySelector('[data-has-focus="true"]') ?? tree)?.getBoundingClientRect()
  return { x: (box?.left ?? 0) + 24, y: box?.bottom ?? 0 }
}
