import {
  TwofoldError,
  type Catalog,
  type DeclaredCatalog,
  type EventType,
  type LoadFailure,
  type Projection,
  type ViewDefinition,
} from '@twofold/core';
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** The catalog of a checkout as it can be loaded. */
export type LoadedCatalog = DeclaredCatalog & {
  /** Put together; null: it cannot be. */
  readonly catalog: Catalog | null;
  /** Why it cannot be. */
  readonly refusal: LoadFailure | null;
};

const REGISTRY = 'libs/catalog/registry/src/index.ts';
const MODULES = 'libs/catalog/*/src/{events,projections,views}/**/*.ts';

/** Loads the catalog of the checkout at `root`: where it cannot be put together, module by module. */
export async function declaredCatalog(root: string): Promise<LoadedCatalog> {
  try {
    const { catalog } = (await load(root, REGISTRY)) as { readonly catalog: Catalog };
    const views = catalog.views.flatMap(({ definition }) => (definition.kind === 'view' ? [definition] : []));
    const projections = catalog.views.flatMap(({ projection }) => projection ?? []);
    return {
      events: catalog.events,
      views,
      projections,
      streams: catalog.streams,
      failures: [],
      catalog,
      refusal: null,
    };
  } catch (error) {
    const refusal = { file: REGISTRY, reason: reasonOf(error) };
    return { ...(await moduleByModule(root)), catalog: null, refusal };
  }
}

async function moduleByModule(root: string): Promise<DeclaredCatalog> {
  const exported = new Set<unknown>();
  const failures: LoadFailure[] = [];
  for (const file of globSync(MODULES, { cwd: root }).sort()) {
    if (/\.(unit|type)\.ts$/.test(file)) continue;
    try {
      for (const value of Object.values(await load(root, file))) exported.add(value);
    } catch (error) {
      failures.push({ file, reason: reasonOf(error) });
    }
  }
  const values = [...exported];
  return {
    ...{ events: values.filter(isEvent), views: values.filter(isView), projections: values.filter(isProjection) },
    ...{ streams: null, failures },
  };
}

const load = async (root: string, file: string): Promise<object> =>
  (await import(pathToFileURL(join(root, file)).href)) as object;

const isOfKind = (value: unknown, kind: string): boolean =>
  typeof value === 'object' && value !== null && 'kind' in value && value.kind === kind;
const isEvent = (value: unknown): value is EventType => isOfKind(value, 'event-type');
const isView = (value: unknown): value is ViewDefinition => isOfKind(value, 'view');
const isProjection = (value: unknown): value is Projection => isOfKind(value, 'projection');

const reasonOf = (error: unknown): string => {
  if (error instanceof TwofoldError && error.pointer !== undefined) return `${error.message} (${error.pointer})`;
  return error instanceof Error ? error.message : String(error);
};
