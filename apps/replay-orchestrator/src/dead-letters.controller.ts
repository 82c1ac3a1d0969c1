import { Body, Controller, Get, HttpCode, HttpStatus, Inject, Param, Post, Query } from '@nestjs/common';
import { TwofoldError } from '@twofold/core';
import { resolveAlike, resolveDeadLetter, type ResolvePorts } from '@twofold/flows';
import type { DeadLetters } from '@twofold/ports';
import {
  cursorOf,
  readAlike,
  readDecision,
  readGroups,
  readList,
  readPlace,
  readRedrive,
} from './dead-letter-requests.js';
import {
  presentAction,
  presentDeadLetter,
  presentGroup,
  presentRecord,
  type PresentedAction,
  type PresentedDeadLetter,
  type PresentedRecord,
} from './present-dead-letter.js';
import { DEAD_LETTER_PORTS } from './tokens.js';

export type DeadLetterPorts = ResolvePorts & { readonly deadLetters: DeadLetters };

/** Actions that are shown of one dead letter: people do not do more to one. */
const MAX_ACTIONS = 100;

/** `GET /v1/dead-letters…`, `POST /v1/dead-letters/…/redrive` and `…/discard` */
@Controller('v1/dead-letters')
export class DeadLettersController {
  constructor(@Inject(DEAD_LETTER_PORTS) private readonly ports: DeadLetterPorts) {}

  /** In order of stream, partition and offset. */
  @Get()
  async list(
    @Query() query: unknown,
  ): Promise<{ readonly deadLetters: readonly PresentedDeadLetter[]; readonly next: string | null }> {
    const { filter, after, limit } = readList(query);
    const letters = await this.ports.deadLetters.list(filter, after, limit + 1);
    const shown = letters.slice(0, limit);
    const last = letters.length > limit ? shown.at(-1) : undefined;
    return { deadLetters: shown.map(presentDeadLetter), next: last === undefined ? null : cursorOf(last) };
  }

  /** The open ones that failed alike, those with the most first. */
  @Get('groups')
  async groups(@Query() query: unknown): Promise<{ readonly groups: readonly ReturnType<typeof presentGroup>[] }> {
    const { stream, limit } = readGroups(query);
    return { groups: (await this.ports.deadLetters.groups(stream, limit)).map(presentGroup) };
  }

  @Get(':stream/:partition/:offset')
  async get(
    @Param() parameters: unknown,
  ): Promise<PresentedDeadLetter & { readonly record: PresentedRecord; readonly actions: readonly PresentedAction[] }> {
    const place = readPlace(parameters);
    const found = await this.ports.deadLetters.get(place, place.offset);
    if (found === null) throw new TwofoldError('not-found', `there is no dead letter there, or it is not archived yet`);
    const actions = await this.ports.deadLetters.actionsOf(place, place.offset, MAX_ACTIONS);
    return {
      ...presentDeadLetter(found.letter),
      record: presentRecord(found.record),
      actions: actions.map(presentAction),
    };
  }

  @Post(':stream/:partition/:offset/redrive')
  @HttpCode(HttpStatus.ACCEPTED)
  async redrive(@Param() parameters: unknown, @Body() body: unknown): Promise<PresentedAction> {
    const place = readPlace(parameters);
    const { decision, event } = readRedrive(body);
    return presentAction(await resolveDeadLetter(this.ports, partitionOf(place), place.offset, decision, event));
  }

  @Post(':stream/:partition/:offset/discard')
  @HttpCode(HttpStatus.ACCEPTED)
  async discard(@Param() parameters: unknown, @Body() body: unknown): Promise<PresentedAction> {
    const place = readPlace(parameters);
    const decision = readDecision('discard', body);
    return presentAction(await resolveDeadLetter(this.ports, partitionOf(place), place.offset, decision, undefined));
  }

  /** Those that failed alike, from the cursor on: `next` goes on where this call ends. */
  @Post('resolve')
  @HttpCode(HttpStatus.ACCEPTED)
  async resolve(@Body() body: unknown): Promise<{ readonly resolved: number; readonly next: string | null }> {
    const { alike, after, limit, decision } = readAlike(body);
    const { resolved, next } = await resolveAlike(this.ports, alike, after, limit, decision);
    return { resolved, next: next === null ? null : cursorOf(next) };
  }
}

const partitionOf = ({ stream, partition }: { readonly stream: string; readonly partition: number }) => ({
  stream,
  partition,
});
