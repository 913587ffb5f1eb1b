/**
 * Our description of Stripe against the others: the generated types, the zod schemas, Stripe's own package, and
 * objects as Stripe documents them. What `expectTypeOf` says is checked by the compiler (`npm run lint`).
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import openapiTS, { astToString, COMMENT_HEADER } from 'openapi-typescript';
import Stripe from 'stripe';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { parse } from 'yaml';
import type { z } from 'zod';
import type { ListPath } from '../../src/adapters/stripe/client.js';
import * as map from '../../src/adapters/stripe/mapping.js';
import * as schemas from '../../src/adapters/stripe/schemas.js';
import type { paths } from '../../src/adapters/stripe/openapi.gen.js';
import type { Wire } from '../../src/adapters/stripe/schemas.js';
import { stripeVersion } from '../../src/adapters/stripe/transport.js';
import type { UploadForm, WriteForm } from '../../src/adapters/stripe/writes.js';
import type { Money } from '../../src/kernel/money.js';
import type { EvidenceDocumentKind, EvidenceKind } from '../../src/ports/evidence.js';
import { packageRoot } from '../../src/kernel/package-root.js';
import * as objects from './objects.js';

const folder = join(packageRoot, 'src/adapters/stripe');
const yaml = readFileSync(join(folder, 'openapi.yaml'), 'utf8');

interface Schema {
  $ref?: string;
  oneOf?: Schema[];
  properties?: Record<string, Schema>;
}
const described = parse(yaml) as {
  info: { version: string };
  components: { schemas: Record<string, Schema> };
};

/** Every field that openapi.yaml gives an object, as dotted places. An object behind an id is not looked into. */
function placesIn(schema: Schema, place = ''): string[] {
  const target = schema.oneOf?.find(({ $ref }) => $ref) ?? schema;
  const name = target.$ref?.split('/').at(-1);
  if (name === 'Reference') return [place];
  const { properties } = name === undefined ? target : described.components.schemas[name]!;
  if (!properties) return [place];
  return Object.entries(properties).flatMap(([key, value]) =>
    placesIn(value, place ? `${place}.${key}` : key),
  );
}

const at = (object: unknown, place: string): unknown =>
  place
    .split('.')
    .reduce<unknown>((value, key) => (value as objects.Fields | null | undefined)?.[key], object);

const kinds: { name: keyof Wire; schema: z.ZodType; sample: object }[] = [
  { name: 'PaymentIntent', schema: schemas.paymentIntentSchema, sample: objects.paymentIntent() },
  { name: 'Charge', schema: schemas.chargeSchema, sample: objects.charge() },
  { name: 'Refund', schema: schemas.refundSchema, sample: objects.refund() },
  { name: 'Dispute', schema: schemas.disputeSchema, sample: objects.dispute() },
  {
    name: 'BalanceTransaction',
    schema: schemas.balanceTransactionSchema,
    sample: objects.balanceTransaction(),
  },
  { name: 'File', schema: schemas.fileSchema, sample: objects.file() },
  { name: 'Payout', schema: schemas.payoutSchema, sample: objects.payout() },
  { name: 'EarlyFraudWarning', schema: schemas.earlyFraudWarningSchema, sample: objects.earlyFraudWarning() },
  { name: 'Event', schema: schemas.eventSchema, sample: objects.event() },
  { name: 'Balance', schema: schemas.balanceSchema, sample: { object: 'balance' } },
];

describe('openapi.yaml', () => {
  it('is what openapi.gen.ts was made from (npm run generate)', async () => {
    const generated = COMMENT_HEADER + astToString(await openapiTS(yaml));
    expect(readFileSync(join(folder, 'openapi.gen.ts'), 'utf8')).toBe(generated);
  });

  it('describes the version that is asked for, which is that of Stripe’s own package', () => {
    expect(described.info.version).toBe(stripeVersion);
    expect(Stripe.API_VERSION).toBe(stripeVersion);
  });

  it.each(kinds)(
    '$name: the schema at the boundary keeps every field that is described',
    ({ name, schema, sample }) => {
      const places = placesIn(described.components.schemas[name]!);
      const kept = schema.parse(sample);
      for (const place of places) {
        expect(at(sample, place), `the sample lacks ${place}`).toBeDefined();
        expect(at(kept, place), place).toEqual(at(sample, place));
      }
    },
  );
});

