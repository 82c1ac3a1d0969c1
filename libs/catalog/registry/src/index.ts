import { accounts } from '@twofold/catalog-accounts';
import { flights } from '@twofold/catalog-flights';
import { defineCatalog, type Catalog } from '@twofold/core';

/** All domains together. A new domain is added here. */
export const catalog: Catalog = defineCatalog({
  events: [...flights.events, ...accounts.events],
  views: [...flights.views, ...accounts.views],
});
