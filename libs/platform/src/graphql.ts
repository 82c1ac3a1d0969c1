import { TwofoldError } from '@twofold/core';
import type { FastifyInstance } from 'fastify';
import { buildSchema } from 'graphql';
import mercurius, { type IResolvers } from 'mercurius';

/** Deeper than any query of our schemas can usefully be (introspection needs 13). */
const MAX_DEPTH = 15;
/** How often a query must be asked before it is compiled. */
const COMPILE_AFTER = 2;

/** Puts another schema in the place of the one that is served. */
export type ReplaceSchema = (schema: string, resolvers: IResolvers) => void;

/** `POST /graphql`, and the schema as text at `GET /graphql/schema`. An entry of its own of the package, for the apps that have it. */
export function serveGraphql(server: FastifyInstance, schema: string, resolvers: IResolvers): ReplaceSchema {
  let served = schema;
  void server.register(mercurius, { schema, resolvers, queryDepth: MAX_DEPTH, jit: COMPILE_AFTER, graphiql: false });
  server.get('/graphql/schema', (_request, reply) => reply.type('text/plain; charset=utf-8').send(served));
  return (next, nextResolvers) => {
    served = next;
    server.graphql.replaceSchema(buildSchema(next));
    server.graphql.defineResolvers(nextResolvers);
  };
}

/** GraphQL's own place for a stable code, and a pointer to the argument: `extensions`. */
export async function withExtensions<T>(result: () => Promise<T>): Promise<T> {
  try {
    return await result();
  } catch (error) {
    if (!(error instanceof TwofoldError)) throw error;
    const { code, pointer } = error;
    throw Object.assign(new Error(error.message), {
      extensions: { code, ...(pointer === undefined ? {} : { pointer }) },
    });
  }
}
