import type { Transaction } from '@codemirror/state'

/** Which run of typing an edit belongs to: letters in a row, deletions in a row; undefined for all else. */
export function typingGroup(transactions: readonly Transaction[]): string | undefined {
  const edits = transactions.filter(transaction => transaction.docChanged)
  const [edit] = edits
  if (edit === undefined || edits.length > 1) return undefined
  if (edit.isUserEvent('delete')) return 'text: delete'
  return edit.isUserEvent('input.type') && !addsLine(edit) ? 'text: type' : undefined
}

function addsLine({ changes }: Transaction): boolean {
  let isAdded = false
  changes.iterChanges((_fromA, _toA, _fromB, _toB, inserted) => {
    if (inserted.lines > 1) isAdded = true
  })
  return isAdded
}
