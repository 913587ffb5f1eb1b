/**
 * Adding a command, a job or an action is one file, one line of its registry and one test: no other file of the product
 * names one that exists. Comments may.
 */
import { describe, expect, it } from 'vitest';
import { commands } from '../../commands/index.js';
import { jobs } from '../../jobs/index.js';
import { actions } from '../../src/remediation/actions/index.js';
import { textsIn, type SourceText } from './source-tree.js';

/** An action may say which other one undoes it: people read that, and no code goes by it. */
const product = textsIn('src', 'commands', 'jobs', 'sandbox').map(({ path, code }) => ({
  path,
  code: path.startsWith('src/remediation/actions/') ? code.replace(/^\s*undo: .*$/gm, '') : code,
}));
const tests = textsIn('test');

const naming = (texts: readonly SourceText[], ...patterns: RegExp[]): string[] =>
  texts.filter(({ code }) => patterns.some((pattern) => pattern.test(code))).map(({ path }) => path);

const camelCase = (id: string): string =>
  id.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** Files that may name an action besides its own and the registry, and which. */
const exceptions: Readonly<Record<string, { why: string; actions: readonly string[] | 'any' }>> = {
  'src/remediation/life/contradictions.ts': { why: 'a contradiction is between two actions', actions: 'any' },
  'sandbox/company-policy.ts': { why: 'the policy of a company names actions', actions: 'any' },
  'src/remediation/actions/pause-route.ts': {
    why: 'the action that ends a pause early',
    actions: ['resume-route'],
  },
  'src/remediation/actions/arm-route.ts': {
    why: 'a standing approval names the action that it arms',
    actions: ['pause-route'],
  },
  'src/config/remediation.ts': { why: 'an example in a fault', actions: ['refund-payment'] },
  'commands/remediate/index.ts': { why: 'an example in the help', actions: ['refund-payment'] },
  'src/reconciliation/breaks/prefill.ts': {
    why: 'only reconciliation knows what a form says of a break, and actions do not know breaks',
    actions: ['message-partner', 'request-statement', 'write-off-break'],
  },
  'commands/partner/prefill.ts': {
    why: 'only the partner’s own facts and alerts fill in these forms, and actions do not know them',
    actions: ['message-partner', 'pause-route'],
  },
  'sandbox/welcome.ts': { why: 'an example of what to try', actions: ['refund-payment'] },
};

describe.each(actions.map(({ id }) => id))('the action %s', (id) => {
  const own = `src/remediation/actions/${id}.ts`;

  it('is named by its file and its registry alone', () => {
    const named = naming(
      product,
      new RegExp(`\\b${id}\\b`),
      new RegExp(`\\b${camelCase(id)}\\b.*/${id}\\.js`),
    );
    const surplus = named.filter((path) => {
      const exception = exceptions[path];
      return exception?.actions !== 'any' && exception?.actions.includes(id) !== true;
    });
    expect(surplus.sort()).toEqual([own, 'src/remediation/actions/index.ts'].sort());
  });

  it('has a test of its own, with its ordeals', () => {
    const path = `test/remediation/actions/${id}.test.ts`;
    const code = tests.find((text) => text.path === path)?.code ?? '';
    expect(code, `write ${path}, and call underOrdeals(${camelCase(id)}, …) in it`).toMatch(
      new RegExp(`^underOrdeals\\(${camelCase(id)}\\b`, 'm'),
    );
  });
});

it('no exception outlives its reason', () => {
  const unused = Object.entries(exceptions).filter(([path, { actions: named }]) => {
    const ids = named === 'any' ? actions.map(({ id }) => id) : named;
    return !ids.some((id) => naming(product, new RegExp(`\\b${id}\\b`)).includes(path));
  });
  expect(unused).toEqual([]);
});

it('no test has a list of all actions, which a new one would have to join', () => {
  const lists = actions.map(({ id }) => naming(tests, new RegExp(`'${id}'`)));
  expect(lists.reduce((common, files) => common.filter((path) => files.includes(path)))).toEqual([]);
});

/** The command line has words of its own. */
const homonyms: Readonly<Record<string, { why: string; jobs: readonly string[] }>> = {
  'src/cli.ts': { why: '`paydesk reconcile` compares two files and is not the job', jobs: ['reconcile'] },
};

describe.each(jobs({}).map(({ id }) => id))('the job %s', (id) => {
  it('is named by its file and its registry alone', () => {
    const named = naming(product, new RegExp(`'${id}'`), new RegExp(`\\b${camelCase(id)}Job\\b`));
    const surplus = named.filter((path) => homonyms[path]?.jobs.includes(id) !== true);
    expect(surplus.sort()).toEqual(['jobs/index.ts', `jobs/${id}.ts`].sort());
  });

  it('has a test', () => {
    const found = naming(tests, new RegExp(`\\b${camelCase(id)}Job\\b`));
    expect(found, `write test/jobs/${id}.test.ts, which runs ${camelCase(id)}Job`).not.toEqual([]);
  });
});

/** Paydesk itself: messages without a command of their own are answered as `/paydesk` is. */
const talks = ['src/adapters/slack/messages.ts'];

describe.each(commands.map(({ name }) => name))('the command %s', (name) => {
  const word = name.slice(1);

  it('is named by its file and its registry alone', () => {
    const named = naming(product, new RegExp(`'${name}'`), new RegExp(`\\b${word}Command\\b`));
    const surplus = named.filter((path) => !talks.includes(path));
    expect(surplus).toHaveLength(2);
    expect(surplus).toContain('commands/index.ts');
    expect(surplus.find((path) => path !== 'commands/index.ts')).toMatch(
      new RegExp(`^commands/${word}(?:\\.ts|/index\\.ts)$`),
    );
  });

  it('has a test', () => {
    const found = naming(tests, new RegExp(`\\b${word}Command\\b`));
    expect(found, `write test/commands/${word}.test.ts, which runs ${word}Command`).not.toEqual([]);
  });
});
