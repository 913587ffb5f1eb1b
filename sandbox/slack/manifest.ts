/**
 * What the stand-in needs to know of the app's manifest: scopes, commands, events, App Home.
 * Invariant: a missing part of the manifest means "not granted", as in Slack. Deliberately absent: checking the
 * manifest itself, for which there is Slack's schema.
 */
import { asArray, asObject, asString, stringsOf } from './json.js';

export interface ManifestCommand {
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
  return {
    botName: asString(asObject(features.bot_user)?.display_name) ?? displayName,
    displayName,
    scopes: new Set(stringsOf(asObject(asObject(root.oauth_config)?.scopes)?.bot)),
    commands: new Map(commands.map((command) => [command.command, command])),
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
