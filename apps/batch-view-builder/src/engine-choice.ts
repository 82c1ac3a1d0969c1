import { TwofoldError, type ViewPlan } from '@twofold/core';
import type { BatchEngine } from '@twofold/ports';
import { z } from 'zod';

export const ENGINES = ['duckdb', 'fold'] as const;
export type EngineName = (typeof ENGINES)[number];

export const engineName = z.enum(ENGINES, { error: `must be one of ${ENGINES.join(', ')}` });

/** Views that have an engine of their own. */
export type EngineByView = ReadonlyMap<string, EngineName>;

/** `view=engine`, several divided by commas, of the views that there are. */
export const engineByView = (views: readonly ViewPlan[]) =>
  z
    .string()
    .default('')
    .transform((text, context): EngineByView => {
      const chosen = new Map<string, EngineName>();
      for (const pair of text.split(',').filter((one) => one.trim() !== '')) {
        const [view = '', name] = pair.split('=', 2).map((word) => word.trim());
        const engine = ENGINES.find((known) => known === name);
        const problems = [
          ...(views.some(({ id }) => id.name === view) ? [] : [`names ${view}, which is no view of the catalog`]),
          ...(chosen.has(view) ? [`names ${view} twice`] : []),
          ...(engine === undefined ? [`must give ${view} one of ${ENGINES.join(', ')}`] : []),
        ];
        for (const message of problems) context.addIssue({ code: 'custom', message });
        if (engine !== undefined) chosen.set(view, engine);
      }
      return chosen;
    });

/** The engines there are, and which of them computes a view: of projections, one of their own. Answers are the same from each. */
export class EngineChoice {
  constructor(
    private readonly engines: Readonly<Record<EngineName, BatchEngine>>,
    private readonly ofProjections: BatchEngine,
    private readonly byDefault: EngineName,
    private readonly byView: EngineByView,
  ) {}

  engineOf({ id, projection }: ViewPlan): BatchEngine {
    if (projection !== null) return this.ofProjections;
    return this.engines[this.byView.get(id.name) ?? this.byDefault];
  }

  /** @throws TwofoldError `invalid-configuration`: there is none of that name */
  named(name: string, { projection }: ViewPlan): BatchEngine {
    const known = ENGINES.find((engine) => engine === name);
    if (known !== undefined) return projection === null ? this.engines[known] : this.ofProjections;
    throw new TwofoldError(
      'invalid-configuration',
      `there is no batch engine ${JSON.stringify(name)}; there are: ${ENGINES.join(', ')}`,
    );
  }

  async close(): Promise<void> {
    await Promise.all(Object.values(this.engines).map((engine) => engine.close()));
  }
}
