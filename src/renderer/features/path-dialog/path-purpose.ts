/** What a path is asked for. */
export type PathPurpose =
  | { readonly type: 'folder' }
  | { readonly type: 'stackFile' }
  | { readonly type: 'saveLocation'; readonly name: string }

export function purposeTitle({ type }: PathPurpose): string {
  switch (type) {
    case 'folder':
      return 'Open folder'
    case 'stackFile':
      return 'Open stack file'
    case 'saveLocation':
      return 'Save stack file'
  }
}

/** Whether a file of this name is listed: one that the host takes for a stack file. */
export function isListedFile(purpose: PathPurpose, name: string): boolean {
  return purpose.type !== 'folder' && name.endsWith('.stack.json')
}
