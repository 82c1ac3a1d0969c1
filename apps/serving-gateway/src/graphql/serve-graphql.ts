import type { AnswerPorts } from '@twofold/flows';
import type { LiveViews } from '@twofold/platform';
import { serveGraphql as serve } from '@twofold/platform/graphql';
import type { FastifyInstance } from 'fastify';
import { answerRequest } from '../answer-request.js';
import { resolversOfCatalog } from './resolvers-of-catalog.js';
import { schemaOfCatalog } from './schema-of-catalog.js';

/** The versions of views that serve, and a word when they are others. */
export type ServedViews = Pick<LiveViews, 'servingPlans' | 'onChange'>;

/**
 * The views by GraphQL, in the versions that serve. When another is promoted, the schema follows within a second; a query is answered
 * by the version that its schema is of.
 */
export function serveGraphql(server: FastifyInstance, served: ServedViews, ports: AnswerPorts): void {
  const made = () => {
    const views = served.servingPlans();
    const resolvers = resolversOfCatalog({ views }, (plan, parameters) => answerRequest(ports, plan, parameters));
    return [schemaOfCatalog({ views }), resolvers] as const;
  };
  const replace = serve(server, ...made());
  served.onChange(() => replace(...made()));
}
