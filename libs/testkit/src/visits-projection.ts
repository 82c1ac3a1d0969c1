import {
  canonicalJson,
  boolean,
  defineEvent,
  defineProjection,
  int,
  optional,
  planProjection,
  string,
  type Json,
  type ViewPlan,
  type ViewRow,
} from '@twofold/core';
import { uniqueWord } from './things-view.js';

/** A projection of its own each time: how often somebody came, and what they said last. */
export function visitsProjection(): ViewPlan {
  const visited = defineEvent({ type: 'place.visited', stream: uniqueWord(), data: { said: optional(string()) } });
  const projection = defineProjection({
    name: `visits-${uniqueWord()}`,
    from: visited,
    init: () => ({ times: 0, said: null as string | null }),
    evolve: ({ times, said }, { data }) => ({ times: times + 1, said: data.said ?? said }),
    present: ({ times, said }) => ({ times, said, isQuiet: said === null }),
    measures: { times: int(), said: optional(string({ maxLength: 1_000 })), isQuiet: boolean() },
  });
  return planProjection(projection, [visited]);
}

/** A row of it. The state is of so many events, whatever it says. */
export const visit = (subject: string, events: number, said: Json = null): ViewRow => ({
  dimensions: [subject],
  window: 0,
  parts: [canonicalJson([events, { times: events, said }])],
});
