export interface PathEntry {
  readonly name: string
  readonly path: string
  readonly isFolder: boolean
}

/**
 * The entries of a folder that fit a half-typed name, folders first. Hidden ones show once a dot is typed; of files,
 * only those that `wantsFile` asks for.
 */
export function fittingEntries(
  entries: readonly PathEntry[],
  name: string,
  wantsFile: (name: string) => boolean,
): readonly PathEntry[] {
  const beginning = name.toLowerCase()
  return entries
    .filter(
      entry =>
        entry.name.toLowerCase().startsWith(beginning) &&
        (name.startsWith('.') || !entry.name.startsWith('.')) &&
        (entry.isFolder || wantsFile(entry.name)),
    )
    .sort((a, b) => Number(b.isFolder) - Number(a.isFolder) || (a.name < b.name ? -1 : 1))
}
