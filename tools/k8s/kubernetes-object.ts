/** As much of the objects as the checks look at; kubernetes-models has validated the rest. */
export type KubernetesObject = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec?: {
    readonly template?: { readonly metadata?: { readonly labels?: Labels }; readonly spec?: PodSpec };
    /** Of a Service: labels. Of other kinds: something else. */
    readonly selector?: unknown;
    readonly podSelector?: { readonly matchLabels?: Labels };
    readonly ports?: readonly { readonly targetPort?: unknown }[];
    readonly policyTypes?: readonly string[];
    readonly ingress?: readonly unknown[];
  };
};

export type Labels = Readonly<Record<string, string>>;

export type PodSpec = {
  readonly securityContext?: {
    readonly runAsNonRoot?: boolean;
    readonly runAsUser?: number;
    readonly seccompProfile?: { readonly type?: string };
  };
  readonly containers?: readonly Container[];
  readonly volumes?: readonly {
    readonly name: string;
    readonly persistentVolumeClaim?: { readonly claimName: string };
  }[];
};

export type Container = {
  readonly name: string;
  readonly image?: string;
  readonly ports?: readonly { readonly name?: string }[];
  readonly env?: readonly { readonly name: string; readonly value?: string; readonly valueFrom?: unknown }[];
  readonly startupProbe?: Probe;
  readonly livenessProbe?: Probe;
  readonly readinessProbe?: Probe;
  readonly resources?: { readonly requests?: Labels; readonly limits?: Labels };
  readonly securityContext?: {
    readonly allowPrivilegeEscalation?: boolean;
    readonly readOnlyRootFilesystem?: boolean;
    readonly capabilities?: { readonly drop?: readonly string[] };
  };
  readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string }[];
};

export type Probe = { readonly httpGet?: { readonly path?: string; readonly port?: unknown } };
