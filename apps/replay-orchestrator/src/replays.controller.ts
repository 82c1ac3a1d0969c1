import { Body, Controller, Get, HttpCode, HttpStatus, Inject, Param, Post, Query, Res } from '@nestjs/common';
import { TwofoldError } from '@twofold/core';
import type { ReplayProgress } from '@twofold/flows';
import type { HttpReply } from '@twofold/platform';
import type { PresentedPlan, PresentedReplay, PresentedReplayEvent, PresentedVersion } from './present-replay.js';
import type { ReplayAnswers } from './replay-answers.js';
import { isCommandKind } from './replay-requests.js';
import { REPLAY_ANSWERS } from './tokens.js';

/** `POST /v1/views/{view}/replays…`, `GET /v1/views/{view}/versions`, `GET` and `POST /v1/replays…` */
@Controller('v1')
export class ReplaysController {
  constructor(@Inject(REPLAY_ANSWERS) private readonly answers: ReplayAnswers) {}

  @Post('views/:view/replays/plan')
  @HttpCode(HttpStatus.OK)
  plan(@Param('view') view: string, @Body() body: unknown): Promise<PresentedPlan> {
    return this.answers.plan(view, body);
  }

  @Post('views/:view/replays')
  @HttpCode(HttpStatus.ACCEPTED)
  async start(
    @Param('view') view: string,
    @Body() body: unknown,
    @Res({ passthrough: true }) reply: HttpReply,
  ): Promise<PresentedReplay> {
    const replay = await this.answers.start(view, body);
    reply.header('location', `/v1/replays/${replay.id}`);
    return replay;
  }

  @Get('views/:view/versions')
  async versions(@Param('view') view: string): Promise<{ readonly versions: readonly PresentedVersion[] }> {
    return { versions: await this.answers.versions(view) };
  }

  @Get('replays')
  async list(@Query() query: unknown): Promise<{ readonly replays: readonly PresentedReplay[] }> {
    return { replays: await this.answers.list(query) };
  }

  @Get('replays/:id')
  get(@Param('id') id: string): Promise<PresentedReplay & { readonly progress: ReplayProgress }> {
    return this.answers.get(id);
  }

  @Get('replays/:id/events')
  events(
    @Param('id') id: string,
    @Query() query: unknown,
  ): Promise<{ readonly events: readonly PresentedReplayEvent[]; readonly next: number | null }> {
    return this.answers.events(id, query);
  }

  /** What was decided stands when this answers; a move is done after it. */
  @Post('replays/:id/:command')
  @HttpCode(HttpStatus.ACCEPTED)
  async command(
    @Param('id') id: string,
    @Param('command') command: string,
    @Body() body: unknown,
  ): Promise<PresentedReplay> {
    if (!isCommandKind(command)) throw new TwofoldError('not-found', `there is no command ${JSON.stringify(command)}`);
    return this.answers.command(id, command, body);
  }
}
