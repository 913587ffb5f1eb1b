/**
 * Reads what a partner publishes on a page that speaks Statuspage's public JSON (`/api/v2/summary.json`).
 *
 * Invariants: one request, no key, no retry (the next poll is the retry); a page is accepted only as a whole.
 * An unknown word for the page's state counts as `minor`: something is said that is not “none”.
 * Source: the “API” page that every Statuspage has, for instance www.githubstatus.com/api. Such an answer lists open
 * incidents only. Deliberately absent: scheduled maintenance, until something shows it.
 */
import { z } from 'zod';
import { secondMs } from '../../kernel/clock.js';
import { OpsError } from '../../kernel/errors.js';
import type { Log } from '../../kernel/log.js';
import type {
  PartnerComponent,
  PartnerIncident,
  PublishedStatus,
  StatusIndicator,
  StatusSource,
} from '../../ports/partner-status.js';

export interface StatuspageDeps {
  log: Log;
  fetch?: typeof globalThis.fetch;
  timeoutMs?: number;
}

const instant = z.iso.datetime({ offset: true });

const componentSchema = z.object({ name: z.string(), status: z.string(), group: z.boolean().nullish() });

const updateSchema = z.object({ body: z.string().nullish(), created_at: instant });

const incidentSchema = z.object({
  id: z.string(),
  name: z.string(),
  status: z.string(),
  impact: z.string().nullish(),
  shortlink: z.string().nullish(),
  created_at: instant,
  started_at: instant.nullish(),
  updated_at: instant.nullish(),
  incident_updates: z.array(updateSchema).nullish(),
});

const summarySchema = z.object({
  page: z.object({ updated_at: instant }),
  status: z.object({ indicator: z.string(), description: z.string() }),
  components: z.array(componentSchema).nullish(),
  incidents: z.array(incidentSchema).nullish(),
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
      const { indicator } = summary.data.status;
      if (!isIndicator(indicator))
        log.warn({ pageUrl, indicator }, 'statuspage: unknown indicator, read as minor');
      return publishedStatusOf(summary.data);
    },
  };
}

const notAStatusPage = 'The partner’s status page does not answer as a status page does.';

async function bodyOf(pageUrl: string, fetch: typeof globalThis.fetch, timeoutMs: number): Promise<unknown> {
  const signal = AbortSignal.timeout(timeoutMs);
  let text: string;
  try {
    const address = new URL('api/v2/summary.json', pageUrl.endsWith('/') ? pageUrl : `${pageUrl}/`);
    const response = await fetch(address, { signal, headers: { accept: 'application/json' } });
    if (!response.ok) throw new Error(`status ${response.status}`);
    text = await response.text();
  } catch (cause) {
    const message = signal.aborted ? 'did not answer in time' : 'cannot be read';
    throw unavailable(pageUrl, `The partner’s status page ${message}.`, cause);
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw unavailable(pageUrl, notAStatusPage, cause);
  }
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

function publishedStatusOf({
  page,
  status,
  components,
  incidents,
}: z.infer<typeof summarySchema>): PublishedStatus {
  return {
    indicator: isIndicator(status.indicator) ? status.indicator : 'minor',
    description: status.description,
    components: (components ?? []).filter(({ group }) => group !== true).map(componentOf),
    incidents: (incidents ?? []).map(incidentOf),
    publishedAt: new Date(page.updated_at),
  };
}

/** A group only repeats the worst of its members, which are listed beside it. */
function componentOf({ name, status }: z.infer<typeof componentSchema>): PartnerComponent {
  return { name, status };
}

function incidentOf(incident: z.infer<typeof incidentSchema>): PartnerIncident {
  const startedAt = incident.started_at ?? incident.created_at;
  return {
    id: incident.id,
    name: incident.name,
    status: incident.status,
    impact: incident.impact ?? 'none',
    url: incident.shortlink ?? null,
    startedAt: new Date(startedAt),
    updatedAt: new Date(incident.updated_at ?? startedAt),
    latestUpdate: latestOf(incident.incident_updates ?? []),
  };
}

/** The pages list the newest first, but only the time says so for certain. */
function latestOf(updates: z.infer<typeof updateSchema>[]): string | null {
  const [latest] = updates.toSorted((a, b) => Date.parse(b.created_at) - Date.parse(a.created_at));
  return latest?.body ?? null;
}
