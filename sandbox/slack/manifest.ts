/**
 * What the stand-in needs to know of the app's manifest: scopes, commands, shortcuts, events, unfurls, App Home.
 * Invariant: a missing part of the manifest means "not granted", as in Slack. Deliberately absent: checking the
 * manifest itself, for which there is Slack's schema.
 */
import { asArray, asObject, asString, stringsOf } from './json.js';
import type { ShortcutHint } from './wire.js';

interface ManifestCommand {
  command: string;
  description: string;
  usage_hint: string;
  /** Turns `@ana` and `#general` into `<@U…|ana>` and `<#C…|general>` in the text of the command. */
  should_escape: boolean;
}

export interface Manifest {
  /** Name of the bot user, and how it is mentioned. */
  botName: string;
  displayName: string;
  scopes: ReadonlySet<string>;
  /** By command, with its slash. */
  commands: ReadonlyMap<string, ManifestCommand>;
  /** By callback_id. */
  shortcuts: ReadonlyMap<string, ShortcutHint>;
  /** Lower case; the app hears of links to a domain or to one below it. */
  unfurlDomains: readonly string[];
  /** Names as in the manifest, for instance `message.channels`. */
  events: ReadonlySet<string>;
  homeTab: boolean;
}

/** Reads the parsed `manifest.yml`; anything that is not there is empty. */
export function readManifest(source: unknown): Manifest {
  const root = asObject(source) ?? {};
  const features = asObject(root.features) ?? {};
  const settings = asObject(root.settings) ?? {};
  const displayName = asString(asObject(root.display_information)?.name) ?? 'App';
  const commands = (asArray(features.slash_commands) ?? []).map(readCommand);
  const shortcuts = (asArray(features.shortcuts) ?? []).map(readShortcut);
  return {
    botName: asString(asObject(features.bot_user)?.display_name) ?? displayName,
    displayName,
    scopes: new Set(stringsOf(asObject(asObject(root.oauth_config)?.scopes)?.bot)),
    commands: new Map(commands.map((command) => [command.command, command])),
    shortcuts: new Map(shortcuts.map((shortcut) => [shortcut.callback_id, shortcut])),
    unfurlDomains: stringsOf(features.unfurl_domains).map((domain) => domain.toLowerCase()),
    events: new Set(stringsOf(asObject(settings.event_subscriptions)?.bot_events)),
    homeTab: asObject(features.app_home)?.home_tab_enabled === true,
  };
}

function readCommand(value: unknown): ManifestCommand {
  const command = asObject(value) ?? {};
  return {
    command: asString(command.command) ?? '',
    description: asString(command.description) ?? '',
    usage_hint: asString(command.usage_hint) ?? '',
    should_escape: command.should_escape === true,
  };
}

function readShortcut(value: unknown): ShortcutHint {
  const shortcut = asObject(value) ?? {};
  return {
    type: shortcut.type === 'message' ? 'message' : 'global',
    callback_id: asString(shortcut.callback_id) ?? '',
    name: asString(shortcut.name) ?? '',
    description: asString(shortcut.description) ?? '',
  };
}
