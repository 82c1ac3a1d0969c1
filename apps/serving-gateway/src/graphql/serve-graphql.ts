import type { Catalog } from '@twofold/core';
import type { AnswerPorts } from '@twofold/flows';
import { serveGraphql as serve } from '@twofold/platform/graphql';
import type { FastifyInstance } from 'fastify';
import { answerRequest } from '../answer-request.js';
import { resolversOfCatalog } from './resolvers-of-catalog.js';
import { schemaOfCatalog } from './schema-of-catalog.js';

/** The catalog by GraphQL. */
export function serveGraphql(server: FastifyInstance, catalog: Catalog, ports: AnswerPorts): void {
  const resolvers = resolversOfCatalog(catalog, (plan, parameters) => answerRequest(ports, plan, parameters));
  serve(server, schemaOfCatalog(catalog), resolvers);
}
