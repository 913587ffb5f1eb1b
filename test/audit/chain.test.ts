/**
 * Whatever is done to a log, verifying names the first entry that is not as it was written.
 */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { genesis, readEntry } from '../../src/audit/chain.js';
import { verifyChain, type VerifyOptions, type Verdict } from '../../src/audit/verify.js';
import type { AuditHead, StoredEntry } from '../../src/ports/audit.js';
import { anEvent, anyEvent, chainOf, now, storeOf, seal } from './support.js';

const verify = (
  entries: readonly StoredEntry[],
  { head, ...options }: Partial<VerifyOptions> & { head?: AuditHead | null } = {},
): Promise<Verdict> =>
  verifyChain(head === undefined ? storeOf(entries) : storeOf(entries, head), {
    witnesses: [],
    pageSize: 3,
    ...options,
  });

const anyChain = fc.array(anyEvent, { minLength: 2, maxLength: 9 }).map(chainOf);
/** A chain and the place of one of its entries. */
const anyPlace = anyChain.chain((chain) => fc.tuple(fc.constant(chain), fc.nat({ max: chain.length - 1 })));

const replaced = (
  chain: StoredEntry[],
  place: number,
  change: (entry: StoredEntry) => StoredEntry,
): StoredEntry[] => chain.map((entry, index) => (index === place ? change(entry) : entry));

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** The rest of the chain made again behind an entry, as somebody would who has the code. */
function rewritten(chain: StoredEntry[], place: number, why: string): StoredEntry[] {
  return chain.slice(place).reduce<StoredEntry[]>(
    (done, entry, index) => {
      const { at, ...event } = readEntry(entry);
      return [...done, seal(done.at(-1) ?? genesis, index === 0 ? { ...event, why } : event, at)];
    },
    chain.slice(0, place),
  );
}

describe('an entry', () => {
  it('is hashed as the text that is stored, which says everything', () => {
    const [entry] = chainOf([anEvent()]);
    expect(entry?.body).toBe(
      '{"actor":"U1ANA","at":"2026-11-20T09:00:00.000Z","details":{"rule":"refunds-below-1000","seen":"Refund 20.00 EUR of pi_1paid"},' +
        `"kind":"remediation.approved","previous":"${'0'.repeat(64)}","seq":1,"subjects":["REM-17","pi_1paid"],"why":"the customer was charged twice"}`,
    );
    expect(entry?.hash).toBe(sha256(entry?.body ?? ''));
  });

  it('is never dated before the one before it', () => {
    const later = { ...genesis, at: new Date(now.getTime() + 5) };
    expect(seal(later, anEvent(), now).at).toEqual(later.at);
  });

  it.each([
    ['not a number', { n: Number.NaN }],
    ['nothing', { n: undefined } as never],
    ['a bigint', { n: 1n } as never],
  ])('%s is refused', (_what, details) => {
    expect(() => seal(genesis, anEvent({ details }), now)).toThrow(/canonical/);
  });
});

