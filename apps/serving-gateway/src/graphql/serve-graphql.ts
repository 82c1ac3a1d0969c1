import type { Catalog } from '@twofold/core';
import type { AnswerPorts } from '@twofold/flows';
import type { FastifyInstance } from 'fastify';
import mercurius from 'mercurius';
import { answerRequest } from '../answer-request.js';
import { resolversOfCatalog } from './resolvers-of-catalog.js';
import { schemaOfCatalog } from './schema-of-catalog.js';

/** Deeper than any query of this schema can usefully be (introspection needs 13). */
const MAX_DEPTH = 15;
/** How often a query must be asked before it is compiled. */
const COMPILE_AFTER = 2;

/** `POST /graphql`, and the schema as text at `GET /graphql/schema`. */
export function serveGraphql(server: FastifyInstance, catalog: Catalog, ports: AnswerPorts): void {
  const schema = schemaOfCatalog(catalog);
  const resolvers = resolversOfCatalog(catalog, (plan, parameters) => answerRequest(ports, plan, parameters));
  void server.register(mercurius, { schema, resolvers, queryDepth: MAX_DEPTH, jit: COMPILE_AFTER, graphiql: false });
  server.get('/graphql/schema', (_request, reply) => reply.type('text/plain; charset=utf-8').send(schema));
}
