/**
 * The walls of the house: imports run down, libraries stay in their rooms, no circles.
 *
 * Each row below is a wall with its reason. A file that belongs to no room fails as well, so that no new folder stands
 * outside the walls.
 */
import { describe, expect, it } from 'vitest';
import { sourceFiles, type SourceFile } from './source-tree.js';

const files = sourceFiles();

const domains = [
  'payments',
  'disputes',
  'partners',
  'reconciliation',
  'anomalies',
  'alerts',
  'remediation',
  'audit',
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
    name: 'domain',
    files: new RegExp(`^src/(${domains.join('|')})/`),
    mayImport: [kernel, ports, nouns],
    why: 'domains stand side by side',
  },
  {
    name: 'config',
    files: /^src\/(config)\//,
    mayImport: [kernel],
    why: 'only the wiring reads configuration',
  },
  {
    name: 'adapter',
    files: /^src\/adapters\/([^/]+)\//,
    mayImport: [kernel, ports],
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
    name: 'wiring',
    files: /^(src)\/[^/]+\.ts$/,
    mayImport: [/^src\//, /^commands\//, /^jobs\//],
    why: 'the only place that builds adapters',
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

const roomOf = ({ path }: SourceFile): { room: Room; place: string } | null => {
  const room = rooms.find(({ files: pattern }) => pattern.test(path));
  return room ? { room, place: `${room.name}:${room.files.exec(path)?.[1] ?? ''}` } : null;
};

describe('imports run down', () => {
  it.each(files.map((file) => [file.path, file] as const))('%s', (_path, file) => {
    const home = roomOf(file);
    expect(home, 'every file belongs to a room').not.toBeNull();
    const crossing = file.imports.own.filter((target) => {
      const other = roomOf({ path: target, imports: file.imports });
      return (
        other?.place !== home?.place && home?.room.mayImport.some((pattern) => pattern.test(target)) === false
      );
    });
    expect(crossing, `${home?.room.name ?? ''}: ${home?.room.why ?? ''}`).toEqual([]);
  });
});

/** Libraries that would spread through the house if nobody held them, and where each may be imported. */
const libraryRooms: Readonly<Record<string, RegExp>> = {
  '@slack/bolt': /^src\/adapters\/slack\//,
  '@slack/web-api': /^src\/adapters\/slack\//,
  '@slack/socket-mode': /^src\/adapters\/slack\//,
  '@slack/types': /^src\/views\//,
  pg: /^(?:src\/adapters\/(?:postgres|engine)|sandbox)\//,
  '@dbos-inc/dbos-sdk': /^src\/adapters\/engine\//,
  'node-cron': /^src\/(?:adapters\/engine|config)\//,
  'openid-client': /^src\/adapters\/oidc\//,
  jose: /^sandbox\/identity\//,
  'openapi-fetch': /^src\/adapters\//,
  nodemailer: /^src\/adapters\/mail\//,
  'smtp-server': /^sandbox\/mail\//,
  'prom-client': /^src\/adapters\/metrics\//,
  pino: /^src\/logging\.ts$/,
  commander: /^src\/cli\.ts$/,
  preact: /^sandbox\/slack\/page\//,
  ws: /^sandbox\/slack\//,
  stripe: /^$/,
};

describe('libraries stay in their rooms', () => {
  it.each(Object.entries(libraryRooms))('%s', (library, room) => {
    const strays = files.filter(
      ({ path, imports }) => imports.packages.includes(library) && !room.test(path),
    );
    expect(strays.map(({ path }) => path)).toEqual([]);
  });

  it('the kernel has none at all', () => {
    const used = files
      .filter(({ path }) => path.startsWith('src/kernel/'))
      .flatMap(({ imports }) => imports.packages);
    expect(used).toEqual([]);
  });
});

it('there is no circle', () => {
  const graph = new Map(files.map(({ path, imports }) => [path, imports.own]));
  const finished = new Set<string>();
  const circles: string[] = [];
  const visit = (path: string, trail: string[]): void => {
    if (trail.includes(path)) circles.push([...trail.slice(trail.indexOf(path)), path].join(' → '));
    if (trail.includes(path) || finished.has(path)) return;
    for (const next of graph.get(path) ?? []) visit(next, [...trail, path]);
    finished.add(path);
  };
  for (const path of graph.keys()) visit(path, []);
  expect(circles).toEqual([]);
});

it('a wall that is broken is seen', () => {
  const intruder: SourceFile = {
    path: 'src/payments/intruder.ts',
    imports: { own: ['src/disputes/queue.ts'], packages: [] },
  };
  const home = roomOf(intruder);
  expect(home?.room.mayImport.some((pattern) => pattern.test('src/disputes/queue.ts'))).toBe(false);
  expect(roomOf({ path: 'src/elsewhere/file.ts', imports: { own: [], packages: [] } })).toBeNull();
});
