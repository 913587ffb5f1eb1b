/**
 * What a guarded action is. One file in `actions/` defines one; the rest of this folder knows only this contract.
 *
 * Invariants: a plan is made from parameters and facts alone, so it can be made again and compared; parameters are
 * kept as they were typed; everything in a plan is plain JSON, so that its hash covers all of it; an action says itself
 * how its effect is found again, because no one else can.
 * Deliberately absent: who may do it, how often, and when. That is policy.
 */
import type { JsonObject } from '../../kernel/canonical-json.js';
import type { Clock } from '../../kernel/clock.js';
import type { Money } from '../../kernel/money.js';
import type { Result } from '../../kernel/result.js';
import type { Attachments } from '../../ports/attachments.js';
import type { Books } from '../../ports/books.js';
import type { WriteOffs } from '../../ports/breaks.js';
import type { Mail } from '../../ports/mail.js';
import type { Operations } from '../../ports/operations.js';
import type { PaymentWrites } from '../../ports/payment-writes.js';
import type { PaymentsApi } from '../../ports/payments-api.js';
import type { Hours } from './hours.js';
import type { Offer, SubjectKind, Thing } from './thing.js';

/** Where actions read and act. What is not connected is null, and an action that needs it says so as a fault. */
export interface World {
  payments: PaymentsApi | null;
  writes: PaymentWrites | null;
  operations: Operations | null;
  mail: Mail | null;
  books: Books | null;
  writeOffs: WriteOffs | null;
  attachments: Attachments | null;
  partners: readonly { id: string; name: string; contact: string | null }[];
  /** What alerts are about. */
  metrics: readonly { id: string; name: string; kind: string }[];
  /** The partner behind `payments`. */
  paymentsPartner: string | null;
  clock: Clock;
}

/** Ordered by what a mistake costs: nothing lasting; money or time that can be won back; what is gone for good. */
export type Risk = 'low' | 'medium' | 'high';

export interface Choice {
  value: string;
  label: string;
  /** Below the label. */
  description?: string;
}

/** What the card was about that a form was opened from. From outside. */
export interface About {
  kind: string;
  id: string;
}

/** What people typed, by field. */
export type TypedParameters = Readonly<Record<string, string>>;

/** What is known while somebody chooses. */
export interface Hints {
  about: About | null;
  /** The other fields so far. */
  typed: TypedParameters;
}

export type FieldInput =
  | { kind: 'text'; multiline?: boolean; placeholder?: string }
  | { kind: 'choice'; options: readonly Choice[] }
  /** An instant; typed as seconds since 1970 in decimal digits. */
  | { kind: 'instant' }
  /** A calendar date, `YYYY-MM-DD`. */
  | { kind: 'date' }
  /** One of the configured partners; typed as its id. */
  | { kind: 'partner' }
  /** Up to `most` files; typed as their ids with commas between. */
  | { kind: 'files'; most: number };

/** One parameter: how it is asked for, and how what was typed is read. An optional one gets '' where nothing was typed. */
export interface Field<Value> {
  label: string;
  hint?: string;
  input: FieldInput;
  optional?: boolean;
  /** What could be meant, to choose from; what is not among it can still be typed. `signal` ends the question. */
  suggest?(world: World, hints: Hints, signal: AbortSignal): Promise<readonly Choice[]>;
  /** The fault is a clause for people: “has 3 decimals, USD has 2”. */
  parse(typed: string): Result<Value, string>;
}

/** What has to be known before a form is filled in. Plain text. */
export interface Brief {
  lines: readonly string[];
  /** The fields that matter most, which come first after the one that names what the action is about. */
  first: readonly string[];
}

/** Why an action cannot be done. `field` puts it beside an input; null above all. */
export interface ActionFault {
  field: string | null;
  /** A sentence for people, with what they can do. */
  message: string;
}

/** What an action would do, in words that are shown unchanged, because they are what people approve. Plain text, no markup. */
export interface Preview {
  /** One line: “Refund 25.00 EUR of pi_3Q… to Visa •• 4242”. */
  headline: string;
  changes: readonly string[];
  /** Who or what else is touched. */
  affected: readonly string[];
  /** How it is undone; null where it cannot be. */
  undo: string | null;
  /** What cannot be undone; null where everything can be. */
  irreversible: string | null;
  /** What is at stake, for amount bands and caps; null where no money is. */
  value: Money | null;
  subject: { kind: SubjectKind; id: string };
  /** As the configuration calls it. From the facts, never from what was typed, so that a name cannot dodge a cap. */
  partner: string | null;
  /** Whose money it is, as the provider or the books call them; null where it cannot be known. */
  merchant: string | null;
}

/** What a step of a frozen plan works with. */
export interface Step<Params, Facts> {
  params: Params;
  facts: Facts;
  /** Kept before the first call; the same for every try of this plan. */
  idempotencyKey: string;
  world: World;
}

/** What took effect: the other side's reference to it, and a line for people. */
export interface Effect {
  id: string | null;
  summary: string;
}

export type ReadBack =
  | { kind: 'done'; effect: Effect }
  /** Surely not, and the same order may be sent again under the same key: the other side remembers keys. */
  | { kind: 'not_done'; evidence: readonly string[] }
  /** A person has to look. */
  | { kind: 'cannot_tell'; evidence: readonly string[] };

export type Verification =
  | { kind: 'visible'; evidence: string }
  /** Asked again later. */
  | { kind: 'not_yet'; evidence: string }
  /** The effect came about and then something went wrong with it: a person has to look. */
  | { kind: 'wrong'; evidence: string };

