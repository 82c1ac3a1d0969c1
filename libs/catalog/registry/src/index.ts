import { accounts } from '@twofold/catalog-accounts';
import { flights } from '@twofold/catalog-flights';
import { defineCatalog, type Catalog } from '@twofold/core';
import { catalogOf } from './catalog-of.js';

const given = process.env['TWOFOLD_CATALOG'];

/** All domains together. A new domain is added here. Where `TWOFOLD_CATALOG` names a module, its `catalog` instead. */
export const catalog: Catalog = given
  ? await catalogOf(given)
  : defineCatalog({
      events: [...flights.events, ...accounts.events],
      views: [...flights.views, ...accounts.views],
      projections: [...flights.projections, ...accounts.projections],
    });
