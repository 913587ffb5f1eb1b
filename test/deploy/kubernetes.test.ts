/**
 * The manifests are checked by the Kubernetes API's own types, as the compiler checks any literal: a misspelt field, a
 * missing one and a wrong type are faults. Then our rules: two replicas, probes, no rights, time to stop.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Deployment } from 'kubernetes-types/apps/v1.js';
import type { Job } from 'kubernetes-types/batch/v1.js';
import type { ConfigMap, Container, PodSpec, Secret } from 'kubernetes-types/core/v1.js';
import type { NetworkPolicy } from 'kubernetes-types/networking/v1.js';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/config/load.js';
import { packageRoot } from '../../src/kernel/package-root.js';
import { documents, knownVariables, longestStopSeconds } from './support.js';

interface Manifest {
  apiVersion: string;
  kind: string;
  metadata?: { name?: string };
}

const folder = 'deploy/kubernetes';
const names = readdirSync(join(packageRoot, folder)).sort();
const manifests = names.flatMap((name) => documents(`${folder}/${name}`) as Manifest[]);

/** `apps/v1` is in `apps/v1`, `networking.k8s.io/v1` in `networking/v1`, and `v1` in `core/v1`. */
const moduleOf = (apiVersion: string): string => {
  const [group = '', version] = apiVersion.includes('/') ? apiVersion.split('/') : ['core', apiVersion];
  return `kubernetes-types/${group.split('.')[0]!}/${version!}.js`;
};

/** What the compiler says of the manifests as literals of their types. */
function typeFaults(checked: readonly Manifest[]): string[] {
  const file = join(packageRoot, 'test/deploy/manifests.generated.ts');
  const source = checked
    .map(
      (manifest, at) =>
        `export const manifest${at}: import('${moduleOf(manifest.apiVersion)}').${manifest.kind} = ${JSON.stringify(manifest, null, 1)};`,
    )
    .join('\n');
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: [],
    lib: ['lib.es5.d.ts'],
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
  };
  const host = ts.createCompilerHost(options);
  const onDisk = host.getSourceFile.bind(host);
  host.getSourceFile = (name, version) =>
    name === file ? ts.createSourceFile(name, source, version) : onDisk(name, version);
  host.fileExists = (name) => name === file || ts.sys.fileExists(name);
  const program = ts.createProgram([file], options, host);
  return ts
    .getPreEmitDiagnostics(program)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '));
}

const only = <Kind extends { kind?: string }>(kind: Kind['kind'], name = 'paydesk'): Kind =>
  manifests.find((manifest) => manifest.kind === kind && manifest.metadata?.name === name) as unknown as Kind;

const deployment = only<Deployment>('Deployment');
const job = only<Job>('Job', 'paydesk-migrate');
const pod = deployment.spec!.template.spec!;
const pods: [string, PodSpec][] = [
  ['the bot', pod],
  ['the migration', job.spec!.template.spec!],
];
const [container] = pod.containers as [Container];

describe('the manifests', () => {
  it('are what the Kubernetes API takes', () => {
    expect(manifests.length).toBeGreaterThanOrEqual(names.length);
    expect(typeFaults(manifests)).toEqual([]);
  });

  it('are refused with a misspelt field, a missing one and a wrong type', () => {
    const { spec } = deployment as unknown as { spec: object };
    const changed = [
      { ...deployment, spec: { ...spec, replica: 2 } },
      { ...deployment, spec: { ...spec, selector: undefined } },
      { ...deployment, spec: { ...spec, replicas: 'two' } },
    ];
    for (const one of changed) expect(typeFaults([one as unknown as Manifest])).toHaveLength(1);
  });

  it('find each other by one label', () => {
    const label = { 'app.kubernetes.io/name': 'paydesk' };
    expect(deployment.spec!.selector.matchLabels).toEqual(label);
    expect(deployment.spec!.template.metadata?.labels).toEqual(label);
    const selectors = manifests
      .map(({ kind, ...rest }) => ({ kind, spec: (rest as { spec?: Record<string, unknown> }).spec }))
      .filter(({ kind }) => ['Service', 'PodDisruptionBudget', 'NetworkPolicy'].includes(kind))
      .map(({ spec }) => JSON.stringify(spec?.selector ?? spec?.podSelector));
    expect(selectors).toHaveLength(3);
    for (const selector of selectors) expect(selector).toContain(JSON.stringify(label).slice(1, -1));
  });

  it('have a configuration that Paydesk takes', () => {
    const { data } = only<ConfigMap>('ConfigMap');
    expect(() => parseConfig(data!['paydesk.yaml']!, 'config-map.yaml')).not.toThrow();
  });

  it('set variables that Paydesk reads, and keep the owner’s address from the bot', () => {
    const secrets = ['paydesk', 'paydesk-owner'].map((name) => only<Secret>('Secret', name).stringData!);
    for (const name of secrets.flatMap(Object.keys)) expect(knownVariables).toContain(name);
    expect(Object.keys(secrets[0]!)).not.toContain('DATABASE_OWNER_URL');
    expect(container.envFrom).toEqual([{ secretRef: { name: 'paydesk' } }]);
  });
});

describe('the deployment', () => {
  it('runs two replicas and replaces one after the other', () => {
    expect(deployment.spec).toMatchObject({
      replicas: 2,
      strategy: { rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
    });
  });

  it('restarts a process that cannot answer, and not one that waits for something outside', () => {
    const { startupProbe, livenessProbe, readinessProbe } = container;
    for (const probe of [startupProbe, livenessProbe])
      expect(probe?.httpGet).toEqual({ path: '/healthz', port: 'operations' });
    expect(readinessProbe?.httpGet).toEqual({ path: '/readyz', port: 'operations' });
    expect(readinessProbe?.timeoutSeconds, 'the database is given 2 s twice').toBeGreaterThan(4);
  });

  it('gives running work the time that it may take to end', () => {
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThan(longestStopSeconds);
  });

  it('lets the monitoring alone reach the operations port', () => {
    const { ingress = [] } = only<NetworkPolicy>('NetworkPolicy').spec!;
    const open = ingress.filter(({ from }) => from === undefined).flatMap(({ ports = [] }) => ports);
    expect(open).toEqual([{ port: 'http' }]);
  });

  it.each(pods)('%s has no rights', (_what, spec) => {
    expect(spec.automountServiceAccountToken).toBe(false);
    expect(spec.securityContext).toMatchObject({
      runAsNonRoot: true,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    for (const { securityContext, resources, image } of spec.containers) {
      expect(securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
      expect(resources?.limits?.memory).toBeDefined();
      expect(image).toMatch(/:\d/);
    }
  });
});
