import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { viewNamed, type Catalog, type RequestParameters, type ViewPlan } from '@twofold/core';
import type { AnswerPorts } from '@twofold/flows';
import { answerRequest } from './answer-request.js';
import type { PresentedAnswer } from './present-answer.js';
import { ANSWER_PORTS, CATALOG } from './tokens.js';

/** `GET /v1/views…` */
@Controller('v1/views')
export class ViewsController {
  constructor(
    @Inject(CATALOG) private readonly catalog: Catalog,
    @Inject(ANSWER_PORTS) private readonly ports: AnswerPorts,
  ) {}

  @Get()
  list(): { readonly views: readonly unknown[] } {
    return { views: this.catalog.views.map(describeView) };
  }

  @Get(':view')
  view(@Param('view') name: string): unknown {
    return describeView(viewNamed(this.catalog, name));
  }

  @Get(':view/rows')
  rows(@Param('view') name: string, @Query() parameters: RequestParameters): Promise<PresentedAnswer> {
    return answerRequest(this.ports, viewNamed(this.catalog, name), parameters);
  }
}

/** What a caller needs to ask: names and types, the window, where the rows are. */
function describeView(plan: ViewPlan): unknown {
  const { definition, id } = plan;
  return {
    view: id.name,
    version: id.version,
    description: definition.description,
    reads: { type: definition.from.type, version: definition.from.version, stream: definition.from.stream },
    dimensions: plan.dimensions.map(({ name, column }) => ({ name, type: column.kind, nullable: column.nullable })),
    window: definition.window,
    measures: plan.measures.map(({ name, column }, index) => ({
      name,
      aggregate: definition.measures[index]?.aggregate.kind,
      type: column.kind,
      nullable: column.nullable,
    })),
    rows: `/v1/views/${id.name}/rows`,
  };
}
