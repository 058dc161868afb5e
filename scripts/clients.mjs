/** Packages that are loaded where a store of theirs is opened. They find native parts beside themselves, so they are not bundled. */
export const clients = ['@photostructure/sqlite', '@redis/client', 'classic-level', 'lmdb', 'ssh2']
