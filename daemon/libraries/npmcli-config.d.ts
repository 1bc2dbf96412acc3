/** The little that is used of npm's own configuration reader; the published types are of an older version of it. */
declare module '@npmcli/config' {
  type Definitions = { definitions: object; shorthands: object; flatten: object };
  type Options = Definitions & {
    /** The folder that npm is installed in; its npmrc counts. */
    npmPath: string;
    execPath: string;
    argv: string[];
    cwd: string;
    env: NodeJS.ProcessEnv;
    platform: NodeJS.Platform;
    /** Whether to warn of settings that it does not know. */
    warn: boolean;
  };
  class Config {
    constructor(options: Options);
    load(): Promise<void>;
    /** All settings as npm's own packages take them. */
    readonly flat: Record<string, unknown>;
  }
  export = Config;
}

declare module '@npmcli/config/lib/definitions/index.js' {
  const definitions: { definitions: object; shorthands: object; flatten: object };
  export = definitions;
}
