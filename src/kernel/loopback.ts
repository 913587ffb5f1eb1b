/**
 * Which addresses never leave this machine. Plain http is good enough for them, and for no others.
 *
 * Invariant: names that only a resolver turns into loopback do not count, except `localhost` itself (RFC 6761).
 */
const loopbackHost = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** False for anything that is not an absolute http or https address. */
export function isLoopback(address: string | URL): boolean {
  if (!URL.canParse(String(address))) return false;
  const { protocol, hostname } = new URL(address);
  return /^https?:$/.test(protocol) && loopbackHost.test(hostname);
}

/** Whether traffic to this address is safe from readers on the way: https, or loopback. */
export const isPrivatePath = (address: string | URL): boolean =>
  isLoopback(address) || (URL.canParse(String(address)) && new URL(address).protocol === 'https:');
