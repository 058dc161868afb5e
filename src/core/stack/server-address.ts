/** The scheme and the user of an address, its hosts with their ports, and the rest. */
const PARTS = /^([a-z][a-z0-9+.-]*:\/\/(?:[^/?#]*@)?)([^/?#]*)(.*)$/is

/**
 * The parts of a server's address. An address of several servers, as `etcd://a:2379,b:2379`, is parsed with the first of
 * them, because `URL` supports only one host.
 * @returns `null` if it is not an address.
 */
export function parseAddress(text: string): URL | null {
  const [, start, hosts, rest] = PARTS.exec(text) ?? []
  if (start === undefined || hosts === undefined || rest === undefined) return URL.parse(text)
  return URL.parse(start + (hosts.split(',')[0] ?? '') + rest)
}

/**
 * The address of each server that an address names.
 * @returns `undefined` if one of them is not an address with a host.
 */
export function addressesIn(text: string): readonly URL[] | undefined {
  const [, start = '', hosts = '', rest = ''] = PARTS.exec(text) ?? []
  const urls = hosts.split(',').map(host => URL.parse(start + host + rest))
  return urls.every(url => url !== null && url.hostname !== '') ? (urls as URL[]) : undefined
}
