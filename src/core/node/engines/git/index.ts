// The entry `strata/engines/git` of the package.
export { gitKind } from '../../kinds/git.ts'
export { type CommitOptions, GitDatastore, type GitOptions } from './git-datastore.ts'
export type { KeyCommit } from './history.ts'
