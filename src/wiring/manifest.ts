/**
 * The Slack app manifest, made from the registries, so that what Slack knows and what the code does are the same.
 * `manifest.yml` is its printed form; a test and `paydesk manifest --check` hold them equal.
 */
import { stringify } from 'yaml';
import { commands } from '../../commands/index.js';

/** Each with what it is for; `doctor` says so when one is missing. */
export const botScopes = {
  'app_mentions:read': 'to answer a mention',
  'channels:history': 'to find out whether a message was posted before posting it again',
  'channels:manage': 'to create incident channels, set their topic and archive them',
  'channels:read': 'to check the channels of the configuration',
  'chat:write': 'to post',
  'chat:write.public': 'to post into public channels without an invitation',
  commands: 'for the slash commands',
  'files:read': 'to read the evidence that people hand in',
  'files:write': 'to send a table as a CSV file, and the summary of an incident to its channel',
  'groups:history': 'the same in private channels',
  'groups:read': 'the same for private channels',
  'im:history': 'to answer a direct message',
  'im:write': 'to send a file, or what became of a watched payment, to the person who asked for it',
  'links:read': 'to learn of links to the provider’s dashboard',
  'links:write': 'to show a preview below them',
  'pins:write': 'to pin an alert in its incident channel',
  'usergroups:read': 'to know who may ask for an action and who may approve it',
  'users:read': 'to tell colleagues from guests, bots, external and deactivated people',
  'users:read.email': 'to match a person with the company’s single sign-on',
} as const;

/** What Slack reports: somebody opened their Home, mentioned the desk or wrote to it, and who changed groups or left, so that no vote counts by an old list. */
const botEvents = [
  'app_home_opened',
  'app_mention',
  'link_shared',
  'message.im',
  'subteam_members_changed',
  'subteam_updated',
  'user_change',
];

/** Add the hosts of `links` in paydesk.yaml. */
const unfurlDomains = ['dashboard.stripe.com'];

/** Where Slack sends requests when Paydesk runs without Socket Mode. */
const requestUrl = 'https://paydesk.example.com/slack/events';

export function buildManifest(): object {
  return {
    display_information: {
      name: 'Paydesk',
      description: 'The payments operations desk: look up and fix payments, disputes and partners in Slack.',
      background_color: '#1f2d3d',
    },
    features: {
      app_home: { home_tab_enabled: true, messages_tab_enabled: true, messages_tab_read_only_enabled: false },
      bot_user: { display_name: 'Paydesk', always_online: true },
      slash_commands: commands.map(({ name, summary, usageHint, mentions }) => ({
        command: name,
        url: requestUrl,
        description: summary,
        ...(usageHint === '' ? {} : { usage_hint: usageHint }),
        should_escape: mentions === true,
      })),
      shortcuts: commands.flatMap(({ shortcuts = {} }) =>
        Object.entries(shortcuts).map(([id, { name, description }]) => ({
          name,
          type: 'message',
          callback_id: id,
          description,
        })),
      ),
      unfurl_domains: unfurlDomains,
    },
    oauth_config: { scopes: { bot: Object.keys(botScopes) } },
    settings: {
      event_subscriptions: { request_url: requestUrl, bot_events: botEvents },
      interactivity: { is_enabled: true, request_url: requestUrl, message_menu_options_url: requestUrl },
      org_deploy_enabled: false,
      socket_mode_enabled: true,
      token_rotation_enabled: false,
    },
  };
}

const heading = `# The Slack app manifest of Paydesk. Made by \`npx paydesk manifest\`; change the registries, not this file.
# Add the hosts of your own dashboards, those of links in paydesk.yaml, to unfurl_domains.
# Without Socket Mode: set socket_mode_enabled to false and put your own host into the addresses.
`;

export const printManifest = (): string => heading + stringify(buildManifest(), { lineWidth: 0 });
