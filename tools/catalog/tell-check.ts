import type { EventChange, ViewCause, ViewChange } from '@twofold/core';
import type { CatalogCheck } from './check-catalog.ts';

/** The check for people: a line for each thing that is not as it was. */
export function tellCheck(check: CatalogCheck): string {
  const { comparison, failures, refusal, stale } = check;
  const unchanged = comparison.views.filter(({ outcome }) => outcome === 'unchanged').map(({ view }) => view);
  const lines = [
    ...comparison.streams.map(({ stream, reason }) => line('break', `stream ${stream}: ${reason}`)),
    ...comparison.events.map(tellEvent),
    ...comparison.views.filter(({ outcome }) => outcome !== 'unchanged').flatMap(tellView),
    ...(unchanged.length === 0 ? [] : [line('unchanged', `views ${unchanged.join(', ')}`)]),
    // a module that throws is why the whole cannot be put together
    ...(refusal === null || failures.length > 0 ? failures : [refusal]).map(({ file, reason }) =>
      line('refused', `${file}: ${reason}`),
    ),
    ...stale.map((path) => line('not current', `${path}: npm run catalog:generate`)),
  ];
  return [tellAgainst(check), '', ...lines, '', check.passes ? 'Nothing breaks.' : 'This does not pass.', ''].join(
    '\n',
  );
}

function tellAgainst({ against, hadLock }: CatalogCheck): string {
  if (against === null)
    return 'The catalog, compared with nothing: there is no main here, and nothing before it (see --against)';
  const revision = `${against.name} (${against.commit.slice(0, SHORT)})`;
  return hadLock
    ? `The catalog, compared with ${revision}`
    : `The catalog, compared with ${revision}, which has no catalog.lock.json: all is new`;
}

/** Of a commit's name, as git shows it. */
const SHORT = 7;
const WORD = 12;
const line = (word: string, text: string): string => `  ${word.padEnd(WORD)}${text}`;

const tellEvent = ({ effect, type, version, field, reason }: EventChange): string =>
  line(
    effect,
    `event ${type}${version === null ? '' : ` version ${version}`}${field === null ? '' : `, field ${field}`}: ${reason}`,
  );

function tellView({ view, outcome, before, after, causes }: ViewChange): readonly string[] {
  const versions = outcome === 'changed' ? `: ${before} becomes ${after}` : '';
  return [line(outcome, `view ${view}${versions}`), ...causes.map((cause) => line('', `  ${tellCause(cause)}`))];
}

function tellCause({ what, pointer, field, reason }: ViewCause): string {
  const place = [pointer, field === null ? null : `field ${field}`].filter((part) => part !== null).join(', ');
  return `${what}${place === '' ? '' : ` (${place})`}: ${reason}`;
}
