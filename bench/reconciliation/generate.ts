/**
 * Two files with known truth: a ledger and a partner's statement, seeded.
 *
 * The mix: 97 % exact, 1 % amount differs, 0.5 % missing per side, 0.2 % duplicates, 0.5 % without a reference, and
 * 0.3 % settled in batches. Both files come out in an order of their own.
 */
export interface Truth {
  kind: string;
  ledgerIds: string[];
  statementLines: number[];
}

export interface GeneratedFiles {
  ledger: string;
  statement: string;
  truth: Truth[];
}

/** A small fast generator of numbers in [0, 1), for seeds that a person can print. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const currencies = ['EUR', 'USD', 'GBP', 'JPY'];
const firstDay = Date.UTC(2026, 10, 1);
const dayText = (day: number): string => new Date(firstDay + day * 86_400_000).toISOString().slice(0, 10);

export function generate(rows: number, seed: number): GeneratedFiles {
  const random = seeded(seed);
  const below = (limit: number): number => Math.floor(random() * limit);
  const ledger: string[] = [];
  const statement: { text: string; truth: Truth | null }[] = [];
  const truth: Truth[] = [];
  const addLedger = (ref: string, amount: number, currency: string, day: number, batch = ''): string => {
    const id = `L${String(ledger.length + 1).padStart(9, '0')}`;
    ledger.push(`${id},${ref},${amount},${currency},${dayText(day)},payment,${batch}`);
    return id;
  };
  const addLine = (
    ref: string,
    amount: number,
    currency: string,
    day: number,
    found: Truth | null,
    fee = 0,
  ): void => {
    statement.push({ text: `${ref},${amount},${currency},${dayText(day)},payment,${fee}`, truth: found });
  };
  for (let at = 0; ledger.length < rows; at++) {
    const ref = `PSP${String(seed).padStart(3, '0')}${at.toString(36).toUpperCase().padStart(10, '0')}`;
    const amount = 100 + below(5_000_000);
    const currency = currencies[below(currencies.length)] ?? 'EUR';
    const day = below(26);
    const kind = random();
    const found = (name: string, ids: string[]): Truth => {
      const entry: Truth = { kind: name, ledgerIds: ids, statementLines: [] };
      truth.push(entry);
      return entry;
    };
    if (kind < 0.97) {
      addLedger(ref, amount, currency, day);
      addLine(ref, amount, currency, day + below(3), null);
    } else if (kind < 0.98) {
      const id = addLedger(ref, amount, currency, day);
      addLine(ref, amount - 1 - below(99), currency, day, found('amount', [id]));
    } else if (kind < 0.985) found('missing_at_partner', [addLedger(ref, amount, currency, day)]);
    else if (kind < 0.99) addLine(ref, amount, currency, day, found('missing_in_ledger', []));
    else if (kind < 0.992) {
      addLedger(ref, amount, currency, day);
      addLine(ref, amount, currency, day, null);
      if (random() < 0.5) found('duplicate_in_ledger', [addLedger(ref, amount, currency, day)]);
      else addLine(ref, amount, currency, day, found('duplicate_at_partner', []));
    } else if (kind < 0.997) {
      const id = addLedger(ref, amount, currency, day);
      addLine('', amount, currency, day + below(3), found('amount_date', [id]));
    } else {
      const size = 2 + below(20);
      const parts = Array.from({ length: size }, () => 100 + below(100_000));
      const ids = parts.map((part, part_at) =>
        addLedger(`${ref}-${part_at}`, part, currency, day, `PO${ref}`),
      );
      const fee = below(500);
      const sum = parts.reduce((total, part) => total + part, 0);
      addLine(`PO${ref}`, sum - fee, currency, day + 2, found('batch', ids), fee);
    }
  }
  shuffle(ledger, random);
  shuffle(statement, random);
  statement.forEach(({ truth: found }, at) => found?.statementLines.push(at + 1));
  return {
    ledger: `id,partner_ref,amount_minor,currency,value_date,type,batch_id\n${ledger.join('\n')}\n`,
    statement: `line_no,partner_ref,amount_minor,currency,value_date,type,fee_minor\n${statement
      .map(({ text }, at) => `${at + 1},${text}`)
      .join('\n')}\n`,
    truth,
  };
}

function shuffle(items: unknown[], random: () => number): void {
  for (let at = items.length - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1));
    [items[at], items[other]] = [items[other], items[at]];
  }
}
