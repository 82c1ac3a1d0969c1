import { Body, Controller, Get, HttpCode, HttpStatus, Inject, Param, Post, Query, Res } from '@nestjs/common';
import { TwofoldError, migrationsOf } from '@twofold/core';
import {
  commandMigration,
  describeMigration,
  planMigration,
  requestMigration,
  type CommandMigrationPorts,
  type DescribeMigrationPorts,
  type MigrationPlan,
  type MigrationProgress,
  type PlanMigrationPorts,
} from '@twofold/flows';
import type { HttpReply } from '@twofold/platform';
import type { ArchiveEdition } from '@twofold/ports';
import {
  isMigrationCommand,
  readMigrationCommand,
  readMigrationId,
  readMigrationList,
  readMigrationPlan,
  readMigrationRequest,
} from './archive-requests.js';
import {
  presentMigration,
  presentMigrationEvent,
  type PresentedMigration,
  type PresentedMigrationEvent,
} from './present-migration.js';
import { MIGRATION_PORTS } from './tokens.js';

export type MigrationPorts = CommandMigrationPorts & DescribeMigrationPorts & PlanMigrationPorts;

/** `GET /v1/archive/editions`, `GET` and `POST /v1/archive/migrations…` */
@Controller('v1/archive')
export class ArchiveController {
  constructor(@Inject(MIGRATION_PORTS) private readonly ports: MigrationPorts) {}

  @Get('editions')
  async editions(): Promise<{ readonly editions: readonly ArchiveEdition[] }> {
    return { editions: await this.ports.editions.list() };
  }

  @Post('migrations/plan')
  @HttpCode(HttpStatus.OK)
  plan(@Body() body: unknown): Promise<MigrationPlan> {
    return planMigration(this.ports, readMigrationPlan(body));
  }

  @Post('migrations')
  @HttpCode(HttpStatus.ACCEPTED)
  async start(@Body() body: unknown, @Res({ passthrough: true }) reply: HttpReply): Promise<PresentedMigration> {
    const { asked, who } = readMigrationRequest(body);
    const migration = await requestMigration(this.ports, asked, who);
    reply.header('location', `/v1/archive/migrations/${migration.id}`);
    return presentMigration(migration);
  }

  /** Newest first. */
  @Get('migrations')
  async list(@Query() query: unknown): Promise<{ readonly migrations: readonly PresentedMigration[] }> {
    const { limit } = readMigrationList(query);
    const migrations = migrationsOf(await this.ports.journal.events());
    return { migrations: migrations.toReversed().slice(0, limit).map(presentMigration) };
  }

  @Get('migrations/:id')
  async get(@Param('id') id: string): Promise<
    PresentedMigration & {
      readonly progress: MigrationProgress;
      readonly events: readonly PresentedMigrationEvent[];
    }
  > {
    const { migration, progress } = await describeMigration(this.ports, readMigrationId(id));
    const events = (await this.ports.journal.events()).filter((event) => event.migration === id);
    return { ...presentMigration(migration), progress, events: events.map(presentMigrationEvent) };
  }

  /** What was decided stands when this answers; it is done after it. */
  @Post('migrations/:id/:command')
  @HttpCode(HttpStatus.ACCEPTED)
  async command(
    @Param('id') id: string,
    @Param('command') kind: string,
    @Body() body: unknown,
  ): Promise<PresentedMigration> {
    if (!isMigrationCommand(kind)) throw new TwofoldError('not-found', `there is no command ${JSON.stringify(kind)}`);
    const { command, who } = readMigrationCommand(kind, body);
    return presentMigration(await commandMigration(this.ports, readMigrationId(id), command, who));
  }
}
