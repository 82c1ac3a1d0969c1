import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';

/** As much of a Compose file as the checks look at. */
export type ComposeService = {
  readonly image?: string;
  readonly build?: { readonly context?: string; readonly dockerfile?: string; readonly args?: Variables };
  readonly environment?: Variables;
  readonly depends_on?: Readonly<Record<string, { readonly condition?: string }>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly healthcheck?: unknown;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
};

export type Variables = Readonly<Record<string, string | number>>;

export type ComposeFile = {
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly volumes: readonly string[];
};

/** A Compose file with those that it includes, anchors and merges resolved; variables are left as they stand. */
export function readComposeFile(path: string): ComposeFile {
  const file = parse(readFileSync(path, 'utf8'), { merge: true }) as {
    readonly include?: readonly string[];
    readonly services?: Readonly<Record<string, ComposeService>>;
    readonly volumes?: Readonly<Record<string, unknown>>;
  };
  const included = (file.include ?? []).map((name) => readComposeFile(join(dirname(path), name)));
  const own: ComposeFile = { services: file.services ?? {}, volumes: Object.keys(file.volumes ?? {}) };
  return [...included, own].reduce((all, each) => {
    const twice = Object.keys(each.services).find((name) => name in all.services);
    if (twice !== undefined) throw new Error(`${path} declares ${twice}, which an included file has`);
    return { services: { ...all.services, ...each.services }, volumes: [...all.volumes, ...each.volumes] };
  });
}
