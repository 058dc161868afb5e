import type { KindInfo } from '../../../../shared/procedures/stacks.ts'
import type { MenuEntry, MenuGroup } from '../../../ui/menu.tsx'
import { formatShortcut } from '../../../ui/shortcut.tsx'
import type { Kinds, StackNode } from '../model/stack-node.ts'
import { addLabel, addNode, placeToAdd } from '../operations/add-node.ts'
import { canBecome, changeKind } from '../operations/change-kind.ts'
import { NODE_COMMANDS, type Possible, wrapNode, wrappings } from '../operations/node-commands.ts'
import { operate } from '../state/edit-actions.ts'
import type { EditorStore } from '../state/editor-store.ts'

/** The menus of a node. The first one opens the others. */
export type MenuName = 'node' | 'add' | 'wrap' | 'kind'

interface NodeMenu {
  readonly label: string
  readonly groups: readonly MenuGroup[]
}

export function nodeMenu(name: MenuName, node: StackNode, kinds: Kinds, isMac: boolean): NodeMenu {
  switch (name) {
    case 'node':
      return { label: 'Node', groups: commandGroups(node, kinds, isMac) }
    case 'add':
      return { label: addLabel(node), groups: [group('kinds', addEntries(node, kinds), addLabel(node))] }
    case 'wrap':
      return { label: 'Wrap', groups: [group('wrappings', wrapEntries(kinds), 'Wrap')] }
    case 'kind':
      return { label: 'Change kind', groups: [group('kinds', kindEntries(node, kinds), 'Change kind')] }
  }
}

/** Every kind. The kind of the last sibling comes first, because shards and tiers are mostly alike. */
function addEntries(node: StackNode, kinds: Kinds): readonly MenuEntry[] {
  const last = placeToAdd(node)?.parent.children.at(-1)?.info
  const all = [...kinds.values()]
  return last === undefined
    ? all.map(info => entry(info))
    : [entry(last, `Another ${last.label}`), ...all.filter(info => info !== last).map(info => entry(info))]
}

function wrapEntries(kinds: Kinds): readonly MenuEntry[] {
  return wrappings(kinds).map(({ info, label }) => ({ id: info.kind, label }))
}

function kindEntries(node: StackNode, kinds: Kinds): readonly MenuEntry[] {
  return [...kinds.values()]
    .filter(({ kind }) => kind !== node.kind)
    .map(info => withReason(entry(info), canBecome(node, info)))
}

function commandGroups(node: StackNode, kinds: Kinds, isMac: boolean): readonly MenuGroup[] {
  const commands = NODE_COMMANDS.map(({ id, label, shortcut, check }) =>
    withReason(
      {
        id,
        label,
        ...(shortcut !== undefined && { shortcut: formatShortcut(shortcut, isMac) }),
        isDangerous: id === 'remove',
      },
      check(node),
    ),
  )
  const isFull = placeToAdd(node) === undefined
  return [
    group('new', [
      { id: 'add', label: `${addLabel(node)}…`, shortcut: '+', isDisabled: isFull },
      { id: 'kind', label: 'Change kind…', isDisabled: kinds.size < 2 },
    ]),
    group('wrap', [
      ...wrappings(kinds)
        .filter(({ isNamed }) => isNamed)
        .map(({ info, label }) => ({ id: `wrap ${info.kind}`, label })),
      { id: 'wrap', label: 'Wrap…' },
    ]),
    group('change', commands),
  ]
}

function entry({ kind, label }: KindInfo, shown = label): MenuEntry {
  return { id: kind, label: shown }
}

function withReason(shown: MenuEntry, possible: Possible): MenuEntry {
  if (possible.isPossible) return shown
  return { ...shown, label: `${shown.label} (${possible.reason})`, isDisabled: true }
}

function group(id: string, entries: readonly MenuEntry[], title?: string): MenuGroup {
  return title === undefined ? { id, entries } : { id, entries, title }
}

/** Runs the chosen menu entry. @returns The name of the menu to open next, if any. */
export function chooseEntry(
  store: EditorStore,
  node: StackNode,
  menu: MenuName,
  id: string,
): MenuName | undefined {
  const info = store.getState().kinds.get(id)
  if (menu === 'add' && info !== undefined) {
    const place = placeToAdd(node)
    if (place !== undefined) operate(store, stack => addNode(stack, place, info), { to: 'field' })
  } else if (menu === 'kind' && info !== undefined) {
    operate(store, stack => changeKind(stack, node, info), { to: 'field' })
  } else if (menu === 'wrap') {
    wrapIn(store, node, id)
  } else if (id === 'add' || id === 'kind' || id === 'wrap') {
    return id
  } else if (id.startsWith('wrap ')) {
    wrapIn(store, node, id.slice('wrap '.length))
  } else {
    runCommand(store, node, id)
  }
  return undefined
}

export function runCommand(store: EditorStore, node: StackNode, id: string): void {
  const command = NODE_COMMANDS.find(candidate => candidate.id === id)
  if (command?.check(node).isPossible === true)
    operate(store, stack => command.run(stack, node), { to: 'tree' })
}

function wrapIn(store: EditorStore, node: StackNode, kind: string): void {
  const wrapping = wrappings(store.getState().kinds).find(({ info }) => info.kind === kind)
  if (wrapping !== undefined) operate(store, stack => wrapNode(stack, node, wrapping), { to: 'tree' })
}
