import type { Place } from './place.ts';

export type Role = 'log' | 'speed views' | 'batch views';

/** A server that runs: its address for the apps, what was taken for the role and why, and whether it was up before. */
export type Running = { readonly url: string; readonly took: string; readonly ranAlready: boolean };

/** What becomes of the data when all servers of a place stop. Native servers keep theirs within the place in any case. */
export type Afterwards = 'keep-data' | 'drop-data';

/** One way to have a server for a role. */
export type Provider = {
  /** null: this way is open; else why it is not. */
  unavailable(place: Place): Promise<string | null>;
  /** Starts the server, or finds it running; resolves when it answers. */
  up(place: Place, tell: (line: string) => void): Promise<Running>;
  /** Stops it, if this place started it. */
  down(place: Place, afterwards: Afterwards): Promise<void>;
};

/** What is the same for every role: its variable, its name for people, the ways in order, and how to open one. */
export type RoleServer = {
  readonly role: Role;
  readonly name: 'Kafka' | 'Redis' | 'Postgres';
  readonly variable: 'KAFKA_BROKERS' | 'REDIS_URL' | 'DATABASE_URL';
  readonly ways: readonly Provider[];
  /** What a person may do where no way is open; `or set <variable>` follows. */
  readonly remedy: string;
};
