/**
 * The walls of the house as checks over any list of source files, so that a test can also feed them violations.
 *
 * Each room is a wall with its reason. Invariant: a file outside every room is a finding too, so no new folder can
 * escape the walls.
 */
import type { SourceFile } from './source-tree.js';

const domains = [
  'payments',
  'disputes',
  'partners',
  'reconciliation',
  'anomalies',
  'alerts',
  'remediation',
  'audit',
  'queries',
];
const domain = `src/(?:${domains.join('|')})`;

/** A room: which files are in it, and what of our own they may import besides the files of the same room. */
interface Room {
  name: string;
  files: RegExp;
  /** What tells two rooms of one kind apart, for instance two domains: the first group of this pattern. */
  mayImport: RegExp[];
  why: string;
}

const kernel = /^src\/kernel\//;
const ports = /^src\/ports\//;
const nouns = /^src\/nouns\//;
const lifecycle = /^src\/lifecycle\//;
const anyDomain = new RegExp(`^${domain}/`);
const views = /^src\/views\//;

const rooms: Room[] = [
  { name: 'kernel', files: /^src\/(kernel)\//, mayImport: [], why: 'everything stands on it' },
  { name: 'ports', files: /^src\/(ports)\//, mayImport: [kernel], why: 'contracts know no implementation' },
  {
    name: 'nouns',
    files: /^src\/(nouns)\//,
    mayImport: [kernel, ports],
    why: 'what the nouns mean is the same in every domain',
  },
  {
    name: 'lifecycle',
    files: /^src\/(lifecycle)\//,
    mayImport: [kernel, ports, nouns],
    why: 'one life for every thing that people work on',
  },
  {
    name: 'domain',
    files: new RegExp(`^src/(${domains.join('|')})/`),
    mayImport: [kernel, ports, nouns, lifecycle],
    why: 'domains stand side by side',
  },
  {
    name: 'config',
    files: /^src\/(config)\//,
    mayImport: [kernel],
    why: 'only the wiring reads configuration',
  },
  {
    name: 'http-api',
    files: /^src\/adapters\/(http-api)\//,
    mayImport: [kernel],
    why: 'one client under every API over HTTP, which knows none of them',
  },
  {
    name: 'books',
    files: /^src\/adapters\/(books)\//,
    mayImport: [kernel, ports],
    why: 'questions to the books over every engine, which knows none of them',
  },
  {
    name: 'adapter',
    files: /^src\/adapters\/([^/]+)\//,
    mayImport: [kernel, ports, /^src\/adapters\/(?:http-api|books)\//],
    why: 'an adapter serves ports alone',
  },
  {
    name: 'views',
    files: /^src\/(views)\//,
    mayImport: [kernel, ports, nouns, anyDomain],
    why: 'views draw what domains say',
  },
  {
    name: 'commands',
    files: /^(commands)\//,
    mayImport: [kernel, ports, nouns, anyDomain, views],
    why: 'commands compose, adapters are handed in',
  },
  {
    name: 'jobs',
    files: /^(jobs)\//,
    mayImport: [kernel, ports, nouns, anyDomain, views],
    why: 'jobs compose, adapters are handed in',
  },
  {
    name: 'webhooks',
    files: /^src\/(webhooks)\//,
    mayImport: [kernel, ports, nouns, anyDomain, views],
    why: 'webhooks compose, adapters are handed in',
  },
  {
    name: 'wiring',
    files: /^src\/(wiring)\//,
    mayImport: [/^src\/(?!cli\/|doctor\/|[^/]+$)/, /^commands\//, /^jobs\//],
    why: 'the only place that builds adapters',
  },
  {
    name: 'doctor',
    files: /^src\/(doctor)\//,
    mayImport: [/^src\/(?!cli\/|[^/]+$)/, /^commands\//, /^jobs\//],
    why: 'looks at every part, and no part knows it',
  },
  {
    name: 'entry',
    files: /^(src)\/(?:cli\/)?[^/]+\.ts$/,
    mayImport: [/^src\//, /^commands\//, /^jobs\//],
    why: 'where a process begins',
  },
  {
    name: 'page',
    files: /^sandbox\/slack\/(page)\//,
    mayImport: [/^sandbox\/slack\/wire\.ts$/],
    why: 'the page speaks the wire',
  },
  {
    name: 'sandbox',
    files: /^(sandbox)\//,
    mayImport: [],
    why: 'the world shares a protocol with the house, not code',
  },
];

function roomOf(path: string): { room: Room; place: string } | null {
  const room = rooms.find(({ files }) => files.test(path));
  return room ? { room, place: `${room.name}:${room.files.exec(path)?.[1] ?? ''}` } : null;
}

/** Imports without a file, and imports that cross a wall, with the reason for the wall. */
export function crossings(file: SourceFile): string[] {
  const { unresolved, own } = file.imports;
  const missing = unresolved.map((name) => `${file.path} → ${name}: no such file`);
  const home = roomOf(file.path);
  if (home === null) return [...missing, `${file.path}: belongs to no room`];
  const crossing = own.filter((target) => {
    const inside = roomOf(target)?.place === home.place;
    return !inside && !home.room.mayImport.some((pattern) => pattern.test(target));
  });
  return [...missing, ...crossing.map((target) => `${file.path} → ${target}: ${home.room.why}`)];
}

/** Libraries that would spread through the house if nobody held them, and where each may be imported. */
const libraryRooms: Readonly<Record<string, RegExp>> = {
  '@slack/bolt': /^src\/adapters\/slack\//,
  '@slack/web-api': /^src\/adapters\/slack\//,
  '@slack/types': /^src\/views\//,
  pg: /^(?:src\/adapters\/(?:postgres|engine)|sandbox)\//,
  'node-cron': /^src\/(?:adapters\/engine|config)\//,
  'openid-client': /^src\/adapters\/oidc\//,
  jose: /^sandbox\/identity\//,
  'openapi-fetch': /^src\/adapters\/http-api\//,
  undici: /^src\/adapters\/(?:http-api|slack|statements)\//,
  yauzl: /^src\/adapters\/statements\//,
  ssh2: /^src\/adapters\/statements\//,
  aws4fetch: /^src\/adapters\/statements\//,
  nodemailer: /^src\/adapters\/mail\//,
  'smtp-server': /^sandbox\/mail\//,
  'date-holidays': /^src\/adapters\/calendars\//,
  saxes: /^src\/(?:reconciliation\/formats|adapters\/statements)\//,
  'prom-client': /^src\/adapters\/metrics\//,
  pino: /^src\/wiring\/logging\.ts$/,
  commander: /^src\/(?:cli\.ts$|cli\/)/,
  preact: /^sandbox\/slack\/page\//,
  ws: /^sandbox\/slack\//,
  stripe: /^$/,
};

/** On these everything stands, so they stand on nothing that others write. */
const withoutLibraries = /^src\/(?:kernel|ports|nouns|lifecycle)\//;

/** Uses of a library outside its room. */
export function strayLibraries({ path, imports }: SourceFile): string[] {
  return imports.packages
    .filter((name) => withoutLibraries.test(path) || libraryRooms[name]?.test(path) === false)
    .map((name) => `${path} → ${name}`);
}

/** Rooms that meet the world outside through ports alone, and what of Node they may use for that reason. */
const inner = new RegExp(
  `^(?:src/(?:ports|nouns|lifecycle|${domains.join('|')}|views|webhooks)|commands|jobs)/`,
);
const innerBuiltins = ['crypto', 'events'];

/** Files, sockets, processes and threads in an inner room. */
export const strayBuiltins = ({ path, imports }: SourceFile): string[] =>
  inner.test(path)
    ? imports.builtins
        .filter((name) => !innerBuiltins.includes(name))
        .map((name) => `${path} → node:${name}: only adapters reach outside`)
    : [];

/** Every circle of imports, as the trail that closes it. */
export function circles(files: readonly SourceFile[]): string[] {
  const graph = new Map(files.map(({ path, imports }) => [path, imports.own]));
  const finished = new Set<string>();
  const found: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) found.push([...trail.slice(trail.indexOf(path)), path].join(' → '));
    if (trail.includes(path) || finished.has(path)) return;
    for (const next of graph.get(path) ?? []) visit(next, [...trail, path]);
    finished.add(path);
  };
  for (const path of graph.keys()) visit(path, []);
  return found;
}