describe('the types of Stripe’s own package', () => {
  it('have every field that we read, with a type that ours accepts', () => {
    expectTypeOf<Misfit<Wire['PaymentIntent'], Stripe.PaymentIntent>>().toBeNever();
    expectTypeOf<Misfit<Wire['Charge'], Stripe.Charge>>().toBeNever();
    expectTypeOf<Misfit<Wire['Refund'], Stripe.Refund>>().toBeNever();
    expectTypeOf<Misfit<Wire['Dispute'], Stripe.Dispute>>().toBeNever();
    expectTypeOf<Misfit<Wire['File'], Stripe.File>>().toBeNever();
    expectTypeOf<Misfit<Wire['BalanceTransaction'], Stripe.BalanceTransaction>>().toBeNever();
    expectTypeOf<Misfit<Wire['Payout'], Stripe.Payout>>().toBeNever();
    expectTypeOf<Misfit<Wire['EarlyFraudWarning'], Stripe.Radar.EarlyFraudWarning>>().toBeNever();
    // One kind of event stands for all: a few are about objects without an id, such as the balance.
    expectTypeOf<Misfit<Wire['Event'], Stripe.ChargeRefundedEvent>>().toBeNever();
    expectTypeOf<Misfit<Wire['Balance'], Stripe.Balance>>().toBeNever();
  });

  it('would catch a field that does not exist, a wrong type, and a null that we do not expect', () => {
    type Ours = {
      id: string;
      nope?: string;
      created: string;
      description: string;
      outcome?: { nope?: string } | null;
    };
    expectTypeOf<Misfit<Ours, Stripe.Charge>>().toEqualTypeOf<
      '.nope' | '.created' | '.description' | '.outcome.nope'
    >();
  });

  it('have every parameter that we filter by', () => {
    type Filters = {
      '/v1/payment_intents': Stripe.PaymentIntentListParams;
      '/v1/charges': Stripe.ChargeListParams;
      '/v1/refunds': Stripe.RefundListParams;
      '/v1/disputes': Stripe.DisputeListParams;
      '/v1/payouts': Stripe.PayoutListParams;
      '/v1/balance_transactions': Stripe.BalanceTransactionListParams;
      '/v1/radar/early_fraud_warnings': Stripe.Radar.EarlyFraudWarningListParams;
      '/v1/events': Stripe.EventListParams;
    };
    type Ours = { [Path in keyof Filters]: Query<Path> };
    type Unknown = { [Path in keyof Filters]: Exclude<keyof Ours[Path], keyof Filters[Path]> }[keyof Filters];
    expectTypeOf<Unknown>().toBeNever();
    expectTypeOf<Ours>().toExtend<Filters>();
    expectTypeOf<ListPath>().toEqualTypeOf<keyof Filters>();
  });
});

describe('what is written', () => {
  it('is a parameter of Stripe’s own package, with a type that it takes', () => {
    type Params = {
      '/v1/refunds': Stripe.RefundCreateParams;
      '/v1/payment_intents/{id}/capture': Stripe.PaymentIntentCaptureParams;
      '/v1/payment_intents/{id}/cancel': Stripe.PaymentIntentCancelParams;
      '/v1/disputes/{id}': Stripe.DisputeUpdateParams;
    };
    type Ours = { [Path in keyof Params]: Sent<WriteForm<Path>> };
    type Unknown = { [Path in keyof Params]: Exclude<keyof Ours[Path], keyof Params[Path]> }[keyof Params];
    expectTypeOf<Unknown>().toBeNever();
    expectTypeOf<Ours>().toExtend<Params>();
    expectTypeOf<Record<string, never>>().toEqualTypeOf<WriteForm<'/v1/payouts/{id}/cancel'>>();
    expectTypeOf<Record<string, never>>().toEqualTypeOf<WriteForm<'/v1/disputes/{id}/close'>>();
  });

  it('would catch a parameter of a wrong type', () => {
    expectTypeOf<Sent<{ amount: string }>>().not.toExtend<Stripe.RefundCreateParams>();
    expectTypeOf<Sent<{ evidence: { receipt: bigint } }>>().not.toExtend<Stripe.DisputeUpdateParams>();
  });

  it('as evidence is every kind that Stripe has, but for appeals and enhanced evidence', () => {
    type Theirs = keyof Stripe.DisputeUpdateParams.Evidence;
    expectTypeOf<EvidenceKind>().toEqualTypeOf<Exclude<Theirs, 'appeal' | 'enhanced_evidence'>>();
    expectTypeOf<keyof Wire['DisputeEvidence']>().toEqualTypeOf<EvidenceKind>();
    expectTypeOf<keyof Wire['PresentEvidence']>().toEqualTypeOf<EvidenceKind>();
  });

  it('as a document is what Stripe calls the id of a file, and nothing else is', () => {
    type Theirs = Stripe.Dispute.Evidence;
    type Documents = {
      [Kind in EvidenceKind]: Stripe.File extends Theirs[Kind] ? Kind : never;
    }[EvidenceKind];
    expectTypeOf<Documents>().toEqualTypeOf<EvidenceDocumentKind>();
  });

  it('as a file has the fields of Stripe’s own package', () => {
    expectTypeOf<keyof UploadForm>().toExtend<keyof Stripe.FileCreateParams>();
    expectTypeOf<UploadForm['purpose']>().toExtend<Stripe.FileCreateParams.Purpose>();
  });

  it('says whether evidence is submitted, which Stripe would take for granted', () => {
    expectTypeOf<{ submit: boolean }>().toExtend<WriteForm<'/v1/disputes/{id}'>>();
    expectTypeOf<{ evidence: object }>().not.toExtend<WriteForm<'/v1/disputes/{id}'>>();
  });
});

