// Settings in a git repository: each change is a commit with an author and a reason, and earlier ones can be read.
// It needs the program git, or the package isomorphic-git.

import { GitDatastore } from 'strata/engines/git'
import { DatastoreError, Key } from 'strata/node'

const author = { name: 'Ann', email: 'ann@example.org' }
const bytes = (text: string) => new TextEncoder().encode(text)
const port = Key.parse('/server/port')

await using settings = await GitDatastore.open('settings.git', { author })
const { etag } = await settings.put(port, bytes('8080'))
await settings.commit(
  [
    { type: 'put', key: port, bytes: bytes('8443') },
    { type: 'put', key: Key.parse('/server/tls'), bytes: bytes('on') },
  ],
  { message: 'Encrypt connections' },
)

// Whoever has read the first version learns that it is not the latest one.
await settings.put(port, bytes('80'), { ifMatch: etag }).catch((error: unknown) => {
  console.log(error instanceof DatastoreError && error.code)
})
// → CONFLICT

const commits: string[] = []
for await (const { commit, message } of settings.history(port)) {
  const value = await settings.valueAt(port, commit)
  commits.push(`${message.trim()}: ${new TextDecoder().decode(value)}`)
}
console.log(commits.join(', '))
// → Encrypt connections: 8443, put /server/port: 8080
