import { constants } from 'node:fs'

const known: Readonly<Record<string, number | undefined>> = constants

// Windows knows only some of these; what it lacks is no flag at all.
const O_NOFOLLOW = known['O_NOFOLLOW'] ?? 0
const O_NONBLOCK = known['O_NONBLOCK'] ?? 0
const O_DIRECTORY = known['O_DIRECTORY'] ?? 0

/** For reading. A link is not followed, and a pipe without a writer does not hold up the call. */
export const OPEN_FILE = constants.O_RDONLY | O_NOFOLLOW | O_NONBLOCK

/** For a file that is to be flushed, which Windows allows to writers only. */
export const SYNC_FILE = process.platform === 'win32' ? constants.O_RDWR : OPEN_FILE

// Linux's O_PATH, which Node does not name: it asks for no permission to read, only to have something in hand.
const O_PATH = process.platform === 'linux' ? 0o10000000 : 0

/** For a folder that is only the way to what is in it. */
export const OPEN_FOLDER = constants.O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_PATH

/** For a file that is only to be kept from being freed; `undefined` where there is nothing of the kind. */
export const HOLD_FILE = O_PATH === 0 ? undefined : O_PATH | O_NOFOLLOW

/** For a folder that is to be flushed. */
export const SYNC_FOLDER = constants.O_RDONLY | O_DIRECTORY | O_NOFOLLOW

/** For a file that must not exist yet. */
export const CREATE_FILE = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | O_NOFOLLOW
