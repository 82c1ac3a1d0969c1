import type { AnswerPorts } from '@twofold/flows';
import type { LiveViews } from '@twofold/platform';
import type { FastifyInstance } from 'fastify';
import { buildSchema } from 'graphql';
import mercurius from 'mercurius';
import { answerRequest } from '../answer-request.js';
import { resolversOfCatalog } from './resolvers-of-catalog.js';
import { schemaOfCatalog } from './schema-of-catalog.js';

/** Deeper than any query of this schema can usefully be (introspection needs 13). */
const MAX_DEPTH = 15;
/** How often a query must be asked before it is compiled. */
const COMPILE_AFTER = 2;

/** The versions of views that serve, and a word when they are others. */
export type ServedViews = Pick<LiveViews, 'servingPlans' | 'onChange'>;

/**
 * `POST /graphql`, and the schema as text at `GET /graphql/schema`: of the versions that serve. When another is promoted, the schema
 * follows within a second; a query is answered by the version that its schema is of.
 */
export function serveGraphql(server: FastifyInstance, served: ServedViews, ports: AnswerPorts): void {
  const made = () => {
    const views = served.servingPlans();
    const resolvers = resolversOfCatalog({ views }, (plan, parameters) => answerRequest(ports, plan, parameters));
    return { schema: schemaOfCatalog({ views }), resolvers };
  };
  let { schema, resolvers } = made();
  void server.register(mercurius, { schema, resolvers, queryDepth: MAX_DEPTH, jit: COMPILE_AFTER, graphiql: false });
  server.get('/graphql/schema', (_request, reply) => reply.type('text/plain; charset=utf-8').send(schema));
  served.onChange(() => {
    ({ schema, resolvers } = made());
    server.graphql.replaceSchema(buildSchema(schema));
    server.graphql.defineResolvers(resolvers);
  });
}
