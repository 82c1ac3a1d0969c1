import type { Place } from './place.ts';

export type Role = 'log' | 'speed views' | 'batch views';

/** A server that runs: its address for the apps, and what was taken for the role and why. */
export type Running = { readonly url: string; readonly took: string };

/** One way to have a server for a role. */
export type Provider = {
  /** null: this way is open; else why it is not. */
  unavailable(place: Place): Promise<string | null>;
  /** Starts the server, or finds it running; resolves when it answers. */
  up(place: Place, tell: (line: string) => void): Promise<Running>;
  /** Stops it, if this place started it. */
  down(place: Place): Promise<void>;
};

/** What is the same for every role: its variable, its name for people, the ways in order. */
export type RoleServer = {
  readonly role: Role;
  readonly name: 'Kafka' | 'Redis' | 'Postgres';
  readonly variable: 'KAFKA_BROKERS' | 'REDIS_URL' | 'DATABASE_URL';
  readonly ways: readonly Provider[];
};
