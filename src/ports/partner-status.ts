/**
 * What a partner publishes about itself on its status page.
 *
 * Errors of `fetch`: `unavailable` (down, slow, not a status page).
 */
export type StatusIndicator = 'none' | 'minor' | 'major' | 'critical' | 'maintenance';

export interface PartnerComponent {
  name: string;
  /** operational, degraded_performance, partial_outage, major_outage, under_maintenance. */
  status: string;
}

export interface PartnerIncident {
  id: string;
  name: string;
  /** investigating, identified, monitoring, resolved, postmortem. */
  status: string;
  /** Null where the page does not say. */
  impact: string | null;
  url: string | null;
  /** Null where the page does not say. */
  startedAt: Date | null;
  updatedAt: Date | null;
  /** The newest update in the partner's words. */
  latestUpdate: string | null;
}

/** Scheduled work that is going on now. */
export interface PartnerMaintenance {
  name: string;
  /** When it is to end; null where the page does not say. */
  until: Date | null;
  url: string | null;
  latestUpdate: string | null;
}

/** Scheduled work that is still to come. */
export interface PlannedMaintenance {
  name: string;
  from: Date;
  until: Date | null;
  url: string | null;
}

export interface PublishedStatus {
  indicator: StatusIndicator;
  description: string;
  components: readonly PartnerComponent[];
  incidents: readonly PartnerIncident[];
  maintenances: readonly PartnerMaintenance[];
  /** Soonest first. */
  planned: readonly PlannedMaintenance[];
  /** A sentence per part of the page that cannot be read. */
  problems: readonly string[];
  /** Null where the page does not say. */
  publishedAt: Date | null;
}

export interface StatusSource {
  /** `pageUrl` is the base address of a page that speaks Statuspage's public JSON. */
  fetch(pageUrl: string): Promise<PublishedStatus>;
}
