import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { parse, parseAllDocuments } from 'yaml';
import type { KubernetesObject } from './kubernetes-object.ts';

/** The objects of a kustomize base as its files have them, whether or not kubectl is at hand. */
export function writtenObjects(directory: string): readonly KubernetesObject[] {
  const { resources } = parse(readFileSync(`${directory}/kustomization.yaml`, 'utf8')) as {
    readonly resources: readonly string[];
  };
  return resources.flatMap((file) => objectsIn(readFileSync(`${directory}/${file}`, 'utf8')));
}

/** The objects as `kubectl kustomize` renders them; null where there is no kubectl. */
export function renderedObjects(directory: string): readonly KubernetesObject[] | null {
  try {
    return objectsIn(execFileSync('kubectl', ['kustomize', directory], { encoding: 'utf8' }));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

function objectsIn(yaml: string): readonly KubernetesObject[] {
  return parseAllDocuments(yaml).map((document) => {
    if (document.errors.length > 0) throw new Error(document.errors.join('\n'));
    return document.toJS() as KubernetesObject;
  });
}
