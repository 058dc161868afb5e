import type { Hidden } from '../../../shared/procedures/levels.ts'

const REASONS: Readonly<Record<Hidden['examples'][number]['reason'], string>> = {
  link: 'symbolic link',
  name: 'name that cannot be a key:',
  special: 'neither file nor folder:',
}

/** `2 entries of "/a" are not shown: symbolic link "l", name that cannot be a key: "u�"`. */
export function hiddenText(prefix: string, { count, examples }: Hidden): string {
  const named = examples.map(({ name, reason }) => `${REASONS[reason]} ${JSON.stringify(name)}`)
  const more =
    count > examples.length ? `, and ${(count - examples.length).toLocaleString('en-US')} more` : ''
  const subject = count === 1 ? '1 entry' : `${count.toLocaleString('en-US')} entries`
  return `${subject} of ${JSON.stringify(prefix)} ${count === 1 ? 'is' : 'are'} not shown: ${named.join(', ')}${more}`
}
