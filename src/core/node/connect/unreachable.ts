/** Codes of Node's sockets for a server that cannot be reached, or a connection that broke. */
const UNREACHABLE = /^(ECONN|EHOST|ENET|EPIPE|ENOTFOUND|EAI_|ETIMEDOUT|EADDR|ERR_SOCKET)/

/** Whether an error of a socket, by its code, says that its server cannot be reached. */
export function isUnreachable(code: string | undefined): boolean {
  return code !== undefined && UNREACHABLE.test(code)
}
