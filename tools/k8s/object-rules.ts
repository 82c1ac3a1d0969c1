import type { Container, KubernetesObject, Labels, PodSpec, Probe } from './kubernetes-object.ts';

/** What a cluster's schema does not ask for, and we do. Each rule is a list of what breaks it, in words. */

const PROBES = {
  startupProbe: '/health/started',
  livenessProbe: '/health/live',
  readinessProbe: '/health/ready',
} as const;
/** Hold passwords, so they come from a Secret. */
const SECRET_VARIABLES = ['DATABASE_URL', 'REDIS_URL'];

/** Pods run as the `restricted` standard wants them, and without a way to write to their own image. */
export const restrictionProblems = (objects: readonly KubernetesObject[]): readonly string[] =>
  podsOf(objects).flatMap(({ name, pod }) => {
    const { runAsNonRoot, runAsUser, seccompProfile } = pod.securityContext ?? {};
    return [
      ...unless(runAsNonRoot === true && (runAsUser ?? 0) > 0, `${name} may run as root`),
      ...unless(seccompProfile?.type === 'RuntimeDefault', `${name} has no seccomp profile`),
      ...containersOf(pod).flatMap(({ securityContext }) => [
        ...unless(securityContext?.allowPrivilegeEscalation === false, `${name} may gain privileges`),
        ...unless(securityContext?.readOnlyRootFilesystem === true, `${name} may write to its root file system`),
        ...unless(securityContext?.capabilities?.drop?.includes('ALL') === true, `${name} keeps capabilities`),
      ]),
    ];
  });

/** Every container has the three probes, at the paths that the apps serve, on a port that it has. */
export const probeProblems = (objects: readonly KubernetesObject[]): readonly string[] =>
  podsOf(objects).flatMap(({ name, pod }) =>
    containersOf(pod).flatMap((container) =>
      Object.entries(PROBES).flatMap(([kind, path]) => {
        const probe: Probe | undefined = container[kind as keyof typeof PROBES];
        return [
          ...unless(probe?.httpGet?.path === path, `${name} has no ${kind} at ${path}`),
          ...unless(hasPort(container, probe?.httpGet?.port), `${name} has a ${kind} on a port that it has not`),
        ];
      }),
    ),
  );

/** Every container says what it needs and what it may take. */
export const resourceProblems = (objects: readonly KubernetesObject[]): readonly string[] =>
  podsOf(objects).flatMap(({ name, pod }) =>
    containersOf(pod).flatMap(({ resources }) =>
      (['requests', 'limits'] as const).flatMap((kind) =>
        ['cpu', 'memory'].flatMap((what) =>
          unless(resources?.[kind]?.[what] !== undefined, `${name} has no ${kind} of ${what}`),
        ),
      ),
    ),
  );

/** Passwords are in no file here. */
export const secretProblems = (objects: readonly KubernetesObject[]): readonly string[] => [
  ...objects
    .filter(({ kind }) => kind === 'Secret')
    .map(({ metadata }) => `the Secret ${metadata.name} is in the base`),
  ...podsOf(objects).flatMap(({ name, pod }) =>
    containersOf(pod)
      .flatMap(({ env }) => env ?? [])
      .filter((variable) => SECRET_VARIABLES.includes(variable.name) && variable.valueFrom === undefined)
      .map((variable) => `${name} has ${variable.name} in the open`),
  ),
];

/** Every Service finds exactly one Deployment, by a port that it has. */
export const serviceProblems = (objects: readonly KubernetesObject[]): readonly string[] =>
  objects
    .filter(({ kind }) => kind === 'Service')
    .flatMap(({ metadata, spec }) => {
      const found = podsOf(objects).filter(({ labels }) => selects(spec?.selector as Labels | undefined, labels));
      const containers = found.flatMap(({ pod }) => containersOf(pod));
      const ports = (spec?.ports ?? []).map(({ targetPort }) => targetPort);
      return [
        ...unless(found.length === 1, `the Service ${metadata.name} finds ${found.length} Deployments`),
        ...unless(
          ports.every((port) => containers.every((container) => hasPort(container, port))),
          `the Service ${metadata.name} leads to a port that is not there`,
        ),
      ];
    });

/** There is no authentication yet: a policy that lets in only this namespace covers every pod. */
export const openProblems = (objects: readonly KubernetesObject[]): readonly string[] => {
  const policies = objects.filter(
    ({ kind, spec }) =>
      kind === 'NetworkPolicy' && spec?.policyTypes?.includes('Ingress') && !JSON.stringify(spec).includes('ipBlock'),
  );
  return podsOf(objects)
    .filter(({ labels }) => !policies.some(({ spec }) => selects(spec?.podSelector?.matchLabels, labels)))
    .map(({ name }) => `no NetworkPolicy covers ${name}`);
};

/** What is written to ARCHIVE_DIR outlives the pod. */
export const archiveProblems = (objects: readonly KubernetesObject[]): readonly string[] => {
  const claims = objects.filter(({ kind }) => kind === 'PersistentVolumeClaim').map(({ metadata }) => metadata.name);
  return podsOf(objects).flatMap(({ name, pod }) =>
    containersOf(pod).flatMap(({ env, volumeMounts }) => {
      const directory = env?.find((variable) => variable.name === 'ARCHIVE_DIR')?.value;
      if (directory === undefined) return [];
      const mount = volumeMounts?.find(({ mountPath }) => mountPath === directory);
      const claim = pod.volumes?.find((volume) => volume.name === mount?.name)?.persistentVolumeClaim?.claimName;
      return unless(claim !== undefined && claims.includes(claim), `${name} loses its archive`);
    }),
  );
};

type Pod = { readonly name: string; readonly labels: Labels; readonly pod: PodSpec };

const podsOf = (objects: readonly KubernetesObject[]): readonly Pod[] =>
  objects.flatMap(({ metadata, spec }) =>
    spec?.template?.spec === undefined
      ? []
      : [{ name: metadata.name, labels: spec.template.metadata?.labels ?? {}, pod: spec.template.spec }],
  );

const containersOf = ({ containers }: PodSpec): readonly Container[] => containers ?? [];

const hasPort = ({ ports }: Container, port: unknown): boolean => ports?.some(({ name }) => name === port) === true;

const selects = (selector: Labels | undefined, labels: Labels): boolean =>
  Object.entries(selector ?? {}).every(([name, value]) => labels[name] === value);

const unless = (holds: boolean, problem: string): readonly string[] => (holds ? [] : [problem]);
