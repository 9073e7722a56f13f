/** Where to listen. */
export interface Address {
  /** Absent: all interfaces. */
  host?: string;
  port: number;
}

/** `host:port`, `:port` (all interfaces) or `[v6]:port`; `0` means: do not listen. Undefined when it is none of these. */
export function parseAddress(text: string): Address | 'off' | undefined {
  if (text === '0') return 'off';
  const match = /^(?:\[([0-9a-f:.]+)\]|([\w.-]*)):(\d{1,5})$/i.exec(text);
  const port = Number(match?.[3]);
  if (!match || port > 65_535) return undefined;
  const host = match[1] ?? match[2]!;
  return host === '' ? { port } : { host, port };
}
