/**
 * Reads what a partner publishes on a page that speaks Statuspage's public JSON (`/api/v2/summary.json`).
 *
 * Invariants: one request, no key, no retry (the next poll is the retry); the page's own state is all that it needs, and
 * any other part that cannot be read is named and hides nothing else. An unknown word for the state counts as `minor`:
 * something is said that is not “none”. Maintenance in progress is a state, although pages stay at “none” meanwhile.
 * Source: the “API” page that every Statuspage has, for instance www.githubstatus.com/api. Such an answer lists open
 * incidents only.
 */
import { z } from 'zod';
import type { Json } from '../../kernel/canonical-json.js';
import { secondMs } from '../../kernel/clock.js';
import { OpsError } from '../../kernel/errors.js';
import type { Log } from '../../kernel/log.js';
import { redactWithin } from '../../kernel/sensitive.js';
import type {
  PartnerComponent,
  PartnerIncident,
  PartnerMaintenance,
  PlannedMaintenance,
  PublishedStatus,
  StatusIndicator,
  StatusSource,
} from '../../ports/partner-status.js';
import type { Rows } from '../../ports/rows.js';

export interface StatuspageDeps {
  log: Log;
  fetch?: typeof globalThis.fetch;
  timeoutMs?: number;
}

/** Pages write null, an empty text or nothing where they know no time. */
const instant = z.iso
  .datetime({ offset: true })
  .transform((text) => new Date(text))
  .nullish()
  .catch(null)
  .transform((value) => value ?? null);
const words = z
  .string()
  .nullish()
  .catch(null)
  .transform((value) => value ?? null);

const componentSchema = z.object({ name: z.string(), status: z.string(), group: z.boolean().nullish() });

const updateSchema = z.object({ body: words, created_at: instant });

const incidentSchema = z.object({
  id: z.string(),
  name: z.string(),
  status: z.string(),
  impact: words,
  shortlink: words,
  created_at: instant,
  started_at: instant,
  updated_at: instant,
  incident_updates: z.array(updateSchema).nullish().catch(null),
});

const maintenanceSchema = z.object({
  name: z.string(),
  status: z.string(),
  shortlink: words,
  scheduled_for: instant,
  scheduled_until: instant,
  incident_updates: z.array(updateSchema).nullish().catch(null),
});

const summarySchema = z.object({
  page: z.object({ updated_at: instant }).catch({ updated_at: null }),
  status: z.object({ indicator: z.string(), description: words }).nullish().catch(null),
  components: z.unknown().optional(),
  incidents: z.unknown().optional(),
  scheduled_maintenances: z.unknown().optional(),
});

/** `fetch` answers with the page's state, or throws `unavailable` (down, late, not a status page). */
export function createStatuspage({
  log,
  fetch = globalThis.fetch,
  timeoutMs = 5 * secondMs,
}: StatuspageDeps): StatusSource {
  return {
    fetch: async (pageUrl) => {
      const summary = summarySchema.safeParse(await bodyOf(pageUrl, fetch, timeoutMs));
      if (!summary.success) throw unavailable(pageUrl, notAStatusPage, summary.error);
      const indicator = summary.data.status?.indicator ?? null;
      if (indicator !== null && !isIndicator(indicator))
        log.warn({ pageUrl, indicator }, 'statuspage: unknown indicator, read as minor or worse');
      const published = publishedStatusOf(summary.data);
      if (!published)
        throw unavailable(
          pageUrl,
          notAStatusPage,
          new Error('neither its status nor all of its parts can be read'),
        );
      const { problems } = published;
      if (problems.length > 0)
        log.warn({ pageUrl, problems }, 'statuspage: a part of the page cannot be read');
      return published;
    },
  };
}

const notAStatusPage = 'The partner’s status page gave an answer in an unknown format.';

async function bodyOf(pageUrl: string, fetch: typeof globalThis.fetch, timeoutMs: number): Promise<unknown> {
  const signal = AbortSignal.timeout(timeoutMs);
  let text: string;
  try {
    const address = new URL('api/v2/summary.json', pageUrl.endsWith('/') ? pageUrl : `${pageUrl}/`);
    const response = await fetch(address, { signal, headers: { accept: 'application/json' } });
    if (!response.ok) throw new Error(`status ${response.status}`);
    text = await textOf(response);
  } catch (cause) {
    const message = signal.aborted ? 'did not answer in time' : 'cannot be read';
    throw unavailable(pageUrl, `The partner’s status page ${message}.`, cause);
  }
  try {
    // What a partner writes is kept, posted and logged.
    return redactWithin(JSON.parse(text) as Json);
  } catch (cause) {
    throw unavailable(pageUrl, notAStatusPage, cause);
  }
}

/** The largest pages have half a megabyte; an address of anything else must not fill the memory. */
const longestBody = 8 * 1024 * 1024;

async function textOf({ body }: Response): Promise<string> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of (body ?? []) as AsyncIterable<Uint8Array>) {
    length += piece.length;
    // Leaving the loop ends the download.
    if (length > longestBody) throw new Error(`more than ${longestBody} bytes`);
    pieces.push(piece);
  }
  return new TextDecoder().decode(Buffer.concat(pieces));
}

function unavailable(pageUrl: string, message: string, cause: unknown): OpsError {
  return new OpsError('unavailable', message, {
    hint: 'Open the page in a browser. If its address changed, update it in the configuration.',
    cause,
    details: { pageUrl },
  });
}

