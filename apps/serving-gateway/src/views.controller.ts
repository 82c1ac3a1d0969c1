import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { viewNamed, type Catalog, type RequestParameters } from '@twofold/core';
import type { AnswerPorts } from '@twofold/flows';
import { answerRequest } from './answer-request.js';
import { describeView, type DescribedView } from './describe-view.js';
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
  list(): { readonly views: readonly DescribedView[] } {
    return { views: this.catalog.views.map(describeView) };
  }

  @Get(':view')
  view(@Param('view') name: string): DescribedView {
    return describeView(viewNamed(this.catalog, name));
  }

  @Get(':view/rows')
  rows(@Param('view') name: string, @Query() parameters: RequestParameters): Promise<PresentedAnswer> {
    return answerRequest(this.ports, viewNamed(this.catalog, name), parameters);
  }
}
