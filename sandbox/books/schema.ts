/**
 * The company's database: its tables and the documented views over them that Paydesk reads.
 * Invariant: tables are unlogged, `state` among them, so a crash of the server empties all of them together and the
 * next start loads them again. What was done through the payments API lies apart, in tables that the views read with
 * the others, so that rewriting the world's own rows leaves it alone. Indexes come after the load, because building
 * them once is several times faster.
 */

/** Start of an empty load. Everything runs in one transaction, so a half-loaded state is never seen. */
export const createTables = `
drop schema if exists books cascade;
create schema books;
create unlogged table books.state (
  world text not null,
  loaded_to timestamptz not null
);
create unlogged table books.attempts (
  attempt_id text collate "C" not null,
  order_id text collate "C" not null,
  payment_id text collate "C" not null,
  charge_id text collate "C",
  partner text collate "C" not null,
  method text collate "C" not null,
  country text collate "C" not null,
  currency text collate "C" not null,
  amount_minor bigint not null,
  status text collate "C" not null,
  decline_code text collate "C",
  error_origin text collate "C",
  customer_email text collate "C",
  card_last4 text collate "C",
  arn text collate "C",
  rrn text collate "C",
  network_transaction_id text collate "C",
  latency_ms int not null,
  created_at timestamptz not null,
  completed_at timestamptz,
  card_network text collate "C"
);
create unlogged table books.bookings (
  booking_id text collate "C" not null,
  debit text collate "C" not null,
  credit text collate "C" not null,
  amount_minor bigint not null,
  currency text collate "C" not null,
  kind text collate "C" not null,
  partner text collate "C" not null,
  payment_id text collate "C",
  reference text collate "C" not null,
  batch_id text collate "C",
  business_day date not null,
  booked_at timestamptz not null
);
create unlogged table books.checks () inherits (books.attempts);
create unlogged table books.written_attempts (primary key (attempt_id)) inherits (books.attempts);
create unlogged table books.written_bookings (primary key (booking_id)) inherits (books.bookings);
`;

/** Text columns compare as bytes; made where an older data folder lacks them. */
const evidenceTables = `
create unlogged table if not exists books.orders (
  order_id text collate "C" primary key, payment_id text collate "C" not null, charge_id text collate "C",
  placed_at timestamptz not null, customer_id text collate "C", customer_name text, customer_email text, ip_address text,
  device_id text collate "C", device_fingerprint text collate "C", billing_address text, shipping_address text,
  card_fingerprint text collate "C", description text, receipt text, refund_policy text, cancellation_policy text,
  policies_accepted_at timestamptz, cancelled_at timestamptz
);
create index if not exists orders_payment on books.orders (payment_id);
create index if not exists orders_card on books.orders (card_fingerprint, placed_at);
create unlogged table if not exists books.deliveries (
  delivery_id text collate "C" primary key, order_id text collate "C" not null, carrier text, tracking_number text,
  shipped_at timestamptz, delivered_at timestamptz, address text, proof text
);
create index if not exists deliveries_order on books.deliveries (order_id);
create unlogged table if not exists books.logins (
  login_id text collate "C" primary key, customer_id text collate "C" not null, logged_in_at timestamptz not null,
  ip_address text, device_id text, activity text not null
);
create index if not exists logins_customer on books.logins (customer_id, logged_in_at);
create unlogged table if not exists books.customer_messages (
  message_id text collate "C" primary key, order_id text collate "C" not null, sent_at timestamptz not null,
  from_customer boolean not null, message text not null
);
create index if not exists customer_messages_order on books.customer_messages (order_id);
`;

export const evidenceViews = ['orders', 'deliveries', 'logins', 'customer_messages'] as const;

