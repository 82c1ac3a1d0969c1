import { answers } from './process.ts';
import type { RoleServer, Running } from './server.ts';

/** A server that is given may be far away, or busy. */
const ANSWER_MS = 5_000;

/** By scheme; brokers are named without one. */
const DEFAULT_PORTS: Readonly<Record<string, number>> = {
  'kafka:': 9092,
  'redis:': 6379,
  'rediss:': 6379,
  'postgres:': 5432,
  'postgresql:': 5432,
};

/** @throws Error when nothing answers at the URL; of the URL it tells host and port alone, for the rest may be secret */
export async function givenServer({ name, variable }: RoleServer, url: string): Promise<Running> {
  const endpoints = endpointsOf(url);
  const listening = await Promise.all(endpoints.map(({ host, port }) => answers(port, host, ANSWER_MS)));
  if (endpoints.length > 0 && !listening.includes(true)) {
    const told = endpoints.map(({ host, port }) => `${host}:${port}`).join(', ');
    throw new Error(`there is no ${name}: nothing answers at ${told}. Start it, or unset ${variable}`);
  }
  return { url, took: `${variable} of the environment`, ranAlready: true };
}

export type Endpoint = { readonly host: string; readonly port: number };

/** Hosts and ports of a URL, or of a list of brokers; none where it names none, as the path of a socket does not. */
export function endpointsOf(url: string): readonly Endpoint[] {
  const urls = url.includes('://') ? [url] : url.split(',').map((broker) => `kafka://${broker.trim()}`);
  return urls.flatMap((each) => {
    const parsed = URL.parse(each);
    const port = parsed?.port === '' ? DEFAULT_PORTS[parsed.protocol] : Number(parsed?.port);
    const host = parsed?.hostname.replace(/^\[(.*)\]$/, '$1') ?? '';
    return host === '' || port === undefined ? [] : [{ host, port }];
  });
}
