import type { Stats } from 'node:fs'
import { failure, NotFoundError } from '../../../errors.ts'
import type { Key } from '../../../key.ts'
import { checkPreconditions } from '../../../preconditions.ts'
import { fsFailure } from '../calls/fs-failure.ts'
import type { Place } from '../layout.ts'
import type { OpenFolder } from '../open/open-folder.ts'
import { etagOf } from './etag.ts'

/**
 * Moves the value of one key to another.
 * @param current What is known of the value.
 */
export async function moveValue(
  folder: OpenFolder,
  from: Key,
  to: Key,
  current: Stats,
  mayReplace: boolean,
): Promise<void> {
  const source = await folder.places.ownOf(from)
  if (folder.links !== undefined && (await folder.links.isLink(source))) {
    throw failure('UNSUPPORTED', 'rename', from, 'it is a symbolic link')
  }
  let isDone: boolean
  try {
    isDone = await moveInto(folder, from, source, to, current, mayReplace)
  } catch (error) {
    throw fsFailure('rename', to, error)
  }
  if (!isDone) throw new NotFoundError('rename', from)
  folder.shared.changes.put(folder.files.layout.placeOf(to))
}

async function moveInto(
  { places, reader, writer, shared }: OpenFolder,
  from: Key,
  source: Place,
  to: Key,
  current: Stats,
  mayReplace: boolean,
): Promise<boolean> {
  const target = await places.toWrite('rename', to)
  const existing = await reader.stat(target, true)
  checkPreconditions('rename', to, existing && { etag: etagOf(existing) }, { replace: mayReplace })
  // Of two names of one file the system removes neither when one is renamed to the other.
  const isOneFile = existing !== undefined && areNamesOfOneFile(current, existing, source, target)
  return shared.changes.remove(from, source, () =>
    isOneFile ? writer.unlink(source) : writer.move(source, target, !mayReplace),
  )
}

/** Whether two names lead to one file, and not only because the disk is blind to case. */
function areNamesOfOneFile(a: Stats, b: Stats, from: Place, to: Place): boolean {
  const fold = ({ folder, name }: Place): string => [...folder, name].join('/').normalize().toLowerCase()
  return a.nlink > 1 && a.ino === b.ino && a.dev === b.dev && fold(from) !== fold(to)
}
