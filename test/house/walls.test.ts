/**
 * The walls of the house hold: imports run down and resolve, libraries stay in their rooms, there is no circle; and
 * each check reports a deliberate violation, in `.ts` and `.tsx` files alike.
 */
import { describe, expect, it } from 'vitest';
import { readImports, sourceFiles, type SourceFile } from './source-tree.js';
import { circles, crossings, strayBuiltins, strayLibraries } from './walls.js';

const files = sourceFiles();

describe('imports run down', () => {
  it.each(files.map((file) => [file.path, file] as const))('%s', (_path, file) => {
    expect(crossings(file)).toEqual([]);
  });
});

it('libraries stay in their rooms, and the lowest floors have none', () => {
  expect(files.flatMap(strayLibraries)).toEqual([]);
});

it('inner rooms use nothing of Node that reaches outside', () => {
  expect(files.flatMap(strayBuiltins)).toEqual([]);
});

it('there is no circle', () => {
  expect(circles(files)).toEqual([]);
});

/** A house of the given texts in place of the real one. */
const house = (texts: Record<string, string>): SourceFile[] =>
  Object.entries(texts).map(([path, text]) => ({
    path,
    imports: readImports(
      path,
      text,
      (target) => target in texts || files.some((file) => file.path === target),
    ),
  }));

const findings = (texts: Record<string, string>): string[] => {
  const built = house(texts);
  return [
    ...built.flatMap(crossings),
    ...built.flatMap(strayLibraries),
    ...built.flatMap(strayBuiltins),
    ...circles(built),
  ];
};

describe('a violation is reported', () => {
  it.each<[why: string, texts: Record<string, string>, finding: RegExp]>([
    [
      'a domain imports another domain',
      { 'src/payments/x.ts': `import '../disputes/queue.js';` },
      /payments\/x\.ts → src\/disputes/,
    ],
    [
      'a domain imports an adapter',
      { 'src/disputes/x.ts': `import { a } from '../adapters/postgres/database.js';` },
      /disputes\/x\.ts → src\/adapters/,
    ],
    [
      'an adapter imports another adapter, by a type alone',
      { 'src/adapters/mail/x.ts': `import type { A } from '../postgres/database.js';` },
      /mail\/x\.ts → src\/adapters\/postgres/,
    ],
    [
      'a view imports a command, by an import inside a function',
      { 'src/views/x.ts': `export const f = () => import('../../commands/index.js');` },
      /views\/x\.ts → commands/,
    ],
    [
      'the house imports the sandbox, by re-exporting it',
      { 'src/x.ts': `export * from '../sandbox/faults.js';` },
      /src\/x\.ts → sandbox/,
    ],
    [
      'the sandbox imports the house',
      { 'sandbox/x.ts': `import { a } from '../src/kernel/money.js';` },
      /sandbox\/x\.ts → src\/kernel/,
    ],
    [
      'a component of the page imports the server, in .tsx',
      { 'sandbox/slack/page/x.tsx': `import { a } from '../store.js';` },
      /page\/x\.tsx → sandbox\/slack\/store/,
    ],
    [
      'components import each other in a circle, in .tsx',
      {
        'sandbox/slack/page/x.tsx': `import { Y } from './y.js';`,
        'sandbox/slack/page/y.tsx': `import type { X } from './x.js';`,
      },
      /x\.tsx → sandbox\/slack\/page\/y\.tsx → sandbox\/slack\/page\/x\.tsx/,
    ],
    [
      'an import resolves to nothing, in .tsx',
      { 'sandbox/slack/page/x.tsx': `import { a } from './gone.js';` },
      /gone\.js: no such file/,
    ],
    [
      'an import is only known when the code runs',
      { 'src/views/x.ts': 'export const f = (name: string) => import(`../../commands/${name}.js`);' },
      /x\.ts → import\(`.*no such file/,
    ],
    [
      'an import by an address from the root of the machine',
      { 'src/views/x.ts': `import { a } from '/srv/paydesk/commands/index.js';` },
      /\/srv\/.*no such file/,
    ],
    [
      'a domain imports another domain inside a type',
      { 'src/payments/x.ts': `export type A = import('../disputes/queue.js').DisputeQueue;` },
      /payments\/x\.ts → src\/disputes/,
    ],
    [
      'two files import each other through the index of their folder',
      {
        'src/payments/x/index.ts': `export * from './y.js';`,
        'src/payments/x/y.ts': `import { z } from './index.js';`,
      },
      /x\/index\.ts → src\/payments\/x\/y\.ts → src\/payments\/x\/index\.ts/,
    ],
    [
      'an adapter imports a domain',
      { 'src/adapters/slack/x.ts': `import { a } from '../../remediation/remediation.js';` },
      /slack\/x\.ts → src\/remediation/,
    ],
    [
      'the product imports its tests',
      { 'src/wiring/x.ts': `import { a } from '../../test/support/cards.js';`, 'test/support/cards.ts': '' },
      /wiring\/x\.ts → test\/support/,
    ],
    [
      'a domain opens files, without the prefix',
      { 'src/alerts/x.ts': `import { readFileSync } from 'fs';` },
      /alerts\/x\.ts → node:fs/,
    ],
    ['a file belongs to no room', { 'src/elsewhere/x.ts': '' }, /elsewhere\/x\.ts: belongs to no room/],
    [
      'a library leaves its room',
      { 'commands/x.ts': `import { App } from '@slack/bolt';` },
      /commands\/x\.ts → @slack\/bolt/,
    ],
    ['the nouns use a library', { 'src/nouns/x.ts': `import { z } from 'zod';` }, /nouns\/x\.ts → zod/],
    ['the kernel uses a library', { 'src/kernel/x.ts': `import { z } from 'zod';` }, /kernel\/x\.ts → zod/],
  ])('%s', (_why, texts, finding) => {
    expect(findings(texts)).toContainEqual(expect.stringMatching(finding));
  });
});