/** What Paydesk reads; made again at each start, so that an older data folder gets what is new in it. */
export const createViews = `
alter table books.attempts add column if not exists card_network text collate "C";
-- A crash of the server empties all of these: until they are loaded again a reader is refused, not told of nothing.
create or replace function books.is_loaded() returns boolean language plpgsql stable security definer as $$
begin
  if exists (select from books.state) then return true; end if;
  raise exception 'the books are being loaded' using errcode = 'cannot_connect_now';
end $$;
create or replace view public.payment_attempts as
  select attempt_id, order_id, payment_id, charge_id, partner, method, country, currency, amount_minor, status, decline_code,
    error_origin, customer_email, card_last4, arn, rrn, network_transaction_id, latency_ms, created_at, completed_at
  from books.attempts where books.is_loaded();
create or replace view public.card_settlements as
  select partner, card_network as network, (completed_at at time zone 'UTC')::date as day, count(*) as payments
  from books.attempts where status = 'succeeded' and card_network is not null and books.is_loaded() group by 1, 2, 3;
create or replace view public.ledger_entries as
  select booking_id || '-d' as entry_id, debit as account, 'debit'::text as direction, amount_minor, currency, kind,
    partner, payment_id, reference, batch_id, business_day, booked_at
  from books.bookings where books.is_loaded()
  union all
  select booking_id || '-c', credit, 'credit'::text, amount_minor, currency, kind,
    partner, payment_id, reference, batch_id, business_day, booked_at
  from books.bookings where books.is_loaded();
${evidenceTables}
${evidenceViews.map((view) => `create or replace view public.${view} as select * from books.${view} where books.is_loaded();`).join('\n')}
`;

/** Checks have no customer, card or reference: an index without rows answers for these at once. */
const indexesOfChecks = [
  'create unique index on books.checks (attempt_id)',
  'create index on books.checks (payment_id)',
  'create index on books.checks (order_id)',
  'create index on books.checks (amount_minor, created_at)',
  'create index on books.checks (created_at)',
  'create index on books.checks (partner, created_at)',
  `create index on books.checks (attempt_id) where status = 'pending'`,
  ...['charge_id', 'arn', 'rrn', 'network_transaction_id', 'card_last4'].map(
    (column) => `create index on books.checks (${column}) where ${column} is not null`,
  ),
  'create index on books.checks (lower(customer_email)) where customer_email is not null',
  'analyze books.checks',
] as const;

/** Two halves of about equal work, built side by side. */
export const createIndexes = [
  [
    'create unique index on books.attempts (attempt_id)',
    'create index on books.attempts (payment_id)',
    'create index on books.attempts (charge_id) where charge_id is not null',
    'create index on books.attempts (order_id)',
    `create index on books.attempts (attempt_id) where status = 'pending'`,
    'create index on books.attempts (arn) where arn is not null',
    'create index on books.attempts (rrn) where rrn is not null',
    'create index on books.attempts (network_transaction_id) where network_transaction_id is not null',
    ...indexesOfChecks,
    'analyze books.attempts',
  ],
  [
    'create index on books.attempts (lower(customer_email))',
    'create index on books.attempts (card_last4, amount_minor)',
    'create index on books.attempts (amount_minor, created_at)',
    'create index on books.attempts (created_at)',
    'create index on books.attempts (partner, created_at)',
    `create index on books.attempts (((completed_at at time zone 'UTC')::date), partner, card_network)
       where status = 'succeeded' and card_network is not null`,
    'create unique index on books.bookings (booking_id)',
    'create index on books.bookings (payment_id) where payment_id is not null',
    'create index on books.bookings (reference)',
    'create index on books.bookings (batch_id) where batch_id is not null',
    'create index on books.bookings (batch_id) where payment_id is null',
    'create index on books.bookings (partner, business_day)',
    'create index on books.bookings (booked_at)',
    'analyze books.bookings',
  ],
] as const;

/** The login Paydesk gets: it may read the views and nothing else. Parameters are quoted by the caller. */
export const grantReader = (role: string, quotedSecret: string, database: string): string => `
do $$ begin
  if not exists (select from pg_roles where rolname = '${role}') then create role ${role} login; end if;
end $$;
alter role ${role} with login password ${quotedSecret};
alter role ${role} set default_transaction_read_only = on;
grant connect on database ${database} to ${role};
grant usage on schema public to ${role};
grant select on public.payment_attempts, public.ledger_entries, public.card_settlements,
  ${evidenceViews.map((view) => `public.${view}`).join(', ')} to ${role};
`;