/** A form as it arrives: a bigint is a number, null is an empty text. */
type Sent<Value> = Value extends bigint
  ? number
  : Value extends null
    ? ''
    : Value extends object
      ? { [Key in keyof Value]: Sent<Value[Key]> }
      : Value;

type Query<Path extends ListPath> = NonNullable<paths[Path]['get']['parameters']['query']>;

/** The places in `Ours` that `Theirs` does not have, or where it holds what `Ours` does not accept. */
type Misfit<Ours, Theirs, Place extends string = ''> =
  ([PlainIn<Theirs>] extends [Ours] ? never : Place) | MisfitBelow<ObjectIn<Ours>, ObjectIn<Theirs>, Place>;
type MisfitBelow<Ours, Theirs, Place extends string> = [Theirs] extends [never]
  ? never
  : [Ours] extends [never]
    ? Place
    : {
        [Key in Named<Ours>]: Key extends keyof Theirs
          ? Misfit<Ours[Key], Theirs[Key], `${Place}.${Key}`>
          : `${Place}.${Key}`;
      }[Named<Ours>];
// Stripe marks an open enumeration with `string & {}`, which the compiler takes for an object too.
type PlainIn<Type> = Type extends string ? Type : Exclude<Type, object>;
type ObjectIn<Type> = Type extends string ? never : Extract<Type, object>;
/** The keys that are spelled out, which for a record of anything are none. */
type Named<Type> = keyof { [Key in keyof Type as string extends Key ? never : Key]-?: Key } & string;

const documented = join(packageRoot, '../shared/data/stripe-objects.json');

describe.skipIf(!existsSync(documented))(
  'objects as Stripe documents them (skipped where ../shared/data/stripe-objects.json is absent)',
  () => {
    const real = existsSync(documented)
      ? (JSON.parse(readFileSync(documented, 'utf8')) as Record<string, objects.Fields>)
      : {};

    it.each([
      ['payment_intent', 'PaymentIntent', schemas.paymentIntentSchema, map.paymentOf],
      ['charge', 'Charge', schemas.chargeSchema, map.chargeOf],
      ['refund', 'Refund', schemas.refundSchema, map.refundOf],
      ['dispute', 'Dispute', schemas.disputeSchema, map.disputeOf],
      [
        'balance_transaction',
        'BalanceTransaction',
        schemas.balanceTransactionSchema,
        map.balanceTransactionOf,
      ],
      ['payout', 'Payout', schemas.payoutSchema, map.payoutOf],
      [
        'radar.early_fraud_warning',
        'EarlyFraudWarning',
        schemas.earlyFraudWarningSchema,
        map.earlyFraudWarningOf,
      ],
      ['event', 'Event', schemas.eventSchema, map.eventOf],
    ] as [string, keyof Wire, z.ZodType, (wire: never) => { id: string; createdAt: Date; amount?: Money }][])(
      '%s: nothing that is described is lost',
      (key, name, schema, nounOf) => {
        const object = real[key]!;
        const kept = schema.parse(object);
        for (const place of placesIn(described.components.schemas[name]!)) {
          expect(at(kept, place), place).toEqual(at(object, place));
        }
        const noun = nounOf(kept as never);
        expect(noun).toMatchObject({ id: object.id, createdAt: new Date(Number(object.created) * 1000) });
        if (noun.amount)
          expect(noun.amount).toEqual({ minor: BigInt(Number(object.amount)), currency: 'USD' });
      },
    );

    it('balance is accepted', () => {
      expect(schemas.balanceSchema.safeParse(real.balance).error).toBeUndefined();
    });
  },
);