/** Something that belongs to the plan but comes later by itself, such as the end of a pause. */
interface FollowUp<Params, Facts> {
  at(params: Params, facts: Facts): Date;
  /** Safe to repeat. `early`: why it comes before its time, or null. Throws OpsError when it has to be tried again. */
  run(step: Step<Params, Facts>, early: string | null): Promise<Effect>;
  /** What ended it before its time, such as another request; null while it is still to come. */
  endedEarly?(step: Step<Params, Facts>): Promise<Effect | null>;
}

/** What a file in `actions/` writes down. `Facts` is the read set: all that the plan rests on. */
export interface ActionDefinition<Params, Facts extends JsonObject> {
  /** Permanent, kebab-case, a verb and its noun. */
  id: string;
  /** For buttons and modals, at most 24 characters. */
  title: string;
  /** One line for lists. */
  summary: string;
  risk: Risk;
  fields: { readonly [Name in keyof Params & string]: Field<Params[Name]> };
  /** Which field takes the id of the card that the action was started from, by the card's subject; several take its words. */
  prefills: Partial<Record<SubjectKind, (keyof Params & string) | readonly (keyof Params & string)[]>>;
  /** The button that starts it from a card about this thing; null, as by default, where it does not fit. */
  offerFor?(thing: Thing): Offer | null;
  /** About the thing that the first field names. */
  brief?(id: string, world: World): Promise<Brief>;
  /** Throws `not_found` and the like, which become faults; `unavailable` is reported as such. */
  read(params: Params, world: World): Promise<Facts>;
  /** Every precondition that does not hold, not only the first. Run when planning and again before acting. */
  check(params: Params, facts: Facts, now: Date): readonly ActionFault[];
  preview(params: Params, facts: Facts, now: Date): Preview;
  /** Ids of the things that only one request at a time may act upon; absent: the subject of the preview. */
  contends?(facts: Facts): readonly string[];
  /** Facts that may move without making the plan another one, such as the volume of the last hour. */
  volatile?: readonly (keyof Facts & string)[];
  /** Errors as in the ports: `unknown_outcome` when the outcome is unknown, anything else when nothing was done. */
  execute(step: Step<Params, Facts>): Promise<Effect>;
  readBack(step: Step<Params, Facts>): Promise<ReadBack>;
  verify(step: Step<Params, Facts>, effect: Effect): Promise<Verification>;
  followUp?: FollowUp<Params, Facts>;
  /** What is said of it once it is closed, where that is not “done and verified”. */
  closedWords?: string;
  /** The action that ends its effect early, about the same subject, while a part of the plan is still to come. */
  endedBy?: string;
  /** For an action that does nothing by itself: what it lets act later. Once it is done it is armed, until its follow-up. */
  arms?(params: Params, facts: Facts): Standing;
}

/** What is frozen, hashed and approved. */
export interface Plan {
  action: string;
  typed: TypedParameters;
  facts: JsonObject;
  /** What only one request at a time may act upon. */
  contends: readonly string[];
  preview: Preview;
}

/** Dimension of a metric → value. */
export type Place = Readonly<Record<string, string>>;

/** Which alert lets it act. */
interface AlertBounds {
  metric: string;
  /** The alert names at least these values. */
  slice: Place;
  /** Percentage points below the usual rate. */
  dropPoints: number;
  /** Counted since the change began. */
  attempts: number;
}

/**
 * What people approve ahead: an action that acts by itself when an alert opens, and the bounds that hold it. Every bound is in
 * the plan whose hash was approved.
 */
export interface Standing {
  /** The action that acts. */
  action: string;
  alert: AlertBounds;
  /** Where it acts; the alert has to be about this. */
  place: Place;
  /** Where it sends things instead; while an alert is about this it does not act, and what acts is ended. */
  fallback: Place;
  /** At stake in all uses together. */
  most: Money;
  uses: number;
  /** Null for any hour. */
  hours: Hours | null;
  until: Date;
  /** What the action is asked for with. */
  typed(now: Date): TypedParameters;
  /** What of a plan that is made now is not as it was approved, in words; none when it fits. */
  differences(plan: Plan): readonly string[];
}

export type Planned = { ok: true; plan: Plan } | { ok: false; faults: readonly ActionFault[] };

/** An action with its parameter types put away, as the registry holds it. */
export interface Action {
  readonly id: string;
  readonly title: string;
  readonly summary: string;
  readonly risk: Risk;
  readonly fields: Readonly<Record<string, Omit<Field<unknown>, 'parse'>>>;
  readonly prefills: Partial<Record<SubjectKind, string | readonly string[]>>;
  /** Null where there is nothing to say before the form. */
  readonly brief: ((id: string, world: World) => Promise<Brief>) | null;
  readonly offerFor: (thing: Thing) => Offer | null;
  /** Only what can be told without asking anybody; none when all is well. */
  faultsOf(typed: TypedParameters): readonly ActionFault[];
  plan(typed: TypedParameters, world: World): Promise<Planned>;
  /** What is different now, in words, and which preconditions no longer hold; none when the plan stands. */
  changesSince(plan: Plan, world: World): Promise<readonly string[]>;
  execute(plan: Plan, idempotencyKey: string, world: World): Promise<Effect>;
  readBack(plan: Plan, idempotencyKey: string, world: World): Promise<ReadBack>;
  verify(plan: Plan, idempotencyKey: string, effect: Effect, world: World): Promise<Verification>;
  /** Null where nothing comes later. */
  followUpAt(plan: Plan): Date | null;
  followUp(plan: Plan, order: { key: string; early: string | null }, world: World): Promise<Effect>;
  /** What a plan of it lets act later; null for an action that acts itself. */
  readonly arms: ((plan: Plan) => Standing) | null;
  /** Null where it cannot be known before its time. */
  readonly endedEarly: ((plan: Plan, idempotencyKey: string, world: World) => Promise<Effect | null>) | null;
  readonly closedWords: string | null;
  readonly endedBy: string | null;
}
