import { describe, expect, it } from '@jest/globals';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { KubernetesObject } from './kubernetes-object.ts';
import {
  archiveProblems,
  openProblems,
  probeProblems,
  resourceProblems,
  restrictionProblems,
  secretProblems,
  serviceProblems,
} from './object-rules.ts';
import { renderedObjects, writtenObjects } from './read-base.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const base = `${root}k8s/base`;
const written = writtenObjects(base);
const rendered = renderedObjects(base);
const apps = readdirSync(`${root}apps`).sort();

/** The schema of the object's own kind, as the cluster has it. */
async function validate(object: KubernetesObject): Promise<void> {
  const kinds = (await import(`kubernetes-models/${object.apiVersion}`)) as Readonly<
    Record<string, new (data: KubernetesObject) => { validate(): void }>
  >;
  const Kind = kinds[object.kind];
  if (Kind === undefined) throw new Error(`there is no ${object.kind} in ${object.apiVersion}`);
  new Kind(object).validate();
}

/** A copy of the base in which something of one object is otherwise. */
function spoilt(kind: string, name: string, spoil: (yaml: string) => string): readonly KubernetesObject[] {
  return written.map((object) => {
    if (object.kind !== kind || object.metadata.name !== name) return object;
    const before = JSON.stringify(object);
    const after = spoil(before);
    if (after === before) throw new Error('nothing was spoilt');
    return JSON.parse(after) as KubernetesObject;
  });
}

describe.each([
  ['as written', written],
  ...(rendered === null ? [] : [['as kubectl renders it', rendered] as const]),
] as const)('the kustomize base, %s', (_, objects) => {
  it('has a Deployment of each app, from its own image', () => {
    const deployments = objects.filter(({ kind }) => kind === 'Deployment');
    expect(deployments.map(({ metadata }) => metadata.name).sort()).toEqual(apps);
    for (const { metadata, spec } of deployments) {
      const [container, ...others] = spec?.template?.spec?.containers ?? [];
      expect(container?.image?.split(':')[0]).toBe(`twofold/${metadata.name}`);
      expect(others).toEqual([]);
    }
  });

  it('is valid by the schema of every kind', async () => {
    expect(objects.length).toBeGreaterThan(apps.length);
    for (const object of objects) await validate(object);
  });

  it('runs restricted, probed, within bounds, found by its Services, closed to other namespaces', () => {
    expect(restrictionProblems(objects)).toEqual([]);
    expect(probeProblems(objects)).toEqual([]);
    expect(resourceProblems(objects)).toEqual([]);
    expect(secretProblems(objects)).toEqual([]);
    expect(serviceProblems(objects)).toEqual([]);
    expect(openProblems(objects)).toEqual([]);
    expect(archiveProblems(objects)).toEqual([]);
  });
});

describe('kubectl', () => {
  const withKubectl = rendered === null ? it.skip : it;
  withKubectl('renders every object into the namespace, with a tag on every image', () => {
    const objects = rendered ?? [];
    expect(objects).toHaveLength(written.length);
    for (const { kind, metadata, spec } of objects) {
      if (kind !== 'Namespace') expect(metadata.namespace).toBe('twofold');
      for (const { image } of spec?.template?.spec?.containers ?? []) expect(image).toMatch(/:\d+\.\d+\.\d+$/);
    }
  });
});

describe('the checks of the base', () => {
  it('refuse a value of another type, and a field that is missing', async () => {
    for (const [from, to] of [
      ['"replicas":2', '"replicas":"two"'],
      ['"selector"', '"select"'],
    ] as const) {
      const [ingest] = spoilt('Deployment', 'ingest', (json) => json.replace(from, to)).filter(
        ({ kind, metadata }) => kind === 'Deployment' && metadata.name === 'ingest',
      );
      await expect(validate(ingest as KubernetesObject)).rejects.toThrow();
    }
  });

  it.each([
    ['"runAsNonRoot":true', '"runAsNonRoot":false', 'ingest may run as root'],
    ['"runAsUser":1000', '"runAsUser":0', 'ingest may run as root'],
    ['RuntimeDefault', 'Unconfined', 'ingest has no seccomp profile'],
    ['"allowPrivilegeEscalation":false', '"allowPrivilegeEscalation":true', 'ingest may gain privileges'],
    ['"readOnlyRootFilesystem":true', '"readOnlyRootFilesystem":false', 'ingest may write to its root file system'],
    ['"ALL"', '"CHOWN"', 'ingest keeps capabilities'],
  ])('refuse a pod with %s changed to %s', (from, to, problem) => {
    expect(restrictionProblems(spoilt('Deployment', 'ingest', (json) => json.replace(from, to)))).toEqual([problem]);
  });

  it('refuse a probe at another path, or on another port', () => {
    const path = spoilt('Deployment', 'ingest', (json) => json.replace('/health/ready', '/ready'));
    expect(probeProblems(path)).toEqual(['ingest has no readinessProbe at /health/ready']);
    const port = spoilt('Deployment', 'ingest', (json) => json.replace('"name":"http"', '"name":"web"'));
    expect(probeProblems(port)).toHaveLength(3);
  });

  it('refuse a container without requests', () => {
    const objects = spoilt('Deployment', 'ingest', (json) => json.replace('"requests"', '"wishes"'));
    expect(resourceProblems(objects)).toEqual(['ingest has no requests of cpu', 'ingest has no requests of memory']);
  });

  it('refuse a password in the open', () => {
    const objects = spoilt('Deployment', 'serving-gateway', (json) => json.replace('"valueFrom"', '"value"'));
    expect(secretProblems(objects)).toEqual(['serving-gateway has REDIS_URL in the open']);
    const secret: KubernetesObject = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'twofold-servers' } };
    expect(secretProblems([secret])).toHaveLength(1);
  });

  it('refuse a Service that finds nothing, or leads nowhere', () => {
    const nobody = spoilt('Service', 'ingest', (json) =>
      json.replace('"selector":{"app.kubernetes.io/name":"ingest"', '"selector":{"app.kubernetes.io/name":"x"'),
    );
    expect(serviceProblems(nobody)).toEqual(['the Service ingest finds 0 Deployments']);
    const nowhere = spoilt('Service', 'ingest', (json) => json.replace('"targetPort":"http"', '"targetPort":"web"'));
    expect(serviceProblems(nowhere)).toEqual(['the Service ingest leads to a port that is not there']);
  });

  it('refuse an app that anybody may reach', () => {
    const policy = spoilt('NetworkPolicy', 'within-the-namespace', (json) =>
      json.replace(
        '"podSelector":{"matchLabels":{"app.kubernetes.io/part-of":',
        '"podSelector":{"matchLabels":{"other":',
      ),
    );
    expect(openProblems(policy)).toHaveLength(apps.length);
  });

  it('refuse an archive that dies with its pod', () => {
    const objects = spoilt('Deployment', 'batch-view-builder', (json) =>
      json.replace('"persistentVolumeClaim":{"claimName":"archive"}', '"emptyDir":{}'),
    );
    expect(archiveProblems(objects)).toEqual(['batch-view-builder loses its archive']);
  });
});
