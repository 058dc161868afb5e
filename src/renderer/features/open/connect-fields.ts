/** A text that a form asks for where a kind has the option. */
export interface TextOption {
  readonly option: string
  readonly label: string
  readonly description: string
}

/** In the order in which they are shown. */
export const TEXT_OPTIONS: readonly TextOption[] = [
  {
    option: 'endpoint',
    label: 'Endpoint',
    description: 'https://host:port. Empty: Amazon, in the region',
  },
  { option: 'region', label: 'Region', description: 'Empty: the region of the profile, otherwise us-east-1' },
  {
    option: 'profile',
    label: 'Profile',
    description: 'A profile of the AWS tools on this computer, instead of an access key',
  },
  { option: 'table', label: 'Table', description: 'Empty: the only table, or a new one' },
  { option: 'collection', label: 'Collection', description: 'Empty: kv' },
  {
    option: 'separator',
    label: 'Keys split at',
    description: 'Empty: a colon in Redis, so that cart:17:items opens as a tree, and a slash elsewhere',
  },
]

/** What people of a kind call the parts of a connection. */
interface Words {
  readonly address: string
  readonly user: string
  readonly password: string
}

const WORDS: Readonly<Record<string, Words>> = {
  s3: { address: 'Bucket', user: 'Access key ID', password: 'Secret access key' },
}

export function wordsOf(kind: string): Words {
  return WORDS[kind] ?? { address: 'Server', user: 'User', password: 'Password' }
}