describe('a chain', () => {
  it('as it was written is whole, for any entries', async () => {
    await fc.assert(
      fc.asyncProperty(anyChain, async (chain) => {
        const witnesses = [{ seq: 0, hash: genesis.hash }, ...chain];
        const { seq, hash, at } = chain.at(-1) ?? genesis;
        expect(await verify(chain, { witnesses })).toEqual({
          ok: true,
          head: { seq, hash, at },
          witnesses: witnesses.length,
        });
      }),
    );
  });

  it('without entries is whole', async () => {
    expect(await verify([])).toMatchObject({ ok: true, head: genesis });
  });

  it.each<[keyof StoredEntry, string, (entry: StoredEntry) => Partial<StoredEntry>]>([
    ['at', 'columns', ({ at }) => ({ at: new Date(at.getTime() + 1) })],
    ['kind', 'columns', ({ kind }) => ({ kind: `${kind}x` })],
    ['actor', 'columns', ({ actor }) => ({ actor: `${actor}x` })],
    ['subjects', 'columns', ({ subjects }) => ({ subjects: [...subjects, 'x'] })],
    ['previous', 'columns', ({ previous }) => ({ previous: sha256(previous) })],
    ['body', 'hash', ({ body }) => ({ body: `${body} ` })],
    ['hash', 'hash', ({ hash }) => ({ hash: sha256(hash) })],
  ])('a changed %s is found, as a fault of %s', async (_field, fault, change) => {
    await fc.assert(
      fc.asyncProperty(anyPlace, async ([chain, place]) => {
        const tampered = replaced(chain, place, (entry) => ({ ...entry, ...change(entry) }));
        expect(await verify(tampered)).toEqual({ ok: false, seq: place + 1, fault, known: 0 });
      }),
    );
  });

  it.each<[string, (body: string) => string]>([
    ['a member more', (body) => body.replace(/\}$/, ',"zz":1}')],
    ['another form of the same value', (body) => `{ ${body.slice(1)}`],
    ['no JSON', () => 'nonsense'],
    ['no object', () => 'null'],
  ])('a text with a hash of its own is found by its form: %s', async (_what, change) => {
    await fc.assert(
      fc.asyncProperty(anyPlace, async ([chain, place]) => {
        const tampered = replaced(chain, place, (entry) => {
          const body = change(entry.body);
          return { ...entry, body, hash: sha256(body) };
        });
        expect(await verify(tampered)).toMatchObject({ ok: false, seq: place + 1, fault: 'columns' });
      }),
    );
  });

  it('an entry that was made again breaks the link of the next, or the head', async () => {
    await fc.assert(
      fc.asyncProperty(anyPlace, async ([chain, place]) => {
        const tampered = replaced(
          chain,
          place,
          (entry) => rewritten(chain, place, `${readEntry(entry).why ?? ''}!`)[place]!,
        );
        const isLast = place === chain.length - 1;
        const expected = isLast ? { seq: place + 1, fault: 'head' } : { seq: place + 2, fault: 'link' };
        expect(await verify(tampered, { head: chain.at(-1)! })).toMatchObject({ ok: false, ...expected });
      }),
    );
  });

  it('two entries that changed places are found at the first', async () => {
    await fc.assert(
      fc.asyncProperty(anyPlace, fc.nat({ max: 8 }), async ([chain, place], other) => {
        const second = other % chain.length;
        fc.pre(second !== place);
        const swapped = replaced(
          replaced(chain, place, () => ({ ...chain[second]!, seq: place + 1 })),
          second,
          () => ({ ...chain[place]!, seq: second + 1 }),
        );
        expect(await verify(swapped)).toMatchObject({
          ok: false,
          seq: Math.min(place, second) + 1,
          fault: 'columns',
        });
      }),
    );
  });

  it('a removed entry is named, at the end as well', async () => {
    await fc.assert(
      fc.asyncProperty(anyPlace, async ([chain, place]) => {
        expect(await verify(chain.toSpliced(place, 1), { head: chain.at(-1)! })).toMatchObject({
          ok: false,
          seq: place + 1,
          fault: 'missing',
        });
      }),
    );
  });

  it('an inserted entry is found at its place, or by the one that it displaced', async () => {
    await fc.assert(
      fc.asyncProperty(anyPlace, async ([chain, place]) => {
        const pushed = chain.slice(place).map((entry) => ({ ...entry, seq: entry.seq + 1 }));
        const before = chain[place - 1] ?? genesis;
        const inserted = [
          ...chain.slice(0, place),
          seal(before, anEvent({ why: 'inserted' }), before.at ?? now),
          ...pushed,
        ];
        expect(await verify(inserted)).toMatchObject({ ok: false, seq: place + 2, fault: 'columns' });
      }),
    );
  });

  it('an entry that the head does not count is found', async () => {
    await fc.assert(
      fc.asyncProperty(anyPlace, async ([chain, place]) => {
        const head = chain[place - 1] ?? genesis;
        expect(await verify(chain, { head })).toMatchObject({ ok: false, seq: place + 1, fault: 'head' });
      }),
    );
  });

  it('time that runs backwards is found though every hash is right', async () => {
    const [first] = chainOf([anEvent()]);
    const second = seal({ ...first!, at: null }, anEvent(), new Date(now.getTime() - 1));
    expect(await verify([first!, second])).toMatchObject({ ok: false, seq: 2, fault: 'time' });
  });

  it('a head that is gone, or of another time, is found', async () => {
    const chain = chainOf([anEvent()]);
    expect(await verify(chain, { head: null })).toMatchObject({ seq: 1, fault: 'head' });
    expect(await verify(chain, { head: { ...chain[0]!, at: null } })).toMatchObject({
      seq: 1,
      fault: 'head',
    });
    expect(await verify([], { head: null })).toMatchObject({ ok: false, fault: 'head' });
  });
});

describe('witnesses', () => {
  it('tell of an end that was cut off together with its head', async () => {
    await fc.assert(
      fc.asyncProperty(anyPlace, async ([chain, place]) => {
        const cut = chain.slice(0, place);
        expect(await verify(cut)).toMatchObject({ ok: true });
        expect(await verify(cut, { witnesses: [chain.at(-1)!] })).toMatchObject({
          ok: false,
          seq: place + 1,
          fault: 'missing',
        });
      }),
    );
  });

  it('tell of a log that was rewritten to its end, and up to where it is the known one', async () => {
    await fc.assert(
      fc.asyncProperty(anyPlace, async ([chain, place]) => {
        const anew = rewritten(chain, place, 'nothing happened here, promised');
        fc.pre(anew[place]!.hash !== chain[place]!.hash);
        expect(await verify(anew)).toMatchObject({ ok: true });
        expect(await verify(anew, { witnesses: chain })).toEqual({
          ok: false,
          seq: place + 1,
          fault: 'witness',
          known: place,
        });
      }),
    );
  });

  it('that contradict each other are not passed over', async () => {
    const chain = chainOf([anEvent()]);
    const witnesses = [chain[0]!, { seq: 1, hash: sha256('other') }];
    expect(await verify(chain, { witnesses })).toMatchObject({ ok: false, seq: 1, fault: 'witness' });
    expect(await verify([], { witnesses: [{ seq: 0, hash: sha256('') }] })).toMatchObject({
      ok: false,
      seq: 0,
    });
  });
});
