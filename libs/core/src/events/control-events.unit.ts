import { describe, expect, it } from '@jest/globals';
import { controlEvent, readControlEvent } from './control-events.js';

const about = { id: 'c-1', timeMs: 1 };
const published = controlEvent(
  'generation.published',
  { view: 'delays', version: 'v1', generation: 3, cut: { flights: [1, 2] } },
  about,
);

describe('a control event', () => {
  it('is heard as it was told', () => {
    expect(readControlEvent(published)).toEqual(published);
    expect(published).toMatchObject({ type: 'generation.published', version: 1, id: 'c-1', timeMs: 1 });
  });

  it('is ordered by its view, its rebuild or its replay', () => {
    expect(published.subject).toBe('delays');
    const requested = { rebuildId: 'r-1', view: 'delays', version: 'v1' };
    expect(controlEvent('view.rebuild-requested', requested, about).subject).toBe('r-1');
    expect(controlEvent('replay.changed', { replayId: 'r-2' }, about).subject).toBe('r-2');
  });

  it('tells a long detail cut, so that it is heard', () => {
    const progress = { rebuildId: 'r-1', state: 'failed', detail: 'x'.repeat(5000), generation: null } as const;
    const told = controlEvent('view.rebuild-progressed', progress, about);
    expect(readControlEvent(told).data).toEqual({ ...progress, detail: 'x'.repeat(2000) });
  });

  it.each([
    ['unknown-event-type', '/type', { type: 'view.painted' }],
    ['unknown-event-type', '/type', { type: 'toString' }],
    ['unknown-event-version', '/version', { version: 2 }],
    ['invalid-data', '/data/generation', { data: { ...published.data, generation: -1 } }],
    ['invalid-data', '/data/view', { data: { ...published.data, view: '' } }],
    ['invalid-data', '/data/cut', { data: { ...published.data, cut: { flights: ['1'] } } }],
    ['invalid-data', '/data/cut', { data: { ...published.data, cut: null } }],
    ['invalid-data', '/data/replayId', { type: 'replay.changed', data: { replayId: '' } }],
  ])('is refused with %s at %s', (code, pointer, wrong) => {
    expect(() => readControlEvent({ ...published, ...wrong })).toThrow(expect.objectContaining({ code, pointer }));
  });

  it.each([
    ['state', 'lost'],
    ['detail', 7],
    ['generation', 'three'],
    ['rebuildId', undefined],
  ])('about progress is refused with the %s %p', (field, value) => {
    const data = { rebuildId: 'r', state: 'building', detail: '', generation: null, [field]: value };
    const heard = { ...about, type: 'view.rebuild-progressed', version: 1, subject: 'r', data };
    expect(() => readControlEvent(heard)).toThrow(expect.objectContaining({ pointer: `/data/${field}` }));
  });
});