const indicators: readonly string[] = [
  'none',
  'minor',
  'major',
  'critical',
  'maintenance',
] satisfies StatusIndicator[];
const isIndicator = (word: string): word is StatusIndicator => indicators.includes(word);

/** What the parts say where the page as a whole says nothing that is known: the worst of them. */
function worstOf(
  components: readonly PartnerComponent[],
  incidents: readonly PartnerIncident[],
  least: StatusIndicator,
): StatusIndicator {
  const said = [
    least,
    ...components.map(({ status }) => componentIndicators[status] ?? 'minor'),
    ...incidents
      .filter(({ status }) => !over.includes(status))
      .map(({ impact }) => (impact !== null && isIndicator(impact) ? impact : 'minor')),
  ];
  return severity.findLast((each) => said.includes(each)) ?? least;
}

/** Some pages go on listing what has ended. */
const over: readonly string[] = ['resolved', 'postmortem'];

const severity: readonly StatusIndicator[] = ['none', 'maintenance', 'minor', 'major', 'critical'];

const componentIndicators: Readonly<Record<string, StatusIndicator>> = {
  operational: 'none',
  under_maintenance: 'maintenance',
  degraded_performance: 'minor',
  partial_outage: 'major',
  major_outage: 'critical',
};

/**
 * Null where what can be read says nothing of the moment: neither the whole nor any part of it, or only parts that are
 * well beside others that cannot be read.
 */
function publishedStatusOf({
  page,
  status,
  ...lists
}: z.infer<typeof summarySchema>): PublishedStatus | null {
  const components = partsOf('component', lists.components, componentSchema);
  const incidents = partsOf('incident', lists.incidents, incidentSchema);
  const works = partsOf('maintenance', lists.scheduled_maintenances, maintenanceSchema);
  const maintenances = works.rows.filter(({ status: phase }) => underWay.includes(phase)).map(maintenanceOf);
  if (!status && components.rows.length + incidents.rows.length === 0) return null;
  const parts = {
    // A group only repeats the worst of its members, which are listed beside it.
    components: components.rows.filter(({ group }) => group !== true).map(componentOf),
    incidents: incidents.rows.map(incidentOf),
  };
  const said = status?.indicator ?? '';
  const indicator = isIndicator(said)
    ? said
    : worstOf(parts.components, parts.incidents, status ? 'minor' : 'none');
  const unread = [components, incidents, works].flatMap(({ problems }) => problems);
  if (!status && indicator === 'none' && unread.length > 0) return null;
  const [work] = maintenances;
  return {
    ...(indicator === 'none' && work
      ? { indicator: 'maintenance', description: `Maintenance in progress: ${work.name}` }
      : { indicator, description: status?.description ?? indicator }),
    ...parts,
    maintenances,
    planned: works.rows.flatMap(plannedOf).sort((a, b) => a.from.getTime() - b.from.getTime()),
    problems: [...(status ? [] : ['the status as a whole cannot be read']), ...unread],
    publishedAt: page.updated_at,
  };
}

/** Statuspage's words for maintenance that has begun and is not completed. */
const underWay: readonly string[] = ['in_progress', 'verifying'];

/** Each for itself: one that cannot be read is named by its place. */
function partsOf<Part>(kind: string, list: unknown, schema: z.ZodType<Part>): Rows<Part> {
  const rows: Rows<Part> = { rows: [], problems: [] };
  if (list === undefined || list === null) return rows;
  if (!Array.isArray(list)) return { rows: [], problems: [`the ${kind}s are not a list`] };
  for (const [index, item] of list.entries()) {
    const read = schema.safeParse(item);
    if (read.success) rows.rows.push(read.data);
    else rows.problems.push(`${kind} ${index + 1} cannot be read: ${placeIn(read.error)}`);
  }
  return rows;
}

const placeIn = ({ issues: [issue] }: z.ZodError): string =>
  issue === undefined || issue.path.length === 0 ? `it is not an object` : issue.path.join('.');

function componentOf({ name, status }: z.infer<typeof componentSchema>): PartnerComponent {
  return { name, status };
}

function incidentOf(incident: z.infer<typeof incidentSchema>): PartnerIncident {
  const startedAt = incident.started_at ?? incident.created_at;
  return {
    id: incident.id,
    name: incident.name,
    status: incident.status,
    impact: incident.impact,
    url: incident.shortlink,
    startedAt,
    updatedAt: incident.updated_at ?? startedAt,
    latestUpdate: latestOf(incident.incident_updates ?? []),
  };
}

function maintenanceOf(work: z.infer<typeof maintenanceSchema>): PartnerMaintenance {
  const latestUpdate = latestOf(work.incident_updates ?? []);
  return { name: work.name, until: work.scheduled_until, url: work.shortlink, latestUpdate };
}

/** Work without a time is no window that anybody could plan for. */
const plannedOf = (work: z.infer<typeof maintenanceSchema>): PlannedMaintenance[] =>
  work.status !== 'scheduled' || work.scheduled_for === null
    ? []
    : [{ name: work.name, from: work.scheduled_for, until: work.scheduled_until, url: work.shortlink }];

/** The pages list the newest first, but only the time says so for certain. */
function latestOf(updates: z.infer<typeof updateSchema>[]): string | null {
  const timeOf = ({ created_at }: z.infer<typeof updateSchema>): number => created_at?.getTime() ?? 0;
  const [latest] = updates.toSorted((a, b) => timeOf(b) - timeOf(a));
  return latest?.body ?? null;
}
