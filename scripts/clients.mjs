/** Packages that are loaded where a store of theirs is opened. They find native parts beside themselves, so they are not bundled. */
export const clients = [
  '@aws-sdk/client-s3',
  '@photostructure/sqlite',
  '@redis/client',
  'classic-level',
  'etcd3',
  'isomorphic-git',
  'lmdb',
  'mongodb',
  'mysql2',
  'pg',
  'ssh2',
]
