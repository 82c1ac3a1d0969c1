import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CatalogCheckout } from './catalog-checkout.ts';

const FLIGHT_LANDED = 'libs/catalog/flights/src/events/flight-landed.ts';
const DELAYS = 'libs/catalog/flights/src/views/delays-by-airport.ts';
const INDEX = 'libs/catalog/flights/src/index.ts';

/** A next version in which `delay` is `lateness`, at the end of the file of the first. */
const RENAMED = `
export const flightLanded2 = defineEvent({
  type: 'flight.landed',
  stream: 'flights',
  from: flightLanded,
  data: { lateness: int(), distance: int(), origin: string({ maxLength: 16 }) },
  upcast: ({ delay }) => ({ lateness: delay }),
});
`;

describe('npm run catalog:check', () => {
  let checkout: CatalogCheckout;
  beforeEach(() => {
    checkout = new CatalogCheckout();
    checkout.git('switch', '--quiet', '--create', 'change');
    checkout.git('commit', '--quiet', '--allow-empty', '--message', 'a change');
  });
  afterEach(() => checkout[Symbol.dispose]());

  /** Adds the second version to the catalog. */
  const addVersion = (): void => {
    checkout.write(FLIGHT_LANDED, `${checkout.read(FLIGHT_LANDED)}${RENAMED}`);
    checkout.edit(INDEX, 'import { flightLanded }', 'import { flightLanded, flightLanded2 }');
    checkout.edit(INDEX, 'events: [flightLanded', 'events: [flightLanded2, flightLanded');
  };
  const editViews = (from: string, to: string): void => {
    for (const view of ['delays-by-airport', 'network-by-hour'])
      checkout.edit(`libs/catalog/flights/src/views/${view}.ts`, from, to);
  };

  it('passes where nothing changed, and says what it compared with', () => {
    const { status, said } = checkout.run('check');
    expect({ status, said }).toMatchObject({ status: 0, said: expect.stringContaining('compared with main (') });
    expect(said).toContain('unchanged   views cancellations, delays-by-airport, network-by-hour');
    expect(said).toContain('Nothing breaks.');
  });

  it('fails where a change breaks a view: with view, place, field and reason', () => {
    addVersion();
    editViews('flightLanded', 'flightLanded2');
    const { status, said } = checkout.run('check');
    expect({ status, said }).toMatchObject({
      status: 1,
      said: expect.stringContaining('broken      view delays-by-airport'),
    });
    expect(said).toContain(
      'not-definable (/measures/totalDelay/of, field delay): flight.landed version 2 has no field delay',
    );
    expect(said).toContain('compatible  event flight.landed version 2: is new');
    expect(said).toContain(`refused     ${DELAYS}: `);
    expect(said).toContain('This does not pass.');
  });

  it('passes where the views follow, and says what their new versions come from', () => {
    addVersion();
    editViews('flightLanded', 'flightLanded2');
    editViews('flight.delay', 'flight.lateness');
    expect(checkout.run('generate')).toMatchObject({ status: 0 });
    const { status, said } = checkout.run('check');
    expect({ status, said }).toMatchObject({ status: 0 });
    expect(said).toMatch(/changed {5}view delays-by-airport: [0-9a-f]{16} becomes [0-9a-f]{16}\n/);
    expect(said).toContain('event: reads flight.landed at version 2, not 1');
    expect(said).toContain('event (field delay): flight.landed: delay is gone; it was int()');
    expect(said).toContain('unchanged   views cancellations\n');
  });

  it('fails where a published version is changed in place', () => {
    checkout.edit(FLIGHT_LANDED, 'maxLength: 16', 'maxLength: 17');
    checkout.run('generate');
    const { status, said } = checkout.run('check');
    expect({ status, said }).toMatchObject({ status: 1 });
    expect(said).toContain(
      'break       event flight.landed version 1, field origin: was string({ maxLength: 16 }), is string({ maxLength: 17 });',
    );
  });

  it('fails where what is generated is not current, and generate mends it', () => {
    checkout.edit(DELAYS, 'max(flight.delay)', 'max(flight.distance)');
    checkout.write('docs/catalog/flight.lost.1.schema.json', '{}');
    const { status, said } = checkout.run('check');
    expect(status).toBe(1);
    expect(said).toContain('not current catalog.lock.json: npm run catalog:generate');
    expect(said).toContain('not current docs/catalog/flight.lost.1.schema.json');
    expect(checkout.run('generate').said).toBe('catalog.lock.json\ndocs/catalog/flight.lost.1.schema.json\n');
    expect(checkout.run('generate').said).toBe('all is current\n');
    expect(checkout.run('check')).toMatchObject({ status: 0 });
  });

  it('fails where views stay at the version before, and says what they would miss', () => {
    addVersion();
    const { status, said } = checkout.run('check');
    expect(status).toBe(1);
    expect(said).toContain('views read the newest, which is 2');
    expect(said).toContain('field delay): flight.landed version 2 has no field delay');
  });

  it('answers as JSON', () => {
    const { status, said } = checkout.run('check', '--json');
    expect(status).toBe(0);
    const view = { view: 'delays-by-airport', outcome: 'unchanged', causes: [] };
    expect(JSON.parse(said)).toMatchObject({
      ...{ passes: true, against: { name: 'main' }, refusal: null, stale: [] },
      comparison: { events: [], views: expect.arrayContaining([expect.objectContaining(view)]) },
    });
  });

  it('compares with the revision that is asked for, on main with the one before, and with origin/main where that is', () => {
    checkout.edit(DELAYS, 'max(flight.delay)', 'max(flight.distance)');
    checkout.run('generate');
    checkout.commit('another maximum');
    expect(checkout.run('check', '--against', 'HEAD').said).not.toContain('changed     view');
    expect(checkout.run('check').said).toContain('changed     view delays-by-airport');
    checkout.git('switch', '--quiet', 'main');
    checkout.git('merge', '--quiet', 'change');
    expect(checkout.run('check').said).toContain('compared with HEAD^ (');
    expect(checkout.run('check').said).toContain('changed     view delays-by-airport');
    checkout.git('update-ref', 'refs/remotes/origin/main', 'HEAD^');
    expect(checkout.run('check').said).toContain('compared with origin/main (');
    checkout.git('update-ref', '-d', 'refs/remotes/origin/main');
    checkout.edit(DELAYS, 'max(flight.distance)', 'max(flight.delay)');
    checkout.run('generate');
    expect(checkout.run('check').said).toContain('compared with main (');
  });

  it('compares with nothing where there is no main, and takes all for new where main has no lock', () => {
    checkout.git('branch', '--quiet', '--delete', '--force', 'main');
    expect(checkout.run('check')).toMatchObject({ status: 0, said: expect.stringContaining('compared with nothing') });
    checkout.git('rm', '--quiet', '--cached', 'catalog.lock.json');
    checkout.git('commit', '--quiet', '--message', 'no lock');
    const { status, said } = checkout.run('check', '--against', 'HEAD');
    expect({ status, said }).toMatchObject({ status: 0, said: expect.stringContaining('all is new') });
    expect(said).toContain('added       view delays-by-airport');
  });

  it('says what is wrong with the question', () => {
    expect(checkout.run('check', '--against', 'nowhere')).toEqual({
      status: 2,
      said: 'there is no revision nowhere\n',
    });
    expect(checkout.run('check', '--agains', 'main')).toMatchObject({
      status: 2,
      said: expect.stringContaining('--against <revision>'),
    });
    expect(checkout.run('check', '--help')).toMatchObject({ status: 0, said: expect.stringContaining('--json') });
  });
});
