import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { TwofoldError, type RequestParameters } from '@twofold/core';
import type { AnswerPorts } from '@twofold/flows';
import { LiveViews } from '@twofold/platform';
import { answerRequest } from './answer-request.js';
import { describeView, type DescribedView } from './describe-view.js';
import type { PresentedAnswer } from './present-answer.js';
import { ANSWER_PORTS } from './tokens.js';

/** `GET /v1/views…` */
@Controller('v1/views')
export class ViewsController {
  constructor(
    @Inject(LiveViews) private readonly views: LiveViews,
    @Inject(ANSWER_PORTS) private readonly ports: AnswerPorts,
  ) {}

  @Get()
  list(): { readonly views: readonly DescribedView[] } {
    return { views: this.views.servingPlans().map(describeView) };
  }

  @Get(':view')
  async view(@Param('view') name: string): Promise<DescribedView> {
    return describeView((await this.views.serving(name)).plan);
  }

  /** Of the version that serves. */
  @Get(':view/rows')
  async rows(@Param('view') name: string, @Query() parameters: RequestParameters): Promise<PresentedAnswer> {
    return answerRequest(this.ports, (await this.views.serving(name)).plan, parameters);
  }

  /** Of any version that is folded and whose history is built: to look at before it is promoted, or after. */
  @Get(':view/versions/:version/rows')
  async rowsOfVersion(
    @Param('view') name: string,
    @Param('version') version: string,
    @Query() parameters: RequestParameters,
  ): Promise<PresentedAnswer> {
    const { plan, state } = this.views.version(name, version);
    const generation = await this.ports.batchViews.published(plan.id);
    if (state === 'founded' && generation?.number === 0)
      throw new TwofoldError('conflict', `version ${version} of ${name} is being built: it has no generation yet`);
    return answerRequest(this.ports, plan, parameters);
  }
}
