import { setTimeout as pause } from 'node:timers/promises';
import { ask } from './gateway.ts';
import type { Feed } from './feed.ts';

/** On a terminal one line is rewritten this often; elsewhere a line a second is enough. */
const EVERY_MS = process.stdout.isTTY ? 250 : 1_000;

const count = (value: number): string => value.toLocaleString('en');

/** Shows one merged answer growing until told to stop. Tells of each generation that it sees. */
export async function watchAnswer(
  gatewayUrl: string,
  feed: Feed,
  generationSeen: (generation: number) => void,
  stop: AbortSignal,
): Promise<void> {
  const beganAtMs = Date.now();
  while (!stop.aborted) {
    const { rows, answer } = await ask(gatewayUrl, 'delays-by-airport', {
      airport: 'ATL',
      orderBy: '-window',
      limit: '1',
    });
    generationSeen(answer.generation);
    const [row] = rows;
    const day = (row?.['window'] as { start: string } | undefined)?.start.slice(0, 10) ?? '–';
    const { ageMs, lagEvents } = answer.freshness;
    const perSecond = Math.round((feed.sent() * 1000) / Math.max(1, Date.now() - beganAtMs));
    show(
      [
        `${count(feed.sent()).padStart(9)} sent${feed.isLive() ? ', live' : `, ${count(perSecond)}/s`}`,
        `ATL ${day}: ${count(Number(row?.['flights'] ?? 0))} flights, ${Number(row?.['averageDelay'] ?? 0).toFixed(1)} min late`,
        `generation ${answer.generation} ⊕ speed (rows ${answer.parts.batchRows} + ${answer.parts.speedRows})`,
        `at [${Object.values(answer.offsets).flat().map(count).join(' ')}]`,
        `${ageMs ?? '–'} ms old, ${lagEvents === null ? '?' : count(lagEvents)} wait${answer.catchingUp ? ', catching up' : ''}`,
      ].join(' │ '),
    );
    await pause(EVERY_MS, undefined, { signal: stop }).catch(() => undefined);
  }
  if (process.stdout.isTTY) process.stdout.write('\n');
}

function show(line: string): void {
  process.stdout.write(
    process.stdout.isTTY ? `\r\x1b[K${line.slice(0, (process.stdout.columns || 200) - 1)}` : `${line}\n`,
  );
}
